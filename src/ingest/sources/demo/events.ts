import { zeroAddress } from '../../../models/address.js';
import type { Ledger } from './ledger.js';
import { parties } from './parties.js';
import type { PlannedEvent } from './plan.js';
import type { DemoProfile } from './profiles.js';
import { interestSelector } from './profiles.js';
import type { Random } from './random.js';

/** One movement of an event, before it has a place in a block. `transaction` counts the transactions of the event. */
export interface Movement {
  readonly from: string;
  readonly to: string;
  readonly value: bigint;
  readonly transaction: number;
  readonly methodId: string;
  readonly isSuccess: boolean;
}

/** Decides who moves how much, and books it. Nobody ever sends what he does not have; a failed transfer is not booked. */
export function playEvent({ event, profile, ledger, random }: PlayOptions): Movement[] {
  const { treasury, payer, pool } = parties(profile.symbol);
  const unit = 10n ** BigInt(profile.decimals);
  const supply = profile.supply * unit;
  const movements: Movement[] = [];
  const move = (from: string, to: string, value: bigint, extra: Partial<Movement> = {}): void => {
    if (extra.isSuccess !== false) ledger.move({ from, to, value });
    movements.push({ from, to, value, transaction: 0, methodId: selectors.transfer, isSuccess: true, ...extra });
  };
  /** A part of an amount in per cent, whole cents where the token is fine enough for it. */
  const part = (amount: bigint, percent: number): bigint =>
    roundDown((amount * BigInt(Math.round(percent * 1_000_000))) / 100_000_000n, profile.decimals);

  switch (event.kind) {
    case 'genesis':
      move(zeroAddress, treasury, supply, { methodId: selectors.mint });
      move(treasury, pool, part(supply, 20), { transaction: 1 });
      break;
    case 'mint':
      move(zeroAddress, treasury, part(supply, random.whole(10, 60) / 100), { methodId: selectors.mint });
      break;
    case 'burn':
      move(treasury, zeroAddress, part(ledger.balanceOf(treasury), random.whole(10, 90) / 100), {
        methodId: selectors.burn,
      });
      break;
    case 'interest': {
      // A twelfth percent of the balance, about four percent a year, to at most forty wallets in one transaction.
      const due = new Map<string, bigint>();
      for (let i = 0; i < 40; i++) {
        const wallet = ledger.anyWallet(random);
        const amount = part(ledger.balanceOf(wallet), 0.0833);
        if (wallet !== pool && amount > 0n) due.set(wallet, amount);
      }
      const sum = [...due.values()].reduce((total, amount) => total + amount, 0n);
      const missing = sum - ledger.balanceOf(payer);
      // A treasury that has handed out nearly everything skips a week.
      if (missing > ledger.balanceOf(treasury)) break;
      if (missing > 0n) move(treasury, payer, missing);
      for (const [wallet, amount] of due) move(payer, wallet, amount, { transaction: 1, methodId: interestSelector });
      break;
    }
    case 'transfer':
      playTransfer({ supply, treasury, pool, ledger, random, move, part });
  }
  return movements;
}

function playTransfer({ supply, treasury, pool, ledger, random, move, part }: TransferOptions): void {
  const dice = random.next();
  const joins = ledger.walletCount < 20 || dice < 0.14;
  if (joins) {
    // First balances are spread over three powers of ten, so that every band of holders is filled.
    const payout = part(supply, 0.0004 * 10 ** (3 * random.next() ** 2));
    const from = random.next() < 0.6 ? treasury : pool;
    const value = payout < ledger.balanceOf(from) / 4n ? payout : ledger.balanceOf(from) / 1_000n;
    move(from, ledger.newWallet(), value);
    return;
  }
  const trades = dice < 0.4;
  const buys = trades && random.next() < 0.5;
  const sender = buys ? pool : ledger.anySender(random);
  const receiver = trades && !buys ? pool : ledger.anyWallet(random);
  const most = ledger.balanceOf(sender);
  const share = sender === pool || sender === treasury ? 0.001 + 0.2 * random.next() ** 3 : 2 + 70 * random.next() ** 2;
  const rounded = part(most, share);
  const value = rounded > 0n ? rounded : most;
  move(sender, receiver, value, {
    isSuccess: random.next() >= 0.004,
    methodId: trades ? selectors.swap : selectors.transfer,
  });
}

function roundDown(amount: bigint, decimals: number): bigint {
  const step = decimals > 2 ? 10n ** BigInt(decimals - 2) : 1n;
  return amount >= step ? amount - (amount % step) : amount;
}

const selectors = { transfer: '0xa9059cbb', mint: '0x40c10f19', burn: '0x42966c68', swap: '0x38ed1739' } as const;

/** What is needed to play an event. */
export interface PlayOptions {
  readonly event: PlannedEvent;
  readonly profile: DemoProfile;
  readonly ledger: Ledger;
  readonly random: Random;
}

interface TransferOptions {
  readonly supply: bigint;
  readonly treasury: string;
  readonly pool: string;
  readonly ledger: Ledger;
  readonly random: Random;
  move(from: string, to: string, value: bigint, extra?: Partial<Movement>): void;
  part(amount: bigint, percent: number): bigint;
}
