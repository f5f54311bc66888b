import { lisk, liskSepolia, mainnet } from 'viem/chains';

/** Where Multicall3 is on a chain: at its own place where one is known, else at the one that it has on nearly all chains. */
export function multicallAddress(chainId: number): string {
  const known = [lisk, liskSepolia].find(({ id }) => id === chainId) ?? mainnet;
  return known.contracts.multicall3.address.toLowerCase();
}
