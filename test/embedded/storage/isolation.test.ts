import { describe, expect, it } from 'vitest';
import { findAll, index, insertAll, openTestStorage } from './harness.js';

const ns = 'test.accounts';

describe('many transactions at once', () => {
  it('keep the sum of all accounts the same for every reader', async () => {
    const storage = await openTestStorage();
    const accounts = 20;
    await storage.createIndexes(ns, [index({ balance: 1 })]);
    await insertAll(
      storage,
      ns,
      Array.from({ length: accounts }, (_, _id) => ({ _id, balance: 100 })),
    );
    let [transfers, conflicts, reads] = [0, 0, 0];
    const until = performance.now() + 1_500;
    const transfer = async (random: () => number) => {
      while (performance.now() < until) {
        const transaction = storage.begin({ multi: true });
        const change = (amount: number) => {
          const filter = { _id: Math.floor(random() * accounts) };
          transaction.update({ ns, filter, update: { $inc: { balance: amount } }, multi: false, upsert: false });
        };
        try {
          change(-7);
          await turn();
          change(7);
          await turn();
          await transaction.commit();
          transfers++;
        } catch (error) {
          transaction.abort();
          expect(error).toMatchObject({ code: 112 });
          conflicts++;
          await turn();
        }
      }
    };
    const read = async () => {
      while (performance.now() < until) {
        const reader = storage.begin({ multi: true });
        const sum = (sort: object) => [...reader.find({ ns, sort })].reduce((total, { balance }) => total + balance, 0);
        expect(sum({ _id: 1 })).toBe(accounts * 100);
        await turn();
        expect(sum({ balance: 1 })).toBe(accounts * 100);
        reader.abort();
        reads++;
      }
    };
    await Promise.all([
      ...Array.from({ length: 12 }, (_, seed) => transfer(generator(seed + 1))),
      read(),
      read(),
      read(),
    ]);
    expect(Math.min(transfers, conflicts, reads)).toBeGreaterThan(10);
    expect(findAll(storage, { ns }).reduce((total, { balance }) => total + balance, 0)).toBe(accounts * 100);
  });
});

/** Lets everybody else run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Numbers from 0 to 1 that are the same in each run. */
function generator(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0;
    return state / 2 ** 32;
  };
}
