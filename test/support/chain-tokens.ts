import { type ChainToken, defaultTokens } from './rpc-double-chain.js';

/** Two tokens with addresses of their own, so that chains of many seeds fit into one database. */
export function tokensOf(seed: number): readonly [ChainToken, ChainToken] {
  const [alpha, beta] = defaultTokens;
  const address = (kind: string): string => `0x${kind}${seed.toString(16).padStart(36, '0')}ee`;
  return [
    { ...alpha, address: address('a1') },
    { ...beta, address: address('b2') },
  ];
}
