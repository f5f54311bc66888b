import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceError, UpstreamUnavailableError } from '../../src/errors.js';
import { createFindOpenings, type OpeningSources } from '../../src/services/feeding/find-openings.js';
import { readIngestStates } from '../../src/services/ingest-states.js';
import { readHistoryAgain } from '../../src/services/read-history-again.js';
import { createTokenSync } from '../../src/services/sync-token.js';
import { createIngest, wallet } from '../ingest/support.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createScriptedSource } from './scripted-source.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test?.close());

const refusal = (cause?: Error) => new SourceError('SOURCE_REFUSED', 'totalSupply() has no answer', { cause });
const existed: OpeningSources['node'] = { totalSupply: async () => 1_000n };

let contracts = 0xb00;
/** A token that begins at block 8 of a chain of 20 blocks, followed by a node. */
async function open(deps: OpeningSources) {
  const { service, pipeline, published } = createIngest(test.database);
  contracts += 1;
  const contractAddress = wallet(contracts);
  const label = { name: contractAddress, symbol: contractAddress };
  const { _id: tokenId } = await service.createToken({ ...label, contractAddress, fromBlock: 8 });
  const source = createScriptedSource();
  source.grow(20);
  const { sync } = createTokenSync({
    ...{ database: test.database, pipeline, publisher: published.publisher, chainId: 1135, leaseMs: 15_000 },
    sources: { rpc: source, findOpenings: createFindOpenings(deps) },
  });
  return {
    tokenId,
    sync: () => sync(tokenId),
    token: () => test.database.models.tokens.findById(tokenId).lean(),
    rows: () => test.database.models.transactionActivity.countDocuments({ tokenId }),
    told: async () =>
      (await readIngestStates(test.database)).find((state) => state.tokenId === tokenId)?.lastError ?? null,
  };
}

describe('a token that a node feeds from a block behind its creation', () => {
  it('is opened, once and before its first row, with what its owners had before that block', async () => {
    const asked: number[] = [];
    const openings = async ({ fromBlock }: { fromBlock: number }) => {
      asked.push(fromBlock);
      return { blockNumber: fromBlock, balances: new Map([[wallet(1), 500n]]), approximate: false };
    };
    const { sync, token, told, rows } = await open({ node: existed, owners: { openings } });
    await sync();
    await sync();
    expect(asked).toEqual([8]);
    expect(await token()).toMatchObject({ openingBlock: 8, openingsApproximate: false, totals: { openingWallets: 1 } });
    expect(await rows()).toBe(13);
    expect(await told()).toBeNull();
  });

  it('has nothing before where there was no contract yet, which is asked of the node alone', async () => {
    const node = { totalSupply: async () => Promise.reject(refusal()) };
    const { sync, token, told } = await open({ node });
    await sync();
    expect(await token()).toMatchObject({ openingBlock: 8, openingsApproximate: false });
    expect(await told()).toBeNull();
  });

  it.each([
    ['there is nobody to ask', { node: existed }],
    ['no plan pays for them', { node: existed, owners: { openings: () => Promise.reject(refusal()) } }],
    ['the node does not know that past', { node: { totalSupply: () => Promise.reject(refusal(new Error('pruned'))) } }],
  ])('says that balances are missing where %s, until its whole history is read', async (_why, deps) => {
    const { sync, token, told, tokenId } = await open(deps);
    await sync();
    expect(await token()).toMatchObject({ openingBlock: null });
    expect(await told()).toMatch(/^Balances before block 8 are missing.*backfill without --from/);
    await readHistoryAgain(test.database, { tokenId, fromBlock: undefined });
    expect(await told()).toBeNull();
  });

  it('says that balances are approximate which nobody has confirmed', async () => {
    const balances = new Map([[wallet(1), 500n]]);
    const openings = async () => ({ blockNumber: 8, balances, approximate: true });
    const { sync, told } = await open({ node: existed, owners: { openings } });
    await sync();
    expect(await told()).toMatch(/^Opening balances before block 8 are approximate/);
  });

  it('takes no row in while the owners cannot be asked at the moment', async () => {
    const away = new UpstreamUnavailableError({ service: 'moralis' });
    const { sync, rows } = await open({ node: existed, owners: { openings: () => Promise.reject(away) } });
    await expect(sync()).rejects.toThrow(away);
    expect(await rows()).toBe(0);
  });
});
