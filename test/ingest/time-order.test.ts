import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TransferInput } from '../../src/ingest/batch.js';
import { rebuildToken } from '../../src/ingest/rebuild.js';
import { keepsTimeOrder } from '../../src/ingest/time-order.js';
import { inTransaction } from '../../src/ingest/transaction.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { auditAll, createIngest, transfer, wallet } from './support.js';

describe('the hint that times rise with blocks', () => {
  let test: TestDatabase;
  let contracts = 0;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.close());

  const at = (minute: number): number => Date.UTC(2025, 0, 6) + minute * 60_000;
  const row = (blockNumber: number, minute: number, logIndex = 0) =>
    transfer({ blockNumber, logIndex, timestamp: at(minute) });
  const fill = async (batches: TransferInput[][]) => {
    const { pipeline, service } = createIngest(test.database);
    const contractAddress = wallet(0xa000 + contracts++);
    const { _id } = await service.createToken({ name: contractAddress, symbol: contractAddress, contractAddress });
    for (const transfers of batches) await pipeline.commit({ tokenId: _id, source: 'file', transfers });
    return { id: _id, hint: await hintOf(_id) };
  };
  const hintOf = async (id: string) => (await test.database.models.tokens.findById(id).lean())?.timesInOrder;

  it.each<[string, boolean, TransferInput[][]]>([
    ['is there before the first row', true, []],
    ['stays with rows that follow each other', true, [[row(1, 1), row(2, 2)], [row(3, 3)]]],
    [
      'stays with blocks of one time',
      true,
      [
        [row(1, 1), row(2, 1)],
        [row(3, 1), row(2, 1, 1)],
      ],
    ],
    ['goes with a later block of an earlier time in one batch', false, [[row(1, 2), row(2, 1)]]],
    ['goes with a new block of an earlier time', false, [[row(1, 1), row(5, 5)], [row(6, 4)]]],
    ['stays with rows before all others', true, [[row(5, 5)], [row(1, 1), row(2, 5)]]],
    ['goes with an earlier block of a later time', false, [[row(5, 5)], [row(1, 6)]]],
    [
      'stays with rows between stored ones',
      true,
      [
        [row(1, 1), row(5, 5), row(9, 9)],
        [row(3, 3), row(7, 9)],
      ],
    ],
    ['goes with a time before that of the row below', false, [[row(1, 3), row(9, 9)], [row(5, 2)]]],
    ['goes with a time after that of the row above', false, [[row(1, 3), row(9, 9)], [row(5, 10)]]],
    ['goes with a time that no neighbour contradicts but a row between', false, [[row(5, 5)], [row(4, 6), row(6, 7)]]],
    ['does not come back', false, [[row(1, 2), row(2, 1)], [row(3, 3)]]],
  ])('%s', async (_title, hint, batches) => {
    expect((await fill(batches)).hint).toBe(hint);
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('is what a look at all rows says, in whatever parts they came', async () => {
    const minutes = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        minutes,
        fc.boolean(),
        fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }),
        async (list, rising, parts) => {
          const times = rising ? [...list].sort((a, b) => a - b) : list;
          const rows = times.map((minute, i) => row(10 + 2 * i, minute));
          const batches = [0, 1, 2, 3].map((part) => rows.filter((_, i) => parts[i] === part));
          const { hint } = await fill(batches.filter((batch) => batch.length > 0));
          expect(hint).toBe(times.every((minute, i) => i === 0 || (times[i - 1] ?? 0) <= minute));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is made anew by a rebuild, whichever way it is wrong, and missed by verify only where that harms', async () => {
    const { published } = createIngest(test.database);
    const deps = { database: test.database, publisher: published.publisher };
    const ordered = await fill([[row(1, 1), row(2, 2), row(3, 2)]]);
    const disordered = await fill([[row(1, 1), row(2, 5), row(3, 2)]]);
    const { tokens } = test.database.models;
    await tokens.updateOne({ _id: ordered.id }, { $unset: { timesInOrder: 1 } });
    await tokens.updateOne({ _id: disordered.id }, { $set: { timesInOrder: true } });
    expect(await auditAll(test.database)).toEqual([`tokens ${disordered.id} timesInOrder: true instead of false`]);
    expect(await rebuildToken(deps, ordered.id)).toBe(0);
    expect(await rebuildToken(deps, disordered.id)).toBe(1);
    expect([await hintOf(ordered.id), await hintOf(disordered.id)]).toEqual([true, false]);
    expect(published.tokens.map(({ tokenId }) => tokenId)).toEqual([ordered.id, disordered.id]);
  });

  it('is given up for new rows that come to stand among too many stored ones to look at', async () => {
    const rows = Array.from({ length: 9 }, (_, i) => row(10 * i, i));
    const { id } = await fill([rows]);
    const keeps = (mostRows: number) =>
      inTransaction(test.database, async (unit) => {
        const token = await unit.collection('tokens').findOne({ _id: id }, { session: unit.session });
        if (!token) throw new Error('no token');
        const moment = ({ blockNumber, timestamp }: TransferInput) => ({ blockNumber, timestamp: new Date(timestamp) });
        const fresh = [moment(row(15, 1)), moment(row(75, 7))];
        return keepsTimeOrder(unit, {
          token,
          fresh,
          newest: { blockNumber: 80, timestamp: new Date(at(8)) },
          mostRows,
        });
      });
    expect([await keeps(6), await keeps(5)]).toEqual([true, false]);
  });

  it('is not claimed for rows that an older program has stored without it', async () => {
    const { id } = await fill([[row(1, 5)]]);
    await test.database.models.tokens.updateOne({ _id: id }, { $unset: { timesInOrder: 1 } });
    const { pipeline } = createIngest(test.database);
    await pipeline.commit({ tokenId: id, source: 'file', transfers: [row(2, 6)] });
    expect(await hintOf(id)).toBe(false);
  });
});
