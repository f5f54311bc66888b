import { describe, expect, it } from 'vitest';
import { encodeEntry, parseEntry } from '../../src/cache/entry.js';
import { isEpochKey, keys } from '../../src/cache/key.js';
import { buildNamespaces } from '../../src/cache/namespace.js';

describe('keys', () => {
  const id = '64b0c0ffee64b0c0ffee64b0';

  it('read as the design says, with the token in a hash tag', () => {
    expect(keys.token(id)).toBe(`token:{${id}}`);
    expect(keys.relation(id, 'holders', { limit: 10 })).toBe(`token:{${id}}:holders:limit=10`);
    expect(keys.relation(id, 'weeklyPayments', { weeks: 4 })).toBe(`token:{${id}}:payments:weekly:weeks=4`);
    expect(keys.relation(id, 'uniqueWallets', {})).toBe(`token:{${id}}:wallets:unique`);
    expect(keys.relation(id, 'metrics', { type: 'ALL' })).toBe(`token:{${id}}:metrics:type="ALL"`);
    expect(keys.symbol('lzar')).toBe('token:symbol:{lzar}');
    expect(keys.list({ isActive: null, first: 50 })).toBe('tokens:list:first=50,isActive=null');
  });

  it('tell those of epochs, in the slot of their token, from all others', () => {
    expect(keys.epoch(id)).toBe(`epoch:{${id}}`);
    expect([keys.epoch(id), keys.epoch('catalogue')].every(isEpochKey)).toBe(true);
    const others = [keys.token(id), keys.relation(id, 'epoch', {}), `${keys.epoch(id)}:data`, keys.symbol('epoch')];
    expect(others.some(isEpochKey)).toBe(false);
  });

  it('are equal for equal arguments in any order, and different for different ones', () => {
    expect(keys.list({ a: 1, b: 2 })).toBe(keys.list({ b: 2, a: 1 }));
    const different = [
      { a: 1 },
      { a: '1' },
      { a: true },
      { a: null },
      { a: 'null' },
      { a: '1,b=2' },
      { a: 1, b: 2 },
      { a: '1"' },
      { a: 'x'.repeat(1000) },
      { a: `${'x'.repeat(999)}y` },
      {},
    ];
    expect(new Set(different.map((args) => keys.relation(id, 'x', args))).size).toBe(different.length);
  });

  it('let no caller shape or swell them', () => {
    const wild = ['a}b', '*', '', 'x'.repeat(100_000), 'a:b', 'ä', '\ud800', '{x}', ' a'];
    const made = wild.map(keys.symbol);
    expect(new Set(made).size).toBe(wild.length);
    for (const key of made) expect(key).toMatch(/^token:symbol:\{[\w~.-]{1,70}\}$/);
    expect(keys.list({ after: 'x'.repeat(100_000) }).length).toBeLessThan(400);
  });
});

describe('namespaces', () => {
  it('of entries differ for another database, another format and other answers; those of epochs only for another database', () => {
    const base = { databaseId: 'a', formatVersion: 1, answers: { maxFirst: 500 } };
    const others = [
      { ...base, databaseId: 'b' },
      { ...base, formatVersion: 2 },
      { ...base, answers: { maxFirst: 501 } },
    ];
    expect(buildNamespaces({ ...base })).toEqual(buildNamespaces({ ...base, answers: { maxFirst: 500 } }));
    const made = [base, ...others].map(buildNamespaces);
    expect(new Set(made.map(({ namespace }) => namespace)).size).toBe(4);
    expect(new Set(made.map(({ epochNamespace }) => epochNamespace)).size).toBe(2);
  });
});

describe('entries', () => {
  it('are equal after a round trip, null and empty values included', () => {
    const huge = '1'.repeat(78);
    for (const value of [null, [], {}, '', 0, false, { a: [huge, null, { b: '2025-01-01T00:00:00.000Z' }] }]) {
      const entry = { epoch: 7, madeAt: 1_700_000_000_000, value };
      expect(parseEntry(encodeEntry(entry))).toEqual(entry);
    }
  });

  it('are nothing when cut off, poisoned or of another shape', () => {
    const text = encodeEntry({ epoch: 7, madeAt: 1, value: { a: 1 } });
    for (let end = 0; end < text.length; end++) expect(parseEntry(text.slice(0, end))).toBeUndefined();
    for (const poison of [
      'null',
      '1',
      '"x"',
      '[]',
      '{}',
      '{"e":1}',
      '{"e":"1","t":1,"v":1}',
      '{"e":1.5,"t":1,"v":1}',
      '{"e":1,"t":null,"v":1}',
    ]) {
      expect(parseEntry(poison), poison).toBeUndefined();
    }
  });
});
