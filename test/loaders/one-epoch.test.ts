import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { epochsSeen, startProcess, type TestProcess } from './process.js';
import { balances, commitChange, firstBalance, insertTokens } from './tokens.js';

describe.each(['memory', 'redis'] as const)('one epoch per token in an answer, store in %s', (kind) => {
  let test: TestDatabase;
  let first: TestProcess;
  let second: TestProcess;
  let ids: string[];

  beforeAll(async () => {
    test = await createTestDatabase();
    ids = await insertTokens(test.database, 8);
    const redisUrl = kind === 'redis' ? inject('redisUrl') : undefined;
    const options = { ...test, namespace: `one-epoch-${Math.random()}`, cache: { redisUrl, timeoutMs: 1000 } };
    first = await startProcess(options);
    second = await startProcess(options);
  });
  afterAll(async () => {
    await first?.close();
    await second?.close();
    await test?.close();
  });

  it('shows a commit to every process once it is published', async () => {
    const id = ids[0] ?? '';
    for (const process of [first, second])
      expect(await process.resolve((scope) => epochsSeen(scope, id))).toEqual([1, 1, 1, 1]);
    await first.publisher.publishToken(await commitChange(test.database, id));
    for (const process of [second, first])
      expect(await process.resolve((scope) => epochsSeen(scope, id))).toEqual([2, 2, 2, 2]);
  });

  it('says that the answer moved when a commit falls between two waves, and answers anew from one epoch', async () => {
    const id = ids[1] ?? '';
    const moved: boolean[] = [];
    const seen = await first.resolve(async (scope, attempt) => {
      const token = await scope.token(id);
      if (!token) return null;
      if (attempt === 0) await commitChange(test.database, id);
      const rows = (await scope.relation(balances, token, {})) as Array<{ balance: string }>;
      moved.push(scope.moved);
      return [token.epoch, ...rows.map(({ balance }) => Number(balance.slice(3)))];
    });
    expect(moved).toEqual([true, false]);
    expect(seen).toEqual([2, 2, 2]);
  });

  it('goes on with entries of the epoch it began with: nothing moved', async () => {
    const id = ids[2] ?? '';
    await first.resolve((scope) => epochsSeen(scope, id));
    const scope = first.scope();
    const token = await scope.token(id);
    await first.publisher.publishToken(await commitChange(test.database, id));
    expect(token && (await scope.relation(firstBalance, token, {}))).toEqual({ balance: '1011' });
    expect(scope.moved).toBe(false);
    await scope.close();
    expect(await first.resolve((next) => epochsSeen(next, id))).toEqual([2, 2, 2, 2]);
  });

  it('keeps no rows of a wave that moved', async () => {
    const id = ids[3] ?? '';
    const scope = first.scope();
    const token = await scope.token(id);
    if (!token) throw new Error('The token is there.');
    await commitChange(test.database, id);
    await scope.relation(balances, token, {});
    await scope.close();
    const key = `token:{${id}}:balances:own:limit=2`;
    expect(await first.store.read([key])).toEqual({ reachable: true, texts: [undefined] });
  });

  it('reads its last attempt in one snapshot, in which nothing moves', async () => {
    const id = ids[4] ?? '';
    const scope = first.scope(2);
    const token = await scope.token(id);
    if (!token) throw new Error('The token is there.');
    await commitChange(test.database, id);
    expect(await scope.relation(balances, token, {})).toEqual([{ balance: '1011' }, { balance: '1011' }]);
    expect(scope.moved).toBe(false);
    await scope.close();
  });

  it('says that it moved when it is handed a token of another epoch', async () => {
    const id = ids[6] ?? '';
    const old = await first.resolve((scope) => scope.token(id));
    await first.publisher.publishToken(await commitChange(test.database, id));
    const scope = first.scope();
    await scope.token(id);
    if (old) await scope.relation(balances, old, {});
    expect(scope.moved).toBe(true);
    await scope.close();
  });

  it('survives a relation whose rows are no plain JSON', async () => {
    const id = ids[7] ?? '';
    const bad = { ...balances, name: 'bad', load: async () => [{ tokenId: id, balance: 1n as unknown as string }] };
    for (let time = 0; time < 2; time++) {
      const scope = first.scope();
      const token = await scope.token(id);
      expect(token && (await scope.relation(bad, token, {}))).toEqual([{ balance: 1n }]);
      await scope.close();
    }
    expect(first.store.telemetry.counts()['store.unwritable']).toBe(2);
  });

  it('tells of each field where it came from and how fresh it is', async () => {
    const id = ids[5] ?? '';
    const read = async () => {
      const scope = second.scope();
      const token = await scope.token(id);
      if (!token) throw new Error('The token is there.');
      await Promise.all([
        scope.relation(balances, token, {}, ['token', 'a']),
        scope.relation(balances, token, { limit: 2 }, ['token', 'b']),
      ]);
      await scope.close();
      return scope.outcomes;
    };
    const asOf = { epoch: 1, asOfBlock: 100, asOfTime: '2025-01-01T10:30:00.000Z' };
    expect(await read()).toEqual([
      { path: ['token', 'a'], outcome: 'miss', ageMs: 0, ...asOf },
      { path: ['token', 'b'], outcome: 'miss', ageMs: 0, ...asOf },
    ]);
    for (const outcome of await read()) expect(outcome).toMatchObject({ outcome: 'hit', ...asOf });
  });
});
