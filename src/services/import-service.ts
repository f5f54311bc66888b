import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { type BadRowError, BadUserInputError } from '../errors.js';
import type { OnBadRow } from '../ingest/sources/file/read-checked.js';
import { type SpooledFiles, spoolTransfers } from '../ingest/sources/file/spool-transfers.js';
import { createTempFolder } from '../ingest/sources/file/temp-folder.js';
import type { ImportDeps } from './import-deps.js';
import { type Extras, type RowHearers, readExtras } from './import-extras.js';
import { checkImportRequest, type ImportRequest } from './import-request.js';
import { commitRows, type ImportWork } from './import-rows.js';
import { countRefused, createImportSummary, type ImportSummary } from './import-summary.js';
import { shareLabels } from './token-labels.js';
import { openTokenWriter, wantedLabels } from './token-writer.js';

/**
 * Imports files. First everything is read, checked and sorted; only then are batches committed in the order of blocks, the first with its token.
 * The same files twice, doubled, shuffled, split or by two processes at once end in the same data. `summary` is filled as it goes: whoever
 * gives one knows what was committed before an error, too.
 */
export async function importFiles(
  deps: ImportDeps,
  given: ImportRequest,
  summary: ImportSummary = createImportSummary(),
): Promise<ImportSummary> {
  const request = checkImportRequest(given);
  const onBadRow = createRefusal(summary, request.onError ?? 'stop');
  const onRow = () => {
    summary.read += 1;
  };
  const extras = await readExtras(request, { onBadRow, onRow }, summary);
  const folder = await createTempFolder(deps.tempDir);
  let spooled: SpooledFiles | undefined;
  try {
    spooled = await spool(deps, request, {
      folder: folder.path,
      onBadRow,
      onRow,
      blockTimes: extras.blockTimes.times,
    });
    summary.otherTokens = spooled.otherTokens;
    if (request.files.length > 0 && spooled.read === 0) summary.notices.push('The files hold no rows.');
    if (spooled.otherTokens > 0 && spooled.tokens.length === 0) {
      throw new BadUserInputError(`--address: none of the ${spooled.read} rows belongs to ${request.address}.`);
    }
    const wanted =
      request.address !== undefined && spooled.tokens.length === 0
        ? [{ address: request.address, rows: 0, lowestBlock: Number.POSITIVE_INFINITY }]
        : spooled.tokens;
    const digest = createHash('sha256').update(`${spooled.digest},${extras.blockTimes.digest}`).digest('hex');
    if (extras.openings && request.openingBlock === undefined && spooled.tokens.length === 0) {
      throw new BadUserInputError(
        '--opening-block: expected with these opening balances, because no row came whose block they could be the state before.',
      );
    }
    const heads = await openWriters(deps, request, { wanted, rows: spooled.rows, facts: extras.tokens, summary });
    await commitRows(deps, { request, heads, extras, digest, summary });
  } catch (error) {
    if (!deps.signal?.aborted || error !== deps.signal.reason) throw error;
    summary.interrupted = true;
  } finally {
    spooled?.rows.close();
    await folder.remove();
  }
  return summary;
}

async function spool(
  { onProgress, signal }: ImportDeps,
  { files, address }: ImportRequest,
  rest: RowHearers & { folder: string; blockTimes: ReadonlyMap<number, number> },
): Promise<SpooledFiles> {
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  return spoolTransfers({
    files,
    ...rest,
    ...(address === undefined ? {} : { address }),
    ...(signal ? { signal } : {}),
    onBytes: (count) => {
      done += count;
      onProgress?.({ phase: 'reading', done, total });
    },
  });
}

/** A writer for each contract of the spool, in its order; all wishes are checked before the first row is written. */
async function openWriters(
  deps: ImportDeps,
  { symbol, name, decimals, chainId, paymentRule }: ImportRequest,
  { wanted, rows, facts, summary }: Wanted,
) {
  const notify = (notice: string): void => void summary.notices.push(notice);
  // Also tokens of the list without a row here have a say: they may come with the next part of the files.
  const known = [...facts.keys(), ...wanted.map(({ address }) => address)];
  const shared = shareLabels(
    new Map(known.map((address) => [address, wantedLabels({ address, symbol, name, ...facts.get(address) })])),
  );
  const heads: ImportWork['heads'][number][] = [];
  for (const [number, token] of wanted.entries()) {
    const { address } = token;
    const said = { symbol, name, decimals, ...facts.get(address) };
    const wish = { address, chainId, paymentRule, digits: shared.get(address), ...said };
    const writer = await openTokenWriter({ ...deps, notify }, wish);
    heads.push({ ...token, facts: said, rows: () => rows.of(number), rowCount: token.rows, writer });
  }
  return heads;
}

interface Wanted {
  readonly wanted: SpooledFiles['tokens'];
  readonly rows: SpooledFiles['rows'];
  readonly facts: Extras['tokens'];
  readonly summary: ImportSummary;
}

/** Files that rows depend on are taken as a whole or not at all: a balance or a time left out would make other rows wrong. */

function createRefusal(summary: ImportSummary, onError: 'stop' | 'skip'): OnBadRow {
  return (error: BadRowError) => {
    countRefused(summary, error);
    if (onError === 'stop') throw error;
  };
}
