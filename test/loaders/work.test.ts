import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createEpochPublisher } from '../../src/cache/publisher.js';
import { createStore, type Store } from '../../src/cache/store.js';
import { createReadThrough, type ReadThrough } from '../../src/loaders/read-through.js';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { balances, commitChange, firstBalance, insertTokens } from './tokens.js';

describe.each(['memory', 'redis'] as const)('work of a query over many tokens, store in %s', (kind) => {
  let test: TestDatabase;
  let counted: CountedDatabase;
  let store: Store;
  let through: ReadThrough;
  let ids: string[];

  beforeAll(async () => {
    test = await createTestDatabase();
    ids = await insertTokens(test.database, 500);
    counted = await countCommands(test.database);
  });
  afterAll(async () => {
    await store?.close();
    await counted?.close();
    await test?.close();
  });

  /** A cold process with a cache of its own. */
  const start = async () => {
    await store?.close();
    const redisUrl = kind === 'redis' ? inject('redisUrl') : undefined;
    store = await createStore({
      config: { ...test.config.cache, redisUrl, timeoutMs: 2000, epochLifeMs: 60_000 },
      namespace: `work-${Math.random()}`,
    });
    const { config } = test;
    through = createReadThrough({ database: counted.database, store, relations: [balances, firstBalance], config });
    counted.reset();
  };

  const query = async (wanted: readonly string[]) => {
    const scope = through.createScope({ deadlineAt: Date.now() + 30_000, attempt: 0, record: true });
    const answers = await Promise.all(
      wanted.map(async (id) => {
        const token = await scope.token(id);
        if (!token) return null;
        const [list, one] = await Promise.all([
          scope.relation(balances, token, { limit: 1 }),
          scope.relation(firstBalance, token, {}),
        ]);
        return { epoch: token.epoch, list, one };
      }),
    );
    const { outcomes, moved } = scope;
    await scope.close();
    return { answers, outcomes, moved };
  };

  it('sends as many commands for 500 tokens as for one', async () => {
    const work: string[][] = [];
    for (const count of [1, 100, 500]) {
      await start();
      const { answers, moved } = await query(ids.slice(0, count));
      expect(moved).toBe(false);
      expect(answers).toHaveLength(count);
      for (const answer of answers) {
        expect(answer).toEqual({ epoch: 1, list: [{ balance: '1011' }], one: { balance: '1011' } });
      }
      work.push([...counted.reads].sort());
    }
    expect(work[0]).toContain('find holders');
    expect(work[1]).toEqual(work[0]);
    expect(work[2]).toEqual(work[0]);
  });

  it('reads no row again: only the epochs where the store is memory, nothing at all with living epoch keys', async () => {
    await start();
    const first = await query(ids);
    counted.reset();
    const second = await query(ids);
    expect(second.answers).toEqual(first.answers);
    expect(counted.reads).toEqual(kind === 'memory' ? ['find tokens'] : []);
    expect(new Set(second.outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['hit']));
  });

  it('reads only the rows of the token that a commit changed', async () => {
    await start();
    await query(ids);
    await createEpochPublisher({ store }).publishToken(await commitChange(test.database, ids[7] ?? ''));
    counted.reset();
    const { answers } = await query(ids);
    expect(answers[7]).toEqual({ epoch: 2, list: [{ balance: '1012' }], one: { balance: '1012' } });
    expect(answers[8]?.epoch).toBe(1);
    const rowReads = counted.commands.filter(({ find, aggregate }) => (find ?? aggregate) === 'holders');
    expect(rowReads).toHaveLength(2);
    for (const command of rowReads) expect(JSON.stringify(command).match(/[0-9a-f]{24}/g)).toEqual([ids[7]]);
  });
});
