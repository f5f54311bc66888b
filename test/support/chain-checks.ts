import { expect } from 'vitest';
import type { Database } from '../../src/database.js';
import { auditToken } from '../../src/ingest/audit.js';
import { decodeAmount } from '../../src/models/amount.js';
import { askEverything, everythingBy } from './chain-answers.js';
import type { ChainStack } from './chain-stack.js';
import type { ChainTruth } from './chain-truth.js';

/**
 * Store = truth: rows one by one, balances, supply, rollups, what GraphQL answers (through the cache), the checkpoint on the canonical chain,
 * and nothing of a replaced block in any collection. Throws at the first difference.
 */
export async function expectTruth({ stack, tokenId, truth, source = 'rpc' }: TruthRequest): Promise<void> {
  const { database } = stack.test;
  await expectStored({ database, tokenId, truth, source });
  expect(await askEverything(stack.gateway, tokenId)).toEqual(everythingBy(truth));
}

/** What is to be compared. */
export interface TruthRequest {
  readonly stack: ChainStack;
  readonly tokenId: string;
  readonly truth: ChainTruth;
  readonly source?: string;
}

/** The part of `expectTruth` that needs no gateway. */
export async function expectStored({ database, tokenId, truth, source = 'rpc' }: StoredRequest): Promise<void> {
  const { models } = database;
  const rows = await models.transactionActivity.find({ tokenId }).sort({ blockNumber: 1, logIndex: 1 }).lean();
  const stored = rows.map((row) => ({
    blockNumber: row.blockNumber,
    blockHash: row.blockHash,
    logIndex: row.logIndex,
    time: row.timestamp.getTime(),
    transactionHash: row.transactionHash,
    fromAddress: row.fromAddress,
    toAddress: row.toAddress,
    value: decodeAmount(row.amount),
  }));
  expect(firstDifference(stored, truth.transfers)).toBe(undefined);
  expect(rows.filter(({ isSuccess }) => !isSuccess)).toEqual([]);

  const holders = await models.holders.find({ tokenId }).lean();
  const balances = holders.map(({ address, balance }) => [address, decodeAmount(balance)] as const);
  expect(new Map(balances)).toEqual(truth.balances);

  const token = await models.tokens.findById(tokenId).lean();
  const { head } = truth;
  expect({ asOfBlock: token?.asOfBlock, asOfTime: token?.asOfTime?.getTime() }).toEqual({
    asOfBlock: head.blockNumber,
    asOfTime: head.time,
  });
  expect(decodeAmount(token?.totals.chainSupply ?? token?.totals.supply ?? '')).toBe(truth.totalSupply);

  const checkpoint = await models.checkpoints.findById(`${tokenId}:${source}`).lean();
  expect({ blockNumber: checkpoint?.blockNumber, blockHash: checkpoint?.blockHash }).toEqual({
    blockNumber: head.blockNumber,
    blockHash: head.blockHash,
  });
  if (checkpoint?.finalized) {
    expect(checkpoint.finalized.blockHash).toBe(truth.hashOf(checkpoint.finalized.blockNumber));
    expect(checkpoint.finalized.blockNumber).toBeLessThanOrEqual(truth.finalizedBlock);
  }
  expect(token?.finalizedBlock ?? 0).toBeLessThanOrEqual(truth.finalizedBlock);
  expect((await auditToken(database, tokenId))?.differences).toEqual([]);
  await expectNoOrphans({ database, tokenId, truth });
}

/** What is to be compared in the store. */
export interface StoredRequest extends Omit<TruthRequest, 'stack'> {
  readonly database: Database;
}

/** No document of any collection names a block that is not of the chain. */
async function expectNoOrphans({ database, tokenId, truth }: StoredRequest): Promise<void> {
  const orphans: string[] = [];
  for (const name of await collectionsOf(database)) {
    for await (const { _id, blockNumber, blockHash } of documentsOf(database, name, { tokenId })) {
      if (typeof blockNumber !== 'number') continue;
      if (blockNumber > truth.head.blockNumber) orphans.push(`${name} ${_id}: block ${blockNumber} is not there`);
      else if (blockHash && blockHash !== truth.hashOf(blockNumber))
        orphans.push(`${name} ${_id}: block ${blockNumber} was replaced`);
    }
  }
  expect(orphans).toEqual([]);
}

/** No document of any collection belongs to a token that is not there. */
export async function expectNoStrangers(database: Database): Promise<void> {
  const living = new Set((await database.models.tokens.find({}, { _id: 1 }).lean()).map(({ _id }) => _id));
  const strangers: string[] = [];
  for (const name of await collectionsOf(database)) {
    for await (const { _id, tokenId } of documentsOf(database, name, {})) {
      if (tokenId && !living.has(tokenId)) strangers.push(`${name} ${_id}`);
    }
  }
  expect(strangers).toEqual([]);
}

async function collectionsOf({ connection }: Database): Promise<string[]> {
  return ((await connection.db?.listCollections().toArray()) ?? []).map(({ name }) => name);
}

function documentsOf({ connection }: Database, name: string, filter: { tokenId?: string }) {
  const projection = { tokenId: 1, blockNumber: 1, blockHash: 1 };
  return connection.collection<StoredDocument>(name).find(filter, { projection, batchSize: 5_000 });
}

interface StoredDocument {
  readonly _id: string;
  readonly tokenId?: string | null;
  readonly blockNumber?: number | null;
  readonly blockHash?: string | null;
}

/** Lists of thousands differ in one line of a message, not in all of them. */
function firstDifference(stored: readonly object[], expected: readonly object[]): unknown {
  const text = (row: object | undefined): string =>
    JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value)) ?? 'nothing';
  for (let i = 0; i < Math.max(stored.length, expected.length); i += 1) {
    if (text(stored[i]) !== text(expected[i])) {
      const counts = `${stored.length} rows instead of ${expected.length}`;
      return { counts, row: i, stored: text(stored[i]), expected: text(expected[i]) };
    }
  }
  return undefined;
}
