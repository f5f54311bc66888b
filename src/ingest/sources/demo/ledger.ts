import { zeroAddress } from '../../../models/address.js';
import { type Parties, walletAddress } from './parties.js';
import type { Random } from './random.js';

/** Balances of one demo token, and which wallets it has: what decides who can send how much. */
export interface Ledger {
  balanceOf(address: string): bigint;
  /** Number of ordinary wallets that took part so far. */
  readonly walletCount: number;
  /** The wallet that takes part next. */
  newWallet(): string;
  /** One of those that took part; early ones more often. */
  anyWallet(random: Random): string;
  /** One that has something; the treasury when a few tries find none. */
  anySender(random: Random): string;
  /** Books a transfer; the zero address mints and burns. Throws RangeError when the sender does not have the amount. */
  move(transfer: { from: string; to: string; value: bigint }): void;
}

/** Opens the books with the balances of the addresses seen so far; ordinary wallets join in the order of their numbers. */
export function createLedger({ special, firstWallet, balances }: LedgerOptions): Ledger {
  const books = new Map(balances);
  const strangers = new Set([zeroAddress, special.treasury, special.payer, special.pool]);
  const wallets: string[] = [];
  const addressOfNext = (): string => walletAddress(firstWallet + wallets.length);
  const join = (): void => {
    while (books.has(addressOfNext())) wallets.push(addressOfNext());
  };
  join();
  const balanceOf = (address: string): bigint => books.get(address) ?? 0n;
  const anyWallet = (random: Random): string =>
    wallets[Math.floor(wallets.length * random.next() ** 2)] ?? special.pool;
  return {
    balanceOf,
    get walletCount() {
      return wallets.length;
    },
    newWallet: addressOfNext,
    anyWallet,
    anySender(random) {
      for (let attempt = 0; attempt < 6; attempt++) {
        const wallet = anyWallet(random);
        if (balanceOf(wallet) > 0n) return wallet;
      }
      return special.treasury;
    },
    move({ from, to, value }) {
      if (from !== zeroAddress) {
        if (value > balanceOf(from)) throw new RangeError(`${from} has ${balanceOf(from)}, cannot send ${value}`);
        books.set(from, balanceOf(from) - value);
      }
      if (to !== zeroAddress) books.set(to, balanceOf(to) + value);
      if (!strangers.has(to)) join();
    },
  };
}

/** What a ledger starts from. */
export interface LedgerOptions {
  readonly special: Parties;
  readonly firstWallet: number;
  readonly balances: Iterable<readonly [address: string, balance: bigint]>;
}
