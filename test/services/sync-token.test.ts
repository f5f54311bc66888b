import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SourceError, UpstreamUnavailableError } from '../../src/errors.js';
import type { FeedProgress } from '../../src/services/feeding/progress.js';
import { createTokenSync } from '../../src/services/sync-token.js';
import { auditAll, createIngest, wallet } from '../ingest/support.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createGate, createScriptedSource, type ScriptedSource } from './scripted-source.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test?.close());

let contracts = 0xa00;
async function open(source: ScriptedSource, { leaseMs = 15_000 } = {}) {
  const ingest = createIngest(test.database);
  const { models } = test.database;
  contracts += 1;
  const contractAddress = wallet(contracts);
  const { _id: tokenId } = await ingest.service.createToken({
    name: contractAddress,
    symbol: contractAddress,
    contractAddress,
  });
  /** As another process has it: a pipeline of its own. */
  const engine = () => {
    const { pipeline, published } = createIngest(test.database);
    const { publisher } = published;
    const deps = { database: test.database, pipeline, publisher, sources: { rpc: source }, chainId: 1135, leaseMs };
    return { ...createTokenSync(deps), published };
  };
  return {
    ...ingest,
    tokenId,
    engine,
    blocks: async () =>
      (await models.transactionActivity.find({ tokenId }).sort({ blockNumber: 1 }).lean()).map(
        (row) => row.blockNumber,
      ),
    checkpoint: () => models.checkpoints.findById(`${tokenId}:rpc`).lean(),
    token: () => models.tokens.findById(tokenId).lean(),
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('syncing a token', () => {
  it('takes it to the newest block part by part, tells how far it is, and goes on behind the checkpoint', async () => {
    const source = createScriptedSource();
    const { engine, tokenId, blocks, checkpoint, token } = await open(source);
    source.grow(35);
    const told: FeedProgress[] = [];
    const one = engine();
    const first = await one.sync(tokenId, { onProgress: (progress) => told.push(progress) });
    expect(first).toMatchObject({ outcome: 'current', rows: 35, changed: true, source: 'rpc' });
    expect(told.map(({ blockNumber, headBlock, rows }) => [blockNumber, headBlock, rows])).toEqual([
      [10, 35, 10],
      [20, 35, 20],
      [30, 35, 30],
      [35, 35, 35],
    ]);
    expect(told.at(-1)).toMatchObject({ secondsLeft: 0 });
    expect(one.published.tokens).toHaveLength(4);
    source.grow(1, { empty: true });
    source.grow(2);
    expect(await engine().sync(tokenId)).toMatchObject({ outcome: 'current', rows: 2 });
    expect(source.asked.map(({ after }) => after?.blockNumber)).toEqual([undefined, 35]);
    expect(source.asked[1]?.finalized?.blockNumber).toBe(30);
    expect(await blocks()).toEqual([...range(1, 35), 37, 38]);
    expect(await checkpoint()).toMatchObject({ blockNumber: 38, feed: { state: 'live', lastError: null } });
    expect(await token()).toMatchObject({ asOfBlock: 38, finalizedBlock: 33, source: 'rpc' });
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('begins at the first block that the token names, and shows the source what is stored', async () => {
    const source = createScriptedSource();
    const { engine, tokenId, blocks } = await open(source);
    await test.database.models.tokens.updateOne({ _id: tokenId }, { fromBlock: 8 });
    source.grow(20);
    await engine().sync(tokenId);
    expect(await blocks()).toEqual(range(8, 20));
    const [request] = source.asked;
    if (!request) throw new Error('nothing was asked');
    const trail = [];
    for await (const { blockNumber, blockHash } of request.trail(12)) trail.push([blockNumber, Number(blockHash)]);
    expect(trail).toEqual(
      range(8, 12)
        .reverse()
        .map((block) => [block, block]),
    );
    const stored = [];
    for await (const { blockNumber, value, toAddress } of request.stored(18))
      stored.push([blockNumber, value, toAddress]);
    expect(stored).toEqual(range(18, 20).map((block) => [block, 1n, wallet(2)]));
  });

  it('is done by one of two engines at once, and the other says so without asking the source', async () => {
    const source = createScriptedSource();
    const { engine, tokenId, blocks } = await open(source);
    source.grow(25);
    const results = await Promise.all([engine().sync(tokenId), engine().sync(tokenId)]);
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['busy', 'current']);
    expect(source.asked).toHaveLength(1);
    expect(await blocks()).toEqual(range(1, 25));
  });

  it('ends quietly in a process that was paused while another took over, and nothing of its late part is left', async () => {
    const source = createScriptedSource();
    const { engine, tokenId, blocks } = await open(source);
    source.grow(20);
    const gate = createGate();
    source.beforePart = async (part) => {
      if (part.checkpoint?.blockNumber === 20) await gate.pass();
    };
    const paused = engine().sync(tokenId);
    await gate.reached;
    source.beforePart = undefined;
    // What a stopped process cannot do: show up in time.
    const { jobs } = test.database.models;
    await jobs.updateOne({ _id: `lease:token:${tokenId}` }, { expiresAt: new Date(0) });
    const other = engine().sync(tokenId);
    expect(await other).toMatchObject({ outcome: 'current', rows: 10 });
    source.grow(5);
    gate.open();
    expect(await paused).toMatchObject({ outcome: 'lost', rows: 10 });
    expect(await blocks()).toEqual(range(1, 20));
    expect(await engine().sync(tokenId)).toMatchObject({ outcome: 'current', rows: 5 });
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('keeps its lease while a part takes longer than the lease lives', async () => {
    const source = createScriptedSource();
    const { engine, tokenId } = await open(source, { leaseMs: 1_000 });
    source.grow(5);
    const gate = createGate();
    source.beforePart = gate.pass;
    const slow = engine().sync(tokenId);
    await gate.reached;
    const { jobs } = test.database.models;
    const expiry = async () => (await jobs.findById(`lease:token:${tokenId}`).lean())?.expiresAt?.getTime() ?? 0;
    const before = await expiry();
    await vi.waitUntil(async () => (await expiry()) > before + 1_000, { timeout: 8_000 });
    expect(await engine().sync(tokenId)).toMatchObject({ outcome: 'busy' });
    gate.open();
    expect(await slow).toMatchObject({ outcome: 'current', rows: 5 });
  });

  it('throws what the source throws, says so in the checkpoint, and forgets it with the next success', async () => {
    const source = createScriptedSource();
    const { engine, tokenId, blocks, checkpoint, token } = await open(source);
    source.grow(15);
    source.beforePart = async (part) => {
      if (part.checkpoint?.blockNumber === 15) source.fault = new UpstreamUnavailableError({ service: 'node.test' });
    };
    await expect(engine().sync(tokenId)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(await blocks()).toEqual(range(1, 10));
    expect((await checkpoint())?.feed).toMatchObject({
      state: 'failing',
      headBlock: 15,
      lastError: expect.stringMatching(/^UPSTREAM_UNAVAILABLE: node\.test does not answer/),
    });
    expect((await token())?.asOfBlock).toBe(10);
    source.beforePart = undefined;
    source.fault = undefined;
    expect(await engine().sync(tokenId)).toMatchObject({ outcome: 'current', rows: 5 });
    expect((await checkpoint())?.feed).toMatchObject({ state: 'live', lastError: null });
  });

  it('tells a source that fails before its first part', async () => {
    const source = createScriptedSource();
    const { engine, tokenId, checkpoint } = await open(source);
    source.fault = new SourceError('WRONG_CHAIN', 'node.test serves chain 1, expected 1135.');
    await expect(engine().sync(tokenId)).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
    expect(await checkpoint()).toMatchObject({ blockNumber: null, feed: { state: 'failing' } });
    source.fault = undefined;
    source.grow(3);
    expect(await engine().sync(tokenId)).toMatchObject({ outcome: 'current', rows: 3 });
  });

  it('halts at a reorg that is too deep, in every process, until an operator resumes it; data stays readable', async () => {
    const source = createScriptedSource();
    const { engine, tokenId, blocks, checkpoint, token } = await open(source);
    source.grow(12);
    await engine().sync(tokenId);
    source.fault = new SourceError('REORG_TOO_DEEP', 'Block 7 was final and is another one now.');
    expect(await engine().sync(tokenId)).toMatchObject({ outcome: 'halted', position: { blockNumber: 12 } });
    expect((await checkpoint())?.feed).toMatchObject({
      state: 'halted',
      lastError: 'REORG_TOO_DEEP: Block 7 was final and is another one now.',
    });
    source.fault = undefined;
    source.grow(3);
    const asked = source.asked.length;
    expect(await engine().sync(tokenId)).toMatchObject({ outcome: 'halted', rows: 0 });
    expect(source.asked).toHaveLength(asked);
    expect(await blocks()).toEqual(range(1, 12));
    const before = await token();
    const resumed = engine();
    expect(await resumed.resume(tokenId)).toBe(true);
    expect(resumed.published.tokens).toEqual([{ tokenId, epoch: (before?.epoch ?? 0) + 1 }]);
    expect(await engine().resume(tokenId)).toBe(false);
    expect([before?.finalizedBlock, (await token())?.finalizedBlock]).toEqual([7, null]);
    expect(await engine().sync(tokenId)).toMatchObject({ outcome: 'current', rows: 3 });
    expect(source.asked.at(-1)?.finalized).toBeNull();
  });

  it('ends at the signal without an error, and with an error for a token that is not there or on another chain', async () => {
    const source = createScriptedSource();
    const { engine, tokenId, service, blocks } = await open(source);
    source.grow(30);
    const stop = new AbortController();
    const stopped = engine().sync(tokenId, { signal: stop.signal, onProgress: () => stop.abort() });
    expect(await stopped).toMatchObject({ outcome: 'stopped', rows: 10 });
    expect(await blocks()).toEqual(range(1, 10));
    const contractAddress = wallet(0xb01);
    const foreign = await service.createToken({ name: 'Foreign', symbol: 'FOREIGN', contractAddress, chainId: 1 });
    await expect(engine().sync(foreign._id)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await service.deleteToken(tokenId);
    await expect(engine().sync(tokenId)).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' });
  });
});
