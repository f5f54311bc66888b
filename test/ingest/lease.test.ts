import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLease, isHeld } from '../../src/ingest/lease.js';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createIngest, transfer, wallet } from './support.js';

let test: TestDatabase;
/** A second process's connection to the same database. */
let other: CountedDatabase;
let time = Date.UTC(2026, 0, 1);

beforeAll(async () => {
  test = await createTestDatabase();
  other = await countCommands(test.database);
});
afterAll(async () => {
  await other?.close();
  await test?.close();
});

const now = () => time;
const lifeMs = 15_000;
const leaseFor = (name: string, tokenId?: string) =>
  createLease({ database: test.database, name, lifeMs, now, ...(tokenId ? { tokenId } : {}) });
const elsewhere = (name: string, tokenId?: string) =>
  createLease({ database: other.database, name, lifeMs, now, ...(tokenId ? { tokenId } : {}) });
const held = (name: string) => isHeld({ database: test.database, name, now });

describe('a lease', () => {
  it('is held by one of many who ask at once, and keeps its number while it is', async () => {
    const leases = Array.from({ length: 8 }, (_, i) => (i % 2 ? leaseFor('crowd') : elsewhere('crowd')));
    const answers = await Promise.all(leases.map((lease) => lease.hold()));
    expect(answers.filter((fence) => fence !== undefined)).toEqual([1]);
    expect(await Promise.all(leases.map((lease) => lease.hold()))).toEqual(answers);
  });

  it('gives one number to a holder that asks twice at once', async () => {
    const lease = leaseFor('twice');
    expect(await Promise.all([lease.hold(), lease.hold(), lease.hold()])).toEqual([1, 1, 1]);
  });

  it('goes to another at once when it is given back, under a greater number, and so does coming back', async () => {
    const [first, second] = [leaseFor('given back'), elsewhere('given back')];
    expect([await first.hold(), await second.hold(), await held('given back')]).toEqual([1, undefined, true]);
    await first.release();
    expect(await held('given back')).toBe(false);
    expect([await second.hold(), await first.hold()]).toEqual([2, undefined]);
    await second.release();
    expect([await second.hold(), await first.hold()]).toEqual([3, undefined]);
  });

  it('stays with a process that shows up in time, and asks the database only when a third of its life is over', async () => {
    const [first, second] = [leaseFor('late'), elsewhere('late')];
    expect(await first.hold()).toBe(1);
    for (let i = 0; i < 3; i += 1) {
      time += 14_000;
      expect([await first.hold(), await second.hold()]).toEqual([1, undefined]);
    }
    await second.release();
    const before = await test.database.models.jobs.findById('lease:late').lean();
    time += 4_900;
    await first.hold();
    expect(await test.database.models.jobs.findById('lease:late').lean()).toEqual(before);
    time += 200;
    await first.hold();
    expect((await test.database.models.jobs.findById('lease:late').lean())?.expiresAt).toEqual(new Date(time + lifeMs));
  });

  it('tells a process that was paused longer than its life, at the next question, that another has taken over', async () => {
    const [paused, second] = [leaseFor('paused'), elsewhere('paused')];
    expect(await paused.hold()).toBe(1);
    time += lifeMs + 1;
    expect([await second.hold(), await paused.hold()]).toEqual([2, undefined]);
    time += lifeMs + 1;
    expect([await paused.hold(), await second.hold()]).toEqual([3, undefined]);
  });

  it('stays under its number with a process that was paused while nobody else came', async () => {
    const paused = leaseFor('alone');
    expect(await paused.hold()).toBe(1);
    time += 10 * lifeMs;
    expect([await paused.hold(), await elsewhere('alone').hold()]).toEqual([1, undefined]);
  });

  it('is not believed by a process whose clock was set back', async () => {
    const [first, second] = [leaseFor('clock'), elsewhere('clock')];
    await first.hold();
    time += lifeMs + 1;
    expect(await second.hold()).toBe(2);
    time -= 10 * lifeMs;
    expect(await first.hold()).toBeUndefined();
    time += 10 * lifeMs;
  });

  it('is given back by its holder only', async () => {
    const [first, second] = [leaseFor('foreign'), elsewhere('foreign')];
    expect(await first.hold()).toBe(1);
    await second.release();
    expect(await second.hold()).toBeUndefined();
  });
});

describe('a lease on a token', () => {
  const open = async (contract: number) => {
    const ingest = createIngest(test.database);
    const contractAddress = wallet(contract);
    const made = { name: contractAddress, symbol: contractAddress, contractAddress };
    const { _id: tokenId } = await ingest.service.createToken(made);
    const fence = async () => (await test.database.models.tokens.findById(tokenId).lean())?.fence;
    return { ...ingest, tokenId, fence };
  };

  it('refuses what its earlier holder writes from the moment it is taken, and takes the rest', async () => {
    const { pipeline, tokenId, fence } = await open(0xe1);
    const late = createIngest(other.database).pipeline;
    const [first, second] = [elsewhere(`token:${tokenId}`, tokenId), leaseFor(`token:${tokenId}`, tokenId)];
    const write = (by: typeof pipeline, blockNumber: number, number: number | undefined) =>
      by.commit({
        tokenId,
        source: 'rpc',
        transfers: [transfer({ blockNumber })],
        ...(number === undefined ? {} : { fence: number }),
      });
    const old = await first.hold();
    expect([old, await fence()]).toEqual([1, 1]);
    await write(late, 1, old);
    time += lifeMs + 1;
    const taken = await second.hold();
    expect([taken, await fence()]).toEqual([2, 2]);
    await expect(write(late, 2, old)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await write(pipeline, 3, taken);
    await write(pipeline, 4, undefined);
    const blocks = await test.database.models.transactionActivity.find({ tokenId }).sort({ blockNumber: 1 }).lean();
    expect(blocks.map(({ blockNumber }) => blockNumber)).toEqual([1, 3, 4]);
  });

  it('is above every number under which the token was fed, also one of another lease or one that got lost', async () => {
    const { tokenId, fence } = await open(0xe2);
    const [one, two] = [leaseFor('some name', tokenId), elsewhere('another name', tokenId)];
    expect([await one.hold(), await two.hold(), await fence()]).toEqual([1, 2, 2]);
    await test.database.models.jobs.deleteOne({ _id: 'lease:another name' });
    expect([await leaseFor('another name', tokenId).hold(), await fence()]).toEqual([3, 3]);
  });

  it('cannot be had of a token that is gone, and leaves nothing', async () => {
    await expect(leaseFor('gone', 'f'.repeat(24)).hold()).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' });
    expect(await held('gone')).toBe(false);
  });
});
