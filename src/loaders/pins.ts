import type { EpochValue } from '../cache/epoch-value.js';

/**
 * The epoch of each subject within one request: fixed at first use, so that all fields of a token in an answer belong to one epoch.
 * It may be moved only while a single batch, which has handed out nothing yet, relies on it.
 */
export interface Pins {
  /** Undefined: not pinned yet; null: the token does not exist. */
  get(subject: string): EpochValue | null | undefined;
  /** Pins an unpinned subject; one that is pinned already stays as it is. */
  set(subject: string, value: EpochValue | null): void;
  /** Notes that a batch relies on the pin. */
  hold(subject: string, holder: object): void;
  /** Moves the pin when the holder is the only one that relies on it; false when others do. */
  move(subject: string, value: EpochValue | null, holder: object): boolean;
}

/** Pins of a new request. */
export function createPins(): Pins {
  const pins = new Map<string, { value: EpochValue | null; holders: Set<object> }>();
  return {
    get: (subject) => pins.get(subject)?.value,
    set: (subject, value) => {
      if (!pins.has(subject)) pins.set(subject, { value, holders: new Set() });
    },
    hold: (subject, holder) => {
      pins.get(subject)?.holders.add(holder);
    },
    move: (subject, value, holder) => {
      const pin = pins.get(subject);
      if (pin?.holders.size !== 1 || !pin.holders.has(holder)) return false;
      pin.value = value;
      return true;
    },
  };
}
