import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { createCoalescer } from './coalesce.js';
import type { EpochKeys } from './epoch-keys.js';
import { type EpochValue, parseEpochValue } from './epoch-value.js';

/** Epochs as MongoDB has them; null for a subject that is not there. */
export type EpochMap = ReadonlyMap<string, EpochValue | null>;

/** The reading side of the epoch protocol, one per process. */
export interface Epochs {
  /**
   * The epochs of subjects, given the texts of their epoch keys as just read (undefined: absent). Living keys answer at once; for absent
   * ones this process takes the lease, reads MongoDB and leaves the value for everybody. Where MongoDB does not answer stands the error.
   */
  resolve(texts: ReadonlyMap<string, string | undefined>): Promise<ReadonlyMap<string, EpochValue | null | Error>>;
  /** The epochs as MongoDB has them after this call. */
  confirm(subjects: readonly string[]): Promise<EpochMap>;
}

/** Builds the reading side; `load` reads the epochs of many subjects from the primary. */
export function createEpochs({
  epochKeys,
  load,
}: {
  epochKeys: EpochKeys | null;
  load: (subjects: readonly string[]) => Promise<EpochMap>;
}): Epochs {
  const floors = createFloors();
  const read = createCoalescer(async (subjects) => {
    const values = await load(subjects);
    for (const subject of subjects) floors.raise(subject, values.get(subject) ?? null);
    return values;
  });
  return {
    confirm: async (subjects) => only(await read(subjects), subjects),
    resolve: async (texts) => {
      const known = new Map<string, EpochValue | null | Error>();
      const absent: string[] = [];
      const unusable: string[] = [];
      for (const [subject, text] of texts) {
        const value = text === undefined ? undefined : parseEpochValue(text);
        if (value !== undefined && floors.allow(subject, value)) known.set(subject, value);
        else if (value === undefined && !text?.startsWith(leasePrefix)) absent.push(subject);
        else unusable.push(subject);
      }
      if (absent.length + unusable.length === 0) return known;
      const lease = `${leasePrefix}${randomBytes(12).toString('base64url')}`;
      const leased = (absent.length > 0 && (await epochKeys?.lease(absent, lease))) || [];
      const asked = [...absent, ...unusable];
      const values = await read(asked).catch(toError);
      if (values instanceof Error) {
        for (const subject of asked) known.set(subject, values);
        return known;
      }
      if (epochKeys && leased.length > 0) {
        // Nobody waits for it: commands of one connection stay in order, and a value that does not arrive only costs the next reader a look.
        void epochKeys.settle(only(values, leased), lease);
      }
      for (const subject of asked) known.set(subject, values.get(subject) ?? null);
      return known;
    },
  };
}

/**
 * The highest epoch seen per subject: a key that a commit has not reached yet may hold a lower one, and a client of this process must not
 * go back. A subject seen and then gone stays gone, because ids are never used again.
 */
function createFloors() {
  const floors = new LRUCache<string, number>({ max: 200_000 });
  return {
    allow: (subject: string, { epoch }: EpochValue): boolean => {
      const floor = floors.get(subject);
      if (floor === undefined || epoch > floor) floors.set(subject, epoch);
      return floor === undefined || epoch >= floor;
    },
    raise: (subject: string, value: EpochValue | null): void => {
      const floor = floors.get(subject);
      if (value === null) {
        if (floor !== undefined) floors.set(subject, Number.POSITIVE_INFINITY);
      } else if (floor === undefined || value.epoch > floor) floors.set(subject, value.epoch);
    },
  };
}

function only(values: EpochMap, subjects: readonly string[]): EpochMap {
  return new Map(subjects.map((subject) => [subject, values.get(subject) ?? null]));
}

function toError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}

const leasePrefix = 'L:';
