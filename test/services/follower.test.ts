import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UpstreamUnavailableError } from '../../src/errors.js';
import { isHeld } from '../../src/ingest/lease.js';
import { createFollower } from '../../src/services/follower.js';
import { createTokenSync } from '../../src/services/sync-token.js';
import { auditAll, createIngest, wallet } from '../ingest/support.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createGate, createScriptedSource, type ScriptedSource } from './scripted-source.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test?.close());

let contracts = 0xc00;
async function addToken(chainId = 1135): Promise<string> {
  contracts += 1;
  const contractAddress = wallet(contracts);
  const { service } = createIngest(test.database);
  const label = { name: contractAddress, symbol: contractAddress };
  return (await service.createToken({ ...label, contractAddress, chainId }))._id;
}

/** A follower of a chain of its own, as one process has it. */
function follow(
  source: ScriptedSource,
  options: { chainId?: number; leaseMs?: number; backfills?: number; advances?: number; sliceMs?: number } = {},
) {
  const { pipeline, published } = createIngest(test.database);
  const { chainId = 1135, leaseMs = 15_000, ...rest } = options;
  const deps = { database: test.database, chainId, leaseMs };
  const sync = createTokenSync({ ...deps, pipeline, publisher: published.publisher, sources: { rpc: source } });
  const errors: unknown[] = [];
  const changed: string[] = [];
  const follower = createFollower({
    ...deps,
    ...rest,
    sync,
    next: source.next,
    onError: ({ error }) => errors.push(error),
    onChange: (tokenId) => changed.push(tokenId),
  });
  return { follower, errors, changed };
}

const asOf = async (tokenId: string) => (await test.database.models.tokens.findById(tokenId).lean())?.asOfBlock ?? 0;
const reached = (tokenId: string, block: number, timeout = 10_000) =>
  vi.waitUntil(async () => (await asOf(tokenId)) >= block, { timeout, interval: 20 });

