import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStore, type Store } from '../../src/cache/store.js';
import { createReadThrough, type ReadThrough } from '../../src/loaders/read-through.js';
import { createReader } from '../../src/loaders/reader.js';
import type { TokenSnapshot } from '../../src/models/token-snapshot.js';
import type { AnyRelation, Reader } from '../../src/relations/relation.js';
import { chaosStores } from './chaos-stores.js';
import { type CountedDatabase, countCommands } from './count-commands.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { explainAll } from './explain.js';
import { addTransfer, loadLedger, snapshotOf } from './load-ledger.js';
import { nobody } from './nobody.js';
import { answerOf } from './oracle-answers.js';
import { createOracle } from './oracle-numbers.js';
import { answersBy } from './relation-answers.js';
import { steadyLedger } from './steady-ledger.js';

/** What a relation promises beyond its answers. */
export interface RelationPromise<Args extends object> {
  /** find and aggregate commands that any number of tokens costs, for each distinct arguments. */
  readonly commands: number;
  /** Arguments, and others that must not share an entry with them. */
  readonly args: Args;
  readonly other?: Args;
  /** Rows of each token that the arguments are to give, where they bound them; `size` counts them in a value. */
  readonly bounded?: { readonly args: Args; readonly rows: number; readonly size?: (value: never) => number };
}

/** Histories of the tokens that are asked. */
const seeds = [1, 2, 3];

