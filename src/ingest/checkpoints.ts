import { SourceError } from '../errors.js';
import type { Batch, Position } from './batch.js';
import type { Unit } from './transaction.js';

/** `_id` of a checkpoint. */
export function checkpointId(tokenId: string, name: string): string {
  return `${tokenId}:${name}`;
}

/**
 * Moves the checkpoint of the batch. With `after` it must stand there (compare and set, one command where there is one already), else
 * LEASE_LOST: another writer has been here. Comes first in the transaction, so that an overtaken writer learns that and nothing else.
 */
export async function moveCheckpoint(unit: Unit, { tokenId, source, checkpoint, after }: Batch): Promise<void> {
  if (!checkpoint) {
    if (after === undefined) return;
    throw new Error('A batch that says where its checkpoint must stand (after) has to name it (checkpoint).');
  }
  const { name, ...position } = checkpoint;
  const { session } = unit;
  const _id = checkpointId(tokenId, name);
  const checkpoints = unit.collection('checkpoints');
  const change = { $set: { tokenId, source, ...position, updatedAt: new Date() } };
  if (after) {
    const { matchedCount } = await checkpoints.updateOne({ _id, ...blockOf(after) }, change, { session });
    if (matchedCount === 1) return;
  }
  if (after !== undefined) {
    const stored = await checkpoints.findOne({ _id }, { session, projection: { blockNumber: 1, blockHash: 1 } });
    // A document without a block tells the state of a source that has not delivered anything yet.
    if (after || typeof stored?.blockNumber === 'number') throw overtaken({ _id, after, stored });
  }
  await checkpoints.updateOne({ _id }, change, { session, upsert: true });
}

function blockOf({ blockNumber, blockHash }: Position): Position {
  return { blockNumber, blockHash };
}

function overtaken({ _id, after, stored }: { _id: string; after: Position | null; stored: Stand | null }): SourceError {
  return new SourceError(
    'LEASE_LOST',
    `Checkpoint ${_id}: the batch goes on from ${shown(after)}, but the checkpoint stands at ${shown(stored)}. Another writer was faster; read the checkpoint and go on from there.`,
  );
}

interface Stand {
  readonly blockNumber: number | null;
  readonly blockHash: string | null;
}

function shown(stand: Stand | null): string {
  if (typeof stand?.blockNumber !== 'number') return 'the beginning';
  return `block ${stand.blockNumber}${stand.blockHash ? ` (${stand.blockHash})` : ''}`;
}
