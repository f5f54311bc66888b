import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RpcSource } from '../../src/ingest/sources/rpc/rpc-source.js';
import type { TokenFeed } from '../../src/services/feeding/token-feed.js';
import { type Anvil, noAnvil, startAnvil } from '../support/anvil.js';
import { createPlay } from '../support/anvil-play.js';
import { type AnvilToken, deployToken } from '../support/anvil-token.js';
import { readTruth } from '../support/anvil-truth.js';
import { expectTruth } from '../support/chain-checks.js';
import { openRpcSource } from '../support/chain-rpc.js';
import { type ChainStack, createChainStack, settle } from '../support/chain-stack.js';

if (noAnvil !== undefined) console.warn(`test/chain/anvil: skipped, ${noAnvil}`);

describe.skipIf(noAnvil !== undefined)('a token of a real chain', () => {
  let stack: ChainStack;
  let anvil: Anvil;
  let token: AnvilToken;
  let source: RpcSource;
  let tokenId: string;
  let feed: TokenFeed;
  const play = createPlay(5);

  beforeAll(async () => {
    stack = await createChainStack();
    anvil = await startAnvil({ automine: false });
    token = await deployToken(anvil);
    await token.play(play(3_000), { perBlock: 25 });
    source = openRpcSource([anvil.url], { SOURCE_TIMEOUT_MS: '2000', RPC_RANGE_BLOCKS: '50' });
    tokenId = await stack.addToken({ address: token.address, decimals: 18 });
    feed = stack.openFeed(tokenId, source);
  });
  afterAll(async () => {
    await feed?.close();
    await source?.close();
    await anvil?.close();
    await stack?.close();
  });

  const expectEqual = async (): Promise<void> => {
    const truth = await readTruth(anvil, token);
    await settle(feed, { until: ({ position }) => position?.blockHash === truth.head.blockHash });
    await expectTruth({ stack, tokenId, truth });
  };

  it('equals the chain after a backfill of thousands of transfers, mints and burns, to the last digit', async () => {
    await expectEqual();
    expect(await stack.test.database.models.transactionActivity.countDocuments({ tokenId })).toBe(3_000);
    expect(await source.describe(token.address)).toMatchObject({
      name: token.name,
      symbol: token.symbol,
      decimals: 18,
    });
  });

  it('equals it block after block at the head, also where blocks are empty', async () => {
    for (let i = 0; i < 3; i += 1) {
      await token.play(play(30), { perBlock: 10 });
      await anvil.mine(i);
      await expectEqual();
    }
  });

  it.each([1, 2, 5, 20, 63])('equals it after the node replaced %i blocks by others', async (depth) => {
    await token.play(play(100), { perBlock: 20 });
    await expectEqual();
    const minted = (block: number) => [token.toTransaction({ from: 0, to: 1 + block, value: 7n }), block];
    await anvil.ask('anvil_reorg', [depth, [minted(0), ...(depth > 2 ? [minted(2)] : [])]]);
    await expectEqual();
  });

  it('equals it after the node was stopped and started again, and goes on meanwhile', async () => {
    await anvil.stop();
    await expect(feed.advance({ signal: AbortSignal.timeout(3_000) })).rejects.toThrow('does not answer');
    await anvil.restart();
    await expectEqual();
    await anvil.mine(2);
    await token.play([{ from: 0, to: 3, value: 1n }]);
    await expectEqual();
  });

  it('agrees with the chain about balances and supply at any block, without Multicall3', async () => {
    const truth = await readTruth(anvil, token);
    const { address } = token;
    const blockNumber = truth.head.blockNumber;
    expect(await source.totalSupply({ address, blockNumber })).toBe(truth.totalSupply);
    const balances = await source.balances({ address, wallets: [...truth.balances.keys()], blockNumber });
    expect(balances).toEqual(truth.balances);
    expect(await source.totalSupply({ address, blockNumber: 2 })).toBe(
      truth.transfers
        .filter((row) => row.blockNumber <= 2)
        .reduce((sum, { fromAddress, toAddress, value }) => {
          const zero = `0x${'0'.repeat(40)}`;
          return sum + (fromAddress === zero ? value : 0n) - (toAddress === zero ? value : 0n);
        }, 0n),
    );
  });
});
