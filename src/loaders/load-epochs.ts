import type { EpochMap } from '../cache/epochs.js';
import { catalogue } from '../cache/key.js';
import type { Reader } from '../relations/relation.js';

/** Epochs of tokens and of the catalogue as MongoDB has them: at most two commands, side by side. */
export async function loadEpochs(read: Reader, subjects: readonly string[]): Promise<EpochMap> {
  const ids = subjects.filter((subject) => subject !== catalogue);
  const [tokens, metadata] = await Promise.all([
    ids.length === 0 ? [] : read.find('tokens', { _id: { $in: ids } }, { projection: epochFields }),
    ids.length === subjects.length
      ? []
      : read.find('metadata', { _id: 'database' }, { projection: { catalogueEpoch: 1 } }),
  ]);
  const epochs = new Map(
    tokens.map(({ _id, epoch, asOfBlock, asOfTime, finalizedBlock }) => [
      _id,
      {
        epoch,
        asOfBlock: asOfBlock ?? null,
        asOfTime: asOfTime?.toISOString() ?? null,
        finalizedBlock: finalizedBlock ?? null,
      },
    ]),
  );
  for (const { catalogueEpoch } of metadata) {
    epochs.set(catalogue, { epoch: catalogueEpoch, asOfBlock: null, asOfTime: null, finalizedBlock: null });
  }
  return epochs;
}

const epochFields = { epoch: 1, asOfBlock: 1, asOfTime: 1, finalizedBlock: 1 } as const;