/** Proves what every relation promises: constant work, order, bounds per token, an exact cache, and plans on indexes. */
export function describeRelation<Args extends object>(relation: AnyRelation, promise: RelationPromise<Args>): void {
  const { commands, args, other, bounded } = promise;
  describe(relation.name, () => {
    let test: TestDatabase;
    let counted: CountedDatabase;
    let store: Store;
    let read: Reader;
    let tokens: TokenSnapshot[];

    beforeAll(async () => {
      test = await createTestDatabase();
      counted = await countCommands(test.database);
      const ids: string[] = [];
      for (const seed of seeds) ids.push(await loadLedger(test.database, steadyLedger(seed)));
      tokens = await Promise.all(ids.map((id) => snapshotOf(test.database, id)));
      const limits = { deadlineAt: Number.MAX_SAFE_INTEGER, timeoutMs: 60_000 };
      read = createReader({ database: counted.database, settings: test.config.answers, limits });
      store = await createStore({ config: { ...test.config.cache, timeoutMs: 5000 }, namespace: 'test' });
    });
    afterAll(async () => {
      await store?.close();
      await counted?.close();
      await test?.close();
    });

    const load = (asked: readonly TokenSnapshot[], given: Args = args) =>
      relation.load(asked, relation.normalize(given, read.settings), read);
    const through = (over: Store): ReadThrough =>
      createReadThrough({ database: counted.database, store: over, relations: [relation], config: test.config });
    const request = async (from: ReadThrough, given: Args = args) => {
      const scope = from.createScope({ deadlineAt: Date.now() + 60_000, attempt: 0, record: true });
      try {
        const asked = await Promise.all(tokens.map(({ id }) => scope.token(id)));
        counted.reset();
        const values = await Promise.all(asked.map((token) => token && scope.relation(relation, token, given)));
        return { values, outcomes: scope.outcomes.map(({ outcome }) => outcome), reads: rowReads(counted) };
      } finally {
        await scope.close();
      }
    };

    it(`reads ${commands} times for one token as for many`, async () => {
      for (const given of other ? [args, other] : [args]) {
        for (const asked of [tokens.slice(0, 1), tokens]) {
          counted.reset();
          await load(asked, given);
          expect(counted.reads.length, counted.reads.join(', ')).toBe(commands);
        }
      }
    });

    it('answers like a naive computation from the transfers', async () => {
      const oracles = seeds.map((seed) => createOracle(steadyLedger(seed)));
      for (const given of [args, ...(other ? [other] : []), ...(bounded ? [bounded.args] : [])]) {
        const answers = await answersBy({ relation, tokens, args: given, read });
        expect(answers).toEqual(oracles.map((oracle) => answerOf(oracle, relation.name, given)));
      }
    });

    it('answers each token as if it were asked alone, in whatever order they are asked', async () => {
      const alone = new Map<string, unknown>();
      for (const token of tokens) alone.set(token.id, await load([token]));
      for (const asked of [tokens, [...tokens].reverse()]) {
        const rows = await load(asked);
        for (const { id } of tokens) expect(rows.filter(({ tokenId }) => tokenId === id)).toEqual(alone.get(id));
      }
      expect([...alone.values()].every((rows) => (rows as unknown[]).length > 0)).toBe(true);
    });

    it('tells beforehand how many rows a token gives at most, or counts them when they are there', async () => {
      const isList = Array.isArray(relation.type);
      for (const given of [args, ...(other ? [other] : []), ...(bounded ? [bounded.args] : [])]) {
        const normal = relation.normalize(given, read.settings);
        const rows = await load(tokens, given);
        for (const token of tokens) {
          const own = rows.filter(({ tokenId }) => tokenId === token.id) as Array<{ nodes?: unknown[] }>;
          const most = relation.rows?.(token, normal, read.settings);
          if (most === undefined) expect(!isList || relation.name === 'priceData').toBe(true);
          else expect(own[0]?.nodes?.length ?? own.length).toBeLessThanOrEqual(most);
          if (bounded?.args === given) expect(most).toBe(bounded.rows);
        }
        expect(relation.rows?.(nobody, normal, read.settings) ?? 0).toBe(0);
      }
    });

    it('answers a token without rows as empty, beside others', async () => {
      const rows = await load([...tokens, nobody]);
      const own = rows.filter(({ tokenId }) => tokenId === nobody.id);
      expect(own.length).toBe(Array.isArray(relation.type) || relation.empty === null ? 0 : 1);
      expect(rows.filter(({ tokenId }) => tokenId !== nobody.id)).toEqual(await load(tokens));
    });

    it('uses an index for everything that it reads', async () => {
      for (const given of other ? [args, other] : [args]) {
        counted.reset();
        await load(tokens, given);
        for (const command of [...counted.commands]) {
          const plans = await explainAll(test.database, command, { id: tokens[0]?.id, limit: new Date() });
          for (const { command: text, stages } of plans) {
            expect(stages.length, text).toBeGreaterThan(0);
            expect(stages, text).not.toContain('COLLSCAN');
          }
        }
      }
    });

    if (bounded) {
      it('bounds each token and not the batch', async () => {
        const { values } = await request(through(store), bounded.args);
        const size = bounded.size ?? ((value: never) => (value as unknown[]).length);
        expect(values.map((value) => size(value as never))).toEqual(tokens.map(() => bounded.rows));
      });
    }

    it('reads no row for a second request, gives an equal value after its round trip, and shares nothing with other arguments', async () => {
      const cached = through(store);
      const first = await request(cached);
      const second = await request(cached);
      expect(first.outcomes).toEqual(tokens.map(() => 'miss'));
      expect(second.outcomes).toEqual(tokens.map(() => 'hit'));
      expect(second.reads).toEqual([]);
      expect(second.values).toStrictEqual(first.values);
      if (other) {
        const another = await request(cached, other);
        expect(another.outcomes).toEqual(tokens.map(() => 'miss'));
        expect(another.values).not.toEqual(first.values);
      }
    });

    it('gives the same answer without a store, with a slow one and with one that forgets', async () => {
      const wanted = (await request(through(store))).values;
      for (const [name, chaos] of Object.entries(chaosStores(store))) {
        expect((await request(through(chaos))).values, name).toStrictEqual(wanted);
      }
    });

    it('loads after a new epoch only the token that has it, and shows its new rows', async () => {
      const cached = through(store);
      await request(cached);
      const changed = tokens[1] as TokenSnapshot;
      await addTransfer(test.database, changed.id, steadyLedger(2));
      tokens = await Promise.all(tokens.map(({ id }) => snapshotOf(test.database, id)));
      const { values, outcomes, reads } = await request(cached);
      expect(outcomes).toEqual(tokens.map(({ id }) => (id === changed.id ? 'miss' : 'hit')));
      for (const { id } of tokens) expect(reads.join('\n').includes(id)).toBe(id === changed.id && commands > 0);
      const fresh = await request(through(chaosStores(store).forgetful));
      expect(values).toStrictEqual(fresh.values);
    });
  });
}

/** Bodies of the commands that read rows; what is left are the epochs and the tokens themselves. */
function rowReads({ commands }: CountedDatabase): string[] {
  return commands
    .filter(({ find }) => find !== 'tokens' && find !== 'metadata')
    .map((command) => JSON.stringify(command));
}
