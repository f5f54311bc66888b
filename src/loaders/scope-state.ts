import type { EpochMap, Epochs } from '../cache/epochs.js';
import type { Store } from '../cache/store.js';
import type { TierTtls } from '../cache/tiers.js';
import type { Reader } from '../relations/relation.js';
import type { Flights } from './flights.js';
import { loadEpochs } from './load-epochs.js';
import type { Pins } from './pins.js';
import type { Outcome } from './readable.js';

/** What the batch function works with: parts of the process and state of one request. */
export interface ScopeState {
  readonly store: Store;
  readonly epochs: Epochs;
  readonly flights: Flights;
  readonly read: Reader;
  readonly pins: Pins;
  readonly ttls: TierTtls & { readonly negative: number };
  /** Takes one from the budget of "not found" entries; false when it is used up. */
  allowsNegative(): boolean;
  /** A value already used is older than the epoch of later reads. */
  moved(): void;
  count(outcome: Outcome): void;
  /** Work that nobody waits for, such as writing entries. */
  background(work: Promise<unknown>): void;
}

/** Epochs as one snapshot of MongoDB shows them: nothing moves in it, so what was resolved is confirmed. */
export function createSnapshotEpochs(read: Reader): Epochs {
  const seen = new Map<string, EpochMap extends ReadonlyMap<string, infer V> ? V : never>();
  const look = async (subjects: readonly string[]): Promise<EpochMap> => {
    const unseen = subjects.filter((subject) => !seen.has(subject));
    const values = unseen.length === 0 ? new Map() : await loadEpochs(read, unseen);
    for (const subject of unseen) seen.set(subject, values.get(subject) ?? null);
    return new Map(subjects.map((subject) => [subject, seen.get(subject) ?? null]));
  };
  return { confirm: look, resolve: (texts) => look([...texts.keys()]) };
}
