import type { Day } from '../models/calendar.js';
import { createDayNames } from './day-names.js';
import type { HolderState, TouchedHolder } from './holder-book.js';

/** What changed holders mean for the token's totals and for newWallets. */
export interface HolderEffects {
  /** Addresses that changed in any way. */
  touched: number;
  holderCount: number;
  heldAmount: bigint;
  negativeBalanceCount: number;
  openingWallets: number;
  openingAmount: bigint;
  /** Change of newWallets by day. */
  readonly newWallets: Map<Day, number>;
}

/** Sums the differences that a batch made to the holders it touched. */
export function holderEffects(touched: Iterable<TouchedHolder>): HolderEffects {
  const effects: HolderEffects = {
    touched: 0,
    holderCount: 0,
    heldAmount: 0n,
    negativeBalanceCount: 0,
    openingWallets: 0,
    openingAmount: 0n,
    newWallets: new Map(),
  };
  const dayName = createDayNames();
  for (const { before, after } of touched) {
    effects.touched += 1;
    count(effects, before, -1, dayName);
    count(effects, after, 1, dayName);
  }
  for (const [day, change] of effects.newWallets) if (change === 0) effects.newWallets.delete(day);
  return effects;
}

function count(
  effects: HolderEffects,
  state: Readonly<HolderState>,
  sign: 1 | -1,
  dayName: (time: number) => Day,
): void {
  if (state.balance > 0n) {
    effects.holderCount += sign;
    effects.heldAmount += BigInt(sign) * state.balance;
  }
  if (state.balance < 0n) effects.negativeBalanceCount += sign;
  if (state.opening !== null) {
    effects.openingWallets += sign;
    effects.openingAmount += BigInt(sign) * state.opening;
  } else if (state.firstSeen !== null) {
    const day = dayName(state.firstSeen);
    effects.newWallets.set(day, (effects.newWallets.get(day) ?? 0) + sign);
  }
}
