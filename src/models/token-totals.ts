import { modelOptions, prop, Severity } from '@typegoose/typegoose';
import { decodeAmount, encodeAmount } from './amount.js';

/** Sums over all rows of one token, so that no answer has to count a whole collection. Amounts in stored form (see amount.ts). */
@modelOptions({ schemaOptions: { _id: false }, options: { allowMixed: Severity.ERROR } })
export class TokenTotals {
  /** Stored transfer rows by kind, failed ones included: what a list without further filter counts. */
  @prop({ type: () => Number, default: 0 })
  transferRows!: number;

  @prop({ type: () => Number, default: 0 })
  mintRows!: number;

  @prop({ type: () => Number, default: 0 })
  burnRows!: number;

  /** Day of the first successful transfer: data begins here. */
  @prop({ type: () => String, default: null })
  firstDay!: string | null;

  /** Time of the first successful transfer. */
  @prop({ type: () => Date, default: null })
  firstTransferAt!: Date | null;

  /** Successful transfers and their amount, mints and burns included. */
  @prop({ type: () => Number, default: 0 })
  txCount!: number;

  @prop({ type: () => String, default: encodeAmount(0n) })
  txAmount!: string;

  /** Opening balances + mints - burns. */
  @prop({ type: () => String, default: encodeAmount(0n) })
  supply!: string;

  /** The chain's own totalSupply at the checkpoint, where a chain is connected and caught up. */
  @prop({ type: () => String, default: null })
  chainSupply!: string | null;

  /** Addresses with a balance above 0, their sum, and addresses below 0. */
  @prop({ type: () => Number, default: 0 })
  holderCount!: number;

  @prop({ type: () => String, default: encodeAmount(0n) })
  heldAmount!: string;

  @prop({ type: () => Number, default: 0 })
  negativeBalanceCount!: number;

  /** Wallets with an opening balance above 0: cumulativeWallets starts from them. */
  @prop({ type: () => Number, default: 0 })
  openingWallets!: number;
}

/** Totals of a token without rows. */
export function emptyTotals(): TokenTotals {
  return {
    transferRows: 0,
    mintRows: 0,
    burnRows: 0,
    firstDay: null,
    firstTransferAt: null,
    txCount: 0,
    txAmount: encodeAmount(0n),
    supply: encodeAmount(0n),
    chainSupply: null,
    holderCount: 0,
    heldAmount: encodeAmount(0n),
    negativeBalanceCount: 0,
    openingWallets: 0,
  };
}

/** The total supply in base units: the chain's own answer where there is one. Shares are a part of it. */
export function supplyOf({ chainSupply, supply }: Pick<TokenTotals, 'chainSupply' | 'supply'>): bigint {
  return decodeAmount(chainSupply ?? supply);
}
