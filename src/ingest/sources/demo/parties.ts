import { hexOf } from './random.js';

/** Who takes part beside the ordinary wallets. */
export interface Parties {
  /** Receives what is minted, sends what is burnt, and hands out first balances. */
  readonly treasury: string;
  /** Pays the weekly interest. */
  readonly payer: string;
  /** The exchange: one side of many transfers. */
  readonly pool: string;
}

/** The special addresses of a demo token. */
export function parties(symbol: string): Parties {
  return {
    treasury: hexOf(`demo treasury ${symbol}`, 20),
    payer: hexOf(`demo payer ${symbol}`, 20),
    pool: hexOf(`demo pool ${symbol}`, 20),
  };
}

/** Address of wallet `index` of the population that all demo tokens share. */
export function walletAddress(index: number): string {
  return hexOf(`demo wallet ${index}`, 20);
}
