import { createStraightSource } from '../../support/chain-straight-source.js';
import { describeSource } from '../../support/describe-source.js';
import { createChain, defaultTokens } from '../../support/rpc-double-chain.js';
import { supplyOnChain, transfersOnChain } from '../../support/rpc-double-truth.js';

const [token] = defaultTokens;

describeSource('that looks straight at the chain', async () => {
  const chain = createChain({ seed: 11 });
  chain.mine(230);
  const transfers = transfersOnChain(chain, token.address);
  const source = createStraightSource(chain);
  return {
    source,
    address: token.address,
    facts: { name: token.name, symbol: token.symbol, decimals: 18, totalSupply: supplyOnChain(transfers) },
    transfers,
    headBlock: 230,
    close: () => source.close(),
  };
});
