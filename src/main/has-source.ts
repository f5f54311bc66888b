import type { Config } from '../config.js';

/** True when the configuration names somewhere to feed tokens from. */
export function hasSource({ rpc, moralis }: Pick<Config, 'rpc' | 'moralis'>): boolean {
  return rpc.urls !== undefined || moralis.apiKey !== undefined;
}
