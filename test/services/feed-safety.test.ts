import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database.js';
import { SourceError, UpstreamUnavailableError } from '../../src/errors.js';
import { createLease } from '../../src/ingest/lease.js';
import { TransientError } from '../../src/ingest/sources/upstream.js';
import { auditAgainstChain } from '../../src/services/chain-audit/chain-audit.js';
import { errorText } from '../../src/services/feeding/error-text.js';
import { createFeedNote } from '../../src/services/feeding/feed-note.js';
import { openTokenFeed } from '../../src/services/feeding/token-feed.js';
import { readIngestStates } from '../../src/services/ingest-states.js';
import { createTokenSync } from '../../src/services/sync-token.js';
import { auditAll, createIngest, wallet } from '../ingest/support.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createGate, createScriptedSource } from './scripted-source.js';

let test: TestDatabase;
let ingest: ReturnType<typeof createIngest>;
beforeAll(async () => {
  test = await createTestDatabase();
  ingest = createIngest(test.database);
});
afterAll(() => test?.close());

let contracts = 0xf00;
async function addToken(): Promise<string> {
  contracts += 1;
  const contractAddress = wallet(contracts);
  const label = { name: contractAddress, symbol: contractAddress };
  return (await ingest.service.createToken({ ...label, contractAddress }))._id;
}
const signal = new AbortController().signal;

describe('the fence of a token', () => {
  it('alone refuses the late write of a paused process, where the checkpoint would still fit', async () => {
    const { database } = test;
    const tokenId = await addToken();
    const source = createScriptedSource();
    source.grow(20);
    const gate = createGate();
    // Paused behind its last look at the lease: what it does next is to write.
    const pipeline: Pick<typeof ingest.pipeline, 'commitAhead'> = {
      commitAhead: async (batch) => {
        if (batch.checkpoint?.blockNumber === 20) await gate.pass();
        return ingest.pipeline.commitAhead(batch);
      },
    };
    const paused = openTokenFeed({ database, pipeline, source, leaseMs: 15_000 }, tokenId);
    const late = paused.advance({ signal });
    await gate.reached;
    const { jobs, transactionActivity, checkpoints } = database.models;
    await jobs.updateOne({ _id: `lease:token:${tokenId}` }, { expiresAt: new Date(0) });
    const other = createLease({ database, name: `token:${tokenId}`, tokenId, lifeMs: 15_000 });
    expect(await other.hold()).toBe(2);
    gate.open();
    expect(await late).toMatchObject({ outcome: 'lost', rows: 10, position: { blockNumber: 10 } });
    expect(await transactionActivity.countDocuments({ tokenId })).toBe(10);
    expect((await checkpoints.findById(`${tokenId}:rpc`).lean())?.blockNumber).toBe(10);
    await other.release();
    await paused.close();
    expect(await auditAll(database)).toEqual([]);
  });
});

