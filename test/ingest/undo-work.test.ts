import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Position } from '../../src/ingest/batch.js';
import { holderId } from '../../src/models/holder.js';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { explainAll } from '../support/explain.js';
import { auditAll, createIngest, hash, transfer, wallet } from './support.js';

/** Everything that the driver sends, in order, as `update tokens`. */
function listen({ database }: CountedDatabase): string[] {
  const sent: string[] = [];
  database.connection.getClient().on('commandStarted', ({ commandName, command }) => {
    const target = command[commandName];
    sent.push(typeof target === 'string' ? `${commandName} ${target}` : commandName);
  });
  return sent;
}

describe('the work of following a chain', () => {
  let test: TestDatabase;
  let counted: CountedDatabase;
  let sent: string[];
  beforeAll(async () => {
    test = await createTestDatabase();
    counted = await countCommands(test.database);
    sent = listen(counted);
  });
  afterAll(async () => {
    await counted?.close();
    await test?.close();
  });

  const at = (blockNumber: number): Position => ({ blockNumber, blockHash: hash(blockNumber) });
  const head = (blockNumber: number) => ({
    checkpoint: { name: 'rpc', ...at(blockNumber), logIndex: null, finalized: at(1) },
    asOf: {
      blockNumber,
      time: Date.UTC(2025, 0, 6) + blockNumber * 60_000,
      hash: hash(blockNumber),
      finalizedBlock: 1,
    },
  });
  /** A token with a history in which each block has a transfer between some of a few busy wallets. */
  const fill = async (blocks: number, contract: number) => {
    const { pipeline, service } = createIngest(counted.database);
    const contractAddress = wallet(contract);
    const made = { name: contractAddress, symbol: contractAddress, contractAddress };
    const { _id: tokenId } = await service.createToken(made);
    const rows = Array.from({ length: blocks }, (_, i) =>
      transfer({ blockNumber: i + 1, fromAddress: wallet(1 + (i % 5)), toAddress: wallet(1 + (i % 7)) }),
    );
    await pipeline.commit({ tokenId, source: 'rpc', transfers: rows, fence: 1, after: null, ...head(blocks) });
    return { pipeline, tokenId, rows };
  };

  it('is three commands and a commit for a block without a transfer', async () => {
    const { pipeline, tokenId } = await fill(30, 0xe1);
    sent.length = 0;
    await pipeline.commit({ tokenId, source: 'rpc', fence: 1, after: at(30), ...head(31) });
    expect(sent).toEqual(['findAndModify tokens', 'update checkpoints', 'update tokens', 'commitTransaction']);
  });

  it('is as many commands for a rewind of many rows in a long history as of few in a short one', async () => {
    const rewind = async (blocks: number, depth: number, contract: number) => {
      const { pipeline, tokenId, rows } = await fill(blocks, contract);
      const rewindTo = blocks - depth;
      sent.length = 0;
      const transfers = rows.slice(rewindTo);
      await pipeline.commit({
        tokenId,
        source: 'rpc',
        rewindTo,
        transfers,
        fence: 1,
        after: at(blocks),
        ...head(blocks),
      });
      return [...sent];
    };
    const small = await rewind(100, 10, 0xe2);
    expect(small.length).toBeLessThan(30);
    // The undone rows, the newest that stays, some below it, and the newest at the new rows: the day is not read again.
    expect(small.filter((command) => command === 'find transactionActivity')).toHaveLength(4);
    expect(await rewind(1_200, 150, 0xe3)).toEqual(small);
  });

  it('is no look-up for wallets that are new or moved shortly before, and two looks that end at the first row for one that did not', async () => {
    const { pipeline, tokenId } = await fill(300, 0xe4);
    const of = (fromAddress: string, blockNumber: number, logIndex = 1) =>
      transfer({ blockNumber, logIndex, fromAddress, toAddress: wallet(1) });
    const [quiet, fresh] = [wallet(0x99), wallet(0x9a)];
    const early = Array.from({ length: 20 }, (_, i) => of(quiet, i + 1));
    await pipeline.commit({ tokenId, source: 'rpc', transfers: [...early, of(fresh, 290)] });
    counted.reset();
    await pipeline.commit({ tokenId, source: 'rpc', rewindTo: 285, ...head(285) });
    expect(counted.reads.filter((read) => read === 'aggregate holders')).toEqual([]);

    await pipeline.commit({ tokenId, source: 'rpc', transfers: [of(quiet, 286), of(fresh, 286, 2)] });
    counted.reset();
    await pipeline.commit({ tokenId, source: 'rpc', rewindTo: 285, ...head(285) });
    const seen = counted.commands.filter((command) => command.aggregate === 'holders');
    expect(seen).toHaveLength(1);
    expect(seen[0]?.pipeline).toContainEqual({ $match: { _id: { $in: [holderId({ tokenId, address: quiet })] } } });
    const [, ...looks] = await explainAll(test.database, seen[0] ?? {}, { id: quiet }, 'executionStats');
    expect(looks).toHaveLength(2);
    for (const { stages, examined } of looks) {
      expect(stages).toContain('IXSCAN');
      if (examined) expect(examined.docs).toBeLessThanOrEqual(1);
    }
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('is, for many wallets, reading rows below the rewind as long as these have them, each row once', async () => {
    const { pipeline, tokenId } = await fill(1, 0xe5);
    const block = (blockNumber: number, wallets: readonly number[]) =>
      wallets.map((n, logIndex) =>
        transfer({ blockNumber, logIndex, fromAddress: wallet(n), toAddress: wallet(0x77) }),
      );
    const numbers = (from: number, length: number) => Array.from({ length }, (_, i) => from + (i % 100));
    const stays = [...block(2, numbers(1_100, 100)), ...block(3, numbers(1_000, 450))];
    const gone = block(4, [...numbers(1_000, 100), ...numbers(1_100, 100)]);
    await pipeline.commit({ tokenId, source: 'rpc', transfers: [...stays, ...gone] });
    counted.reset();
    await pipeline.commit({ tokenId, source: 'rpc', rewindTo: 3, ...head(3) });
    const walked = counted.commands.filter(({ limit, find }) => find === 'transactionActivity' && Number(limit) > 1);
    expect(walked.map(({ skip }) => skip ?? 0)).toEqual([0, 402]);
    expect(counted.reads).not.toContain('aggregate holders');
    expect(await auditAll(test.database)).toEqual([]);
  });
});
