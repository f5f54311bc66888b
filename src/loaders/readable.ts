import type { Tier } from '../cache/tiers.js';
import type { Reader } from '../relations/relation.js';

/** One cached value that a request wants: where it is kept, whose epoch it belongs to, how it is loaded with others of its kind. */
export interface Readable {
  readonly key: string;
  /** Token id or `catalogue`. */
  readonly subject: string;
  readonly tier: Tier;
  readonly group: Group;
  /** True for the token itself: when it does not exist, that is a fact of the catalogue. */
  readonly isToken: boolean;
}

/** Values that are loaded by the same commands, whatever their number. */
export interface Group {
  readonly id: string;
  /** Values by key; every one of the readables has one. */
  load(readables: readonly Readable[], read: Reader): Promise<ReadonlyMap<string, unknown>>;
  /** True for a value that says "not found" and is kept for a short time only. */
  isNegative?(value: unknown): boolean;
  /** Tokens that a reader of this value is going to ask for. */
  mentions?(value: unknown): readonly string[];
}

/** What a request is given. */
export interface ReadResult {
  readonly value: unknown;
  readonly outcome: Outcome;
  readonly epoch: number;
  readonly ageMs: number;
}

/** Where a value came from: living entry · older entry served on purpose · MongoDB · MongoDB because the store was unreachable. */
export type Outcome = 'hit' | 'stale' | 'miss' | 'bypass';