describe('the state of a feed', () => {
  /** The database, but that something happens just before a row of checkpoints is made. */
  const beforeUpsert = (database: Database, happens: () => Promise<void>): Pick<Database, 'connection'> => {
    const { connection } = database;
    const collection = (name: string) => {
      const real = connection.db?.collection(name);
      if (!real || name !== 'checkpoints') return real;
      return new Proxy(real, {
        get: (target, property) => {
          const value: unknown = Reflect.get(target, property);
          if (typeof value !== 'function') return value;
          return async (...args: unknown[]) => {
            if (property === 'updateOne' && (args[2] as { upsert?: boolean } | undefined)?.upsert) await happens();
            return value.apply(target, args);
          };
        },
      });
    };
    return { connection: Object.create(connection, { db: { value: { collection } } }) };
  };

  it('leaves no row of a token that is deleted in the moment of the first note', async () => {
    const tokenId = await addToken();
    let deleting: Promise<unknown> | undefined;
    const database = beforeUpsert(test.database, async () => {
      deleting ??= ingest.service.deleteToken(tokenId).then(() => ingest.service.runPurges());
      // Either the deletion is through before the row is made, or it waits until the row is there to be removed.
      await Promise.race([deleting, pause(1_000)]);
    });
    const note = createFeedNote({ database, tokenId, source: 'rpc' });
    const nothing = { headBlock: null, lastError: null, rowsPerSecond: null, secondsLeft: null };
    await note.write({ ...nothing, state: 'failing' });
    expect(deleting).toBeDefined();
    await deleting;
    expect(await test.database.models.tokens.findById(tokenId).lean()).toBeNull();
    expect(await test.database.models.checkpoints.find({ tokenId }).lean()).toEqual([]);
    await note.write({ ...nothing, state: 'live' });
    expect(await test.database.models.checkpoints.find({ tokenId }).lean()).toEqual([]);
  });

  it('tells what the audit found as long as nothing else stands in the way', async () => {
    const tokenId = await addToken();
    const source = createScriptedSource();
    source.grow(3);
    const { database } = test;
    const { publisher } = ingest.published;
    const deps = { database, pipeline: ingest.pipeline, publisher, chainId: 1135, leaseMs: 15_000 };
    const sync = createTokenSync({ ...deps, sources: { rpc: source } });
    await sync.sync(tokenId);
    const stateOf = async () => (await readIngestStates(database)).find((state) => state.tokenId === tokenId);
    const chain = (supply: bigint) => ({
      balances: async () => new Map([[wallet(2), 3n]]),
      totalSupply: async () => supply,
      countTransfers: async () => new Map([1, 2, 3].map((block) => [block, 1])),
    });
    await auditAgainstChain({ database, chain: chain(7n), tokenId });
    expect(await stateOf()).toMatchObject({ state: 'live', source: 'rpc', lastError: expect.stringMatching(/audit/) });
    source.fault = new SourceError('SOURCE_CONTRADICTS', 'Two hashes.');
    await expect(sync.sync(tokenId)).rejects.toThrow();
    expect(await stateOf()).toMatchObject({ state: 'failing', lastError: 'SOURCE_CONTRADICTS: Two hashes.' });
    source.fault = undefined;
    await sync.sync(tokenId);
    const { totals } = (await database.models.tokens.findById(tokenId).lean()) ?? {};
    expect(totals).toBeDefined();
    await database.models.checkpoints.updateOne({ _id: `${tokenId}:audit` }, { 'feed.state': 'clean' });
    expect(await stateOf()).toMatchObject({ state: 'live', lastError: null });
  });
});

describe('the text of an error', () => {
  const away = (cause?: unknown) => new UpstreamUnavailableError({ service: 'node.test', cause });

  it('tells why a node or provider did not answer', () => {
    const says = 'UPSTREAM_UNAVAILABLE: node.test does not answer; the request can be tried again in a moment.';
    expect(errorText(away())).toBe(says);
    expect(errorText(away(new TransientError('no whole answer: ECONNREFUSED')))).toBe(
      `${says} Cause: no whole answer: ECONNREFUSED.`,
    );
    expect(errorText(away(away(new TransientError('no answer within 2000 ms'))))).toContain('within 2000 ms.');
    expect(errorText(new Error('a defect', { cause: new Error('beneath') }))).toBe('INTERNAL: a defect');
    expect(errorText('text')).toBe('INTERNAL: text');
  });

  it('holds of an URL the host alone, and has an end', () => {
    const url = 'https://user:secret@node.test:8545/v3/secret?key=secret#secret';
    expect(errorText(away(new Error(`fetch of ${url} failed`)))).toContain('fetch of node.test:8545 failed.');
    expect(errorText(new SourceError('SOURCE_REFUSED', `"${url}" is refused`))).not.toContain('secret');
    expect(errorText(new Error('x'.repeat(10_000))).length).toBeLessThan(600);
  });
});
