import type { Entry } from '../cache/entry.js';
import type { EpochValue } from '../cache/epoch-value.js';
import { catalogue } from '../cache/key.js';
import { readCached } from './cached.js';
import { loadMisses } from './load-misses.js';
import { ownerOf } from './owner-of.js';
import { pinSubjects } from './pin-subjects.js';
import type { Readable, ReadResult } from './readable.js';
import type { ScopeState } from './scope-state.js';

/**
 * The one batch function of all loaders: entries and epoch keys from the store together, what is missing from MongoDB side by side,
 * between two reads of the epoch. Results are in the order of the readables.
 */
export async function readBatch(readables: readonly Readable[], scope: ScopeState): Promise<Array<ReadResult | Error>> {
  const holder = {};
  const cached = await readCached(readables, scope);
  const failures = await pinSubjects(readables, cached, scope);
  const results = new Map<string, ReadResult | Error>();
  let pending = readables;
  for (let round = 0; pending.length > 0; round++) {
    const misses: Readable[] = [];
    for (const readable of pending) {
      scope.pins.hold(readable.subject, holder);
      if (scope.pins.get(readable.subject) === null) scope.pins.hold(catalogue, holder);
      const owner = ownerOf(readable, scope);
      const entry = cached.entries.get(readable.key);
      const failure = failures.get(readable.subject) ?? (owner ? undefined : (failures.get(catalogue) ?? missing));
      if (failure) results.set(readable.key, failure);
      else if (owner && entry && isLiving(entry, readable, owner, scope)) results.set(readable.key, hit(entry));
      else misses.push(readable);
    }
    const { values, after } = await loadMisses(misses, scope);
    const again = new Set<string>();
    for (const [subject, value] of after) {
      if (round < mostRounds && scope.pins.move(subject, value, holder)) again.add(subject);
      else scope.moved();
    }
    if (again.size > 0) await pinSubjects(readables, cached, scope);
    for (const readable of misses) {
      const value = values.get(readable.key);
      const epoch = ownerOf(readable, scope)?.epoch ?? 0;
      const outcome = cached.reachable ? 'miss' : 'bypass';
      results.set(readable.key, value instanceof Error ? value : { value, outcome, epoch, ageMs: 0 });
    }
    pending = readables.filter(({ subject }) => again.has(subject));
  }
  return readables.map(({ key }) => {
    const result = results.get(key) ?? missing;
    if (!(result instanceof Error)) scope.count(result.outcome);
    return result;
  });
}

function isLiving(entry: Entry, { subject, isToken }: Readable, owner: EpochValue, { pins }: ScopeState): boolean {
  if (entry.epoch !== owner.epoch) return false;
  return !isToken || (entry.value === null) === (pins.get(subject) === null);
}

function hit({ value, epoch, madeAt }: Entry): ReadResult {
  return { value, outcome: 'hit', epoch, ageMs: Math.max(0, Date.now() - madeAt) };
}

const mostRounds = 3;
const missing = new Error(
  'The database has no document `database` in its collection `metadata`; start the program anew.',
);
