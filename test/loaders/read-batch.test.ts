import { beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeEntry, parseEntry } from '../../src/cache/entry.js';
import type { EpochValue } from '../../src/cache/epoch-value.js';
import { createStore, type Store } from '../../src/cache/store.js';
import { readConfig } from '../../src/config.js';
import { createFlights, type Flights } from '../../src/loaders/flights.js';
import { createNegativeBudget } from '../../src/loaders/negative-budget.js';
import { createPins } from '../../src/loaders/pins.js';
import { readBatch } from '../../src/loaders/read-batch.js';
import type { Group, Readable, ReadResult } from '../../src/loaders/readable.js';
import type { ScopeState } from '../../src/loaders/scope-state.js';

const config = readConfig({});
const subject = '000000000000000000000001';
const epochValue = (epoch: number): EpochValue => ({ epoch, asOfBlock: null, asOfTime: null, finalizedBlock: null });

let store: Store;
let flights: Flights;
/** The epochs as the database has them, by subject. */
let stored: Map<string, number>;
beforeEach(async () => {
  store = await createStore({ config: config.cache, namespace: 'batch' });
  flights = createFlights();
  stored = new Map([[subject, 1]]);
});

const look = async (subjects: Iterable<string>) =>
  new Map(
    [...subjects].map((name) => {
      const epoch = stored.get(name);
      return [name, epoch === undefined ? null : epochValue(epoch)] as const;
    }),
  );

function createState(changes: Partial<ScopeState> = {}) {
  let moved = 0;
  const writes: Array<Promise<unknown>> = [];
  const state: ScopeState = {
    store,
    flights,
    epochs: { resolve: (texts) => look(texts.keys()), confirm: (subjects) => look(subjects) },
    read: { settings: config.answers, find: async () => [], aggregate: async () => [] },
    pins: createPins(),
    ttls: { ...config.cache.tierTtls, negative: 1000 },
    moved: () => {
      moved += 1;
    },
    count: () => undefined,
    allowsNegative: () => true,
    background: (work) => writes.push(work),
    ...changes,
  };
  return { state, moved: () => moved, written: () => Promise.all(writes) };
}

function readable(key: string, load: () => Promise<unknown>, of = subject): Readable {
  const group: Group = { id: key, load: async (wanted) => new Map([[wanted[0]?.key ?? '', await load()]]) };
  return { key, subject: of, tier: 'short', group, isToken: false };
}
const entryOf = async (key: string) => {
  const read = await store.read([key]);
  const text = read.reachable ? read.texts[0] : undefined;
  return text === undefined ? undefined : parseEntry(text);
};
const put = (key: string, text: string) => store.write([{ key, text, ttlMs: 60_000 }]);
const valuesOf = (results: Array<ReadResult | Error>) =>
  results.map((result) => (result instanceof Error ? result.message : result.value));

