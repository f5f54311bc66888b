import { type Anvil, noAnvil, startAnvil } from '../../support/anvil.js';
import { deployToken } from '../../support/anvil-token.js';
import { readTruth } from '../../support/anvil-truth.js';
import { openRpcSource } from '../../support/chain-rpc.js';
import { describeSource } from '../../support/describe-source.js';
import { startRpcDouble } from '../../support/rpc-double.js';
import { createChain, defaultTokens } from '../../support/rpc-double-chain.js';
import { supplyOnChain, transfersOnChain } from '../../support/rpc-double-truth.js';

for (const check of ['full', 'sampled'] as const) {
  for (const [i, token] of defaultTokens.entries()) {
    describeSource(`rpc, RPC_CHECK=${check}, labels as ${token.labels}`, async () => {
      const chain = createChain({ seed: 40 + i });
      chain.mine(230);
      const node = await startRpcDouble({ chain });
      const source = openRpcSource([node.url], { RPC_RANGE_BLOCKS: '30', RPC_CHECK: check });
      const transfers = transfersOnChain(chain, token.address);
      const { name, symbol, decimals } = token;
      return {
        source,
        address: token.address,
        facts: { name, symbol, decimals, totalSupply: supplyOnChain(transfers) },
        transfers,
        headBlock: 230,
        close: async () => {
          await source.close();
          await node.close();
        },
      };
    });
  }
}

if (noAnvil === undefined) {
  describeSource('rpc on a real chain', async () => {
    const anvil: Anvil = await startAnvil({ automine: false });
    const token = await deployToken(anvil);
    const minted = Array.from({ length: 300 }, (_, i) => ({ from: 0, to: 1 + (i % 9), value: BigInt(i) }));
    await token.play(minted, { perBlock: 4 });
    const truth = await readTruth(anvil, token);
    const source = openRpcSource([anvil.url], { RPC_RANGE_BLOCKS: '20', SOURCE_TIMEOUT_MS: '2000' });
    return {
      source,
      address: token.address,
      facts: { name: token.name, symbol: token.symbol, decimals: 18, totalSupply: truth.totalSupply },
      transfers: truth.transfers,
      headBlock: truth.head.blockNumber,
      close: async () => {
        await source.close();
        await anvil.close();
      },
    };
  });
} else console.warn(`the source rpc on a real chain: skipped, ${noAnvil}`);
