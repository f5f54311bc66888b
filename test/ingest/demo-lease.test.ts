import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLease } from '../../src/ingest/sources/demo/lease.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let test: TestDatabase;
let time = Date.UTC(2026, 0, 1);

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test?.close());

const leaseFor = (name: string) => createLease({ models: test.database.models, name, lifeMs: 15_000, now: () => time });

describe('lease', () => {
  it('is held by one of many who ask at once', async () => {
    const leases = Array.from({ length: 8 }, () => leaseFor('crowd'));
    const answers = await Promise.all(leases.map((lease) => lease.hold()));
    expect(answers.filter(Boolean)).toHaveLength(1);
    const again = await Promise.all(leases.map((lease) => lease.hold()));
    expect(again).toEqual(answers);
  });

  it('goes to another at once when it is given back', async () => {
    const [first, second] = [leaseFor('given back'), leaseFor('given back')];
    expect([await first.hold(), await second.hold()]).toEqual([true, false]);
    await first.release();
    expect([await second.hold(), await first.hold()]).toEqual([true, false]);
  });

  it('stays with a process that shows up in time, and is lost by one that does not', async () => {
    const [first, second] = [leaseFor('late'), leaseFor('late')];
    expect(await first.hold()).toBe(true);
    time += 14_000;
    expect([await first.hold(), await second.hold()]).toEqual([true, false]);
    time += 14_000;
    expect([await first.hold(), await second.hold()]).toEqual([true, false]);
    time += 16_000;
    expect([await second.hold(), await first.hold()]).toEqual([true, false]);
  });

  it('is given back by its holder only', async () => {
    const [first, second] = [leaseFor('foreign'), leaseFor('foreign')];
    expect(await first.hold()).toBe(true);
    await second.release();
    expect(await second.hold()).toBe(false);
  });
});