describe('the batch function', () => {
  it('reads again what moved while nothing of the token was given out', async () => {
    const { state, moved, written } = createState();
    let loads = 0;
    const rows = readable('rows', async () => {
      loads += 1;
      if (loads === 1) stored.set(subject, 2);
      return `load ${loads}`;
    });
    const results = await readBatch([rows], state);
    await written();
    expect(results).toEqual([{ value: 'load 2', outcome: 'miss', epoch: 2, ageMs: 0 }]);
    expect(moved()).toBe(0);
    expect(await entryOf('rows')).toMatchObject({ epoch: 2, value: 'load 2' });
  });

  it('gives up an older hit of the same batch with what moved', async () => {
    await put('known', encodeEntry({ epoch: 1, madeAt: Date.now(), value: 'old' }));
    const { state, moved } = createState();
    let loads = 0;
    const known = readable('known', async () => 'new');
    const rows = readable('rows', async () => {
      loads += 1;
      if (loads === 1) stored.set(subject, 2);
      return `load ${loads}`;
    });
    expect(valuesOf(await readBatch([known, rows], state))).toEqual(['new', 'load 2']);
    expect(moved()).toBe(0);
  });

  it('says so when the token moves each time, and keeps nothing', async () => {
    const { state, moved, written } = createState();
    let loads = 0;
    const rows = readable('rows', async () => {
      loads += 1;
      stored.set(subject, loads + 1);
      return loads;
    });
    await readBatch([rows], state);
    await written();
    expect(loads).toBe(4);
    expect(moved()).toBe(1);
    expect(await entryOf('rows')).toBeUndefined();
  });

  it('says so when a token moves of which something was given out before', async () => {
    const { state, moved } = createState();
    await readBatch([readable('first', async () => 1)], state);
    stored.set(subject, 2);
    await readBatch([readable('second', async () => 2)], state);
    expect(moved()).toBe(1);
  });

  it('lets a token that stands still alone when another one moves', async () => {
    const other = '000000000000000000000002';
    stored.set(other, 5);
    const { state } = createState();
    const loads = { still: 0, moving: 0 };
    const still = readable('still', async () => ++loads.still);
    const moving = readable(
      'moving',
      async () => {
        loads.moving += 1;
        if (loads.moving === 1) stored.set(other, 6);
        return loads.moving;
      },
      other,
    );
    const results = await readBatch([still, moving], state);
    expect(loads).toEqual({ still: 1, moving: 2 });
    expect(results).toMatchObject([{ epoch: 1 }, { epoch: 6 }]);
  });

  it('takes poisoned entries for absent and replaces them', async () => {
    for (const poison of ['', '{', 'null', '[1]', '{"e":1}', encodeEntry({ epoch: 99, madeAt: 1, value: 'future' })]) {
      await put('rows', poison);
      const { state, written } = createState();
      expect(valuesOf(await readBatch([readable('rows', async () => 'right')], state))).toEqual(['right']);
      await written();
      expect(await entryOf('rows')).toMatchObject({ epoch: 1, value: 'right' });
    }
    expect(store.telemetry.counts()['store.unreadable']).toBe(5);
  });

  it('fails a group alone, and keeps nothing of it', async () => {
    const { state, written } = createState();
    const bad = readable('bad', async () => {
      throw new Error('broken');
    });
    const results = await readBatch([bad, readable('good', async () => 'fine')], state);
    await written();
    expect(valuesOf(results)).toEqual(['broken', 'fine']);
    expect(await entryOf('bad')).toBeUndefined();
    expect(await entryOf('good')).toMatchObject({ value: 'fine' });
  });

  it('gives hits although MongoDB fails, and errors for the rest', async () => {
    await put('known', encodeEntry({ epoch: 1, madeAt: Date.now(), value: 'known' }));
    const confirm = async () => {
      throw new Error('down');
    };
    const { state, written } = createState({ epochs: { resolve: (texts) => look(texts.keys()), confirm } });
    const known = readable('known', async () => 'never');
    const results = await readBatch([known, readable('rows', async () => 'unproven')], state);
    await written();
    expect(valuesOf(results)).toEqual(['known', 'down']);
    expect(await entryOf('rows')).toBeUndefined();
  });

  it('reads everything from MongoDB while the store is unreachable, and says so', async () => {
    const unreachable: Store = { ...store, read: async () => ({ reachable: false }), write: async () => false };
    const resolve = async () => {
      throw new Error('Without the store there is no key to resolve.');
    };
    const { state } = createState({ store: unreachable, epochs: { resolve, confirm: look } });
    const results = await readBatch([readable('rows', async () => 'direct')], state);
    expect(results).toEqual([{ value: 'direct', outcome: 'bypass', epoch: 1, ageMs: 0 }]);
  });
});

describe('entries that say "not found"', () => {
  it('are kept up to their budget in each window, other entries always', async () => {
    let now = 1_000_000;
    vi.spyOn(Date, 'now').mockImplementation(() => now);
    const allowsNegative = createNegativeBudget({ most: 2, windowMs: 1000 });
    const write = async (key: string, value: unknown) => {
      const { state, written } = createState({ allowsNegative });
      const wanted = readable(key, async () => value);
      const group = { ...wanted.group, isNegative: (found: unknown) => found === null };
      await readBatch([{ ...wanted, group }], state);
      await written();
      return (await entryOf(key)) !== undefined;
    };
    expect([await write('a', null), await write('b', null), await write('c', null)]).toEqual([true, true, false]);
    expect(await write('d', 'found')).toBe(true);
    now += 1000;
    expect(await write('e', null)).toBe(true);
    vi.restoreAllMocks();
  });
});

describe('one load per value and process', () => {
  /** A load that ends when told. */
  function createHeld() {
    let loads = 0;
    let end: (result: unknown) => void = () => undefined;
    const held = new Promise((resolve) => {
      end = resolve;
    });
    const load = async () => {
      loads += 1;
      const result = await held;
      if (result instanceof Error) throw result;
      return result;
    };
    return { load, end, loads: () => loads };
  }

  it('is shared by requests that miss together', async () => {
    const { load, end, loads } = createHeld();
    const answers = Array.from({ length: 10 }, () => readBatch([readable('rows', load)], createState().state));
    await expect.poll(loads).toBe(1);
    end('shared');
    for (const results of await Promise.all(answers)) expect(valuesOf(results)).toEqual(['shared']);
    expect(loads()).toBe(1);
  });

  it('is not shared across a commit', async () => {
    const first = createHeld();
    const early = readBatch([readable('rows', first.load)], createState().state);
    await expect.poll(first.loads).toBe(1);
    stored.set(subject, 2);
    const late = await readBatch([readable('rows', async () => 'new')], createState().state);
    expect(valuesOf(late)).toEqual(['new']);
    first.end('old');
    expect(await early).toMatchObject([{ epoch: 2 }]);
  });

  it('does not fail a request with the failure of another one', async () => {
    const first = createHeld();
    const leader = readBatch([readable('rows', first.load)], createState().state);
    await expect.poll(first.loads).toBe(1);
    const follower = readBatch([readable('rows', async () => 'own')], createState().state);
    first.end(new Error('mine alone'));
    expect(valuesOf(await leader)).toEqual(['mine alone']);
    expect(valuesOf(await follower)).toEqual(['own']);
  });
});