describe('following the head', () => {
  it('takes in the history of each token of the chain and then every block, tokens made meanwhile included, and leaves deleted ones', async () => {
    const source = createScriptedSource();
    source.grow(25);
    const [first, foreign] = [await addToken(10), await addToken(11)];
    const { follower, errors, changed } = follow(source, { chainId: 10 });
    await reached(first, 25);
    source.grow(1);
    await reached(first, 26, 1_000);
    const second = await addToken(10);
    await reached(second, 26, 4_000);
    const third = await addToken(10);
    follower.look();
    await reached(third, 26, 4_000);
    source.grow(1);
    await Promise.all([first, second, third].map((id) => reached(id, 27, 2_000)));
    expect(await asOf(foreign)).toBe(0);
    await createIngest(test.database).service.deleteToken(second);
    follower.look();
    await vi.waitUntil(() => !follower.tokenIds.includes(second), { timeout: 3_000 });
    expect([...follower.tokenIds].sort()).toEqual([first, third].sort());
    expect(new Set(changed)).toEqual(new Set([first, second, third]));
    await follower.close();
    expect(errors).toEqual([]);
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('ends within a second and gives its leases back, also in the middle of a history', async () => {
    const source = createScriptedSource();
    source.grow(5);
    const [near, far] = [await addToken(20), await addToken(20)];
    const { follower } = follow(source, { chainId: 20 });
    await Promise.all([reached(near, 5), reached(far, 5)]);
    source.grow(30);
    await reached(near, 15);
    const before = performance.now();
    await follower.close();
    expect(performance.now() - before).toBeLessThan(1_000);
    for (const id of [near, far]) expect(await isHeld({ database: test.database, name: `token:${id}` })).toBe(false);
  });

  it('feeds each token by one of two processes, and by the other when that one ends', async () => {
    const source = createScriptedSource();
    source.grow(5);
    const tokens = [await addToken(30), await addToken(30), await addToken(30)];
    const [one, two] = [follow(source, { chainId: 30 }), follow(source, { chainId: 30 })];
    await Promise.all(tokens.map((id) => reached(id, 5)));
    source.grow(10);
    await Promise.all(tokens.map((id) => reached(id, 15)));
    await one.follower.close();
    source.grow(10);
    await Promise.all(tokens.map((id) => reached(id, 25)));
    await two.follower.close();
    expect([...one.errors, ...two.errors]).toEqual([]);
    const fences = await test.database.models.tokens.find({ _id: { $in: tokens } }, { fence: 1 }).lean();
    expect(fences.every(({ fence }) => fence === 1 || fence === 2)).toBe(true);
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('goes on with older data while the source is away, and with the next blocks when it is back', async () => {
    const source = createScriptedSource();
    source.grow(5);
    const token = await addToken(40);
    const { follower, errors } = follow(source, { chainId: 40 });
    await reached(token, 5);
    source.fault = new UpstreamUnavailableError({ service: 'node.test' });
    source.grow(3);
    await vi.waitUntil(() => errors.length >= 2, { timeout: 5_000 });
    const feed = async () => (await test.database.models.checkpoints.findById(`${token}:rpc`).lean())?.feed;
    expect(await feed()).toMatchObject({ state: 'failing', lastError: expect.stringContaining('node.test') });
    expect(await asOf(token)).toBe(5);
    source.fault = undefined;
    await reached(token, 8);
    await vi.waitUntil(async () => (await feed())?.state === 'live', { timeout: 2_000 });
    await follower.close();
  });

  it('does not let a long history keep others back', async () => {
    const source = createScriptedSource();
    source.grow(40);
    const slow = await addToken(50);
    const gate = createGate();
    const { contractAddress } = (await test.database.models.tokens.findById(slow).lean()) ?? {};
    source.beforePart = async () => {
      const isSlow = source.asked.at(-1)?.address === contractAddress;
      if (isSlow) await gate.pass();
    };
    const { follower } = follow(source, { chainId: 50, backfills: 1, sliceMs: 50 });
    await gate.reached;
    const quick = await addToken(50);
    follower.look();
    await vi.waitUntil(() => follower.tokenIds.includes(quick), { timeout: 3_000 });
    gate.open();
    await Promise.all([reached(quick, 40), reached(slow, 40)]);
    // The long one gave its place up in between, so it had to ask again.
    const askers = source.asked.map(({ address }) => (address === contractAddress ? 'slow' : 'quick'));
    expect(askers.slice(0, 3)).toEqual(['slow', 'quick', 'slow']);
    await follower.close();
  });

  it('lets a new block be taken in by a few tokens at a time', async () => {
    const source = createScriptedSource();
    source.grow(2);
    const tokens = await Promise.all(Array.from({ length: 6 }, () => addToken(70)));
    const { follower } = follow(source, { chainId: 70, advances: 2 });
    await Promise.all(tokens.map((token) => reached(token, 2)));
    const gate = createGate();
    let inside = 0;
    source.beforePart = async () => {
      inside += 1;
      await gate.pass();
    };
    source.grow(1);
    await vi.waitUntil(() => inside === 2, { timeout: 5_000, interval: 5 });
    // A third would have come by the time that a round trip to the database takes.
    for (let i = 0; i < 10; i += 1) await asOf(tokens[0] as string);
    expect(inside).toBe(2);
    gate.open();
    await Promise.all(tokens.map((token) => reached(token, 3)));
    await follower.close();
  });

  it('waits for the operator with a halted token, and goes on by itself once that was told anywhere', async () => {
    const source = createScriptedSource();
    source.grow(3);
    const token = await addToken(60);
    const stored = { tokenId: token, source: 'rpc', blockNumber: null, blockHash: null, logIndex: null };
    const halted = {
      state: 'halted',
      headBlock: null,
      lastError: 'REORG_TOO_DEEP: x',
      rowsPerSecond: null,
      secondsLeft: null,
    };
    await test.database.models.checkpoints.create({
      _id: `${token}:rpc`,
      ...stored,
      updatedAt: new Date(),
      feed: halted,
    });
    const { follower } = follow(source, { chainId: 60 });
    await vi.waitUntil(() => isHeld({ database: test.database, name: `token:${token}` }), { timeout: 3_000 });
    const { published, pipeline } = createIngest(test.database);
    const deps = {
      database: test.database,
      pipeline,
      publisher: published.publisher,
      sources: {},
      chainId: 60,
      leaseMs: 15_000,
    };
    expect(source.asked).toEqual([]);
    expect(await createTokenSync(deps).resume(token)).toBe(true);
    await reached(token, 3);
    await follower.close();
  });
});
