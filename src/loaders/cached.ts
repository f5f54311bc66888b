import { type Entry, parseEntry } from '../cache/entry.js';
import { catalogue, keys } from '../cache/key.js';
import type { Readable } from './readable.js';
import type { ScopeState } from './scope-state.js';

/** What the store had: entries, and texts of the epoch keys that were asked with them. */
export interface Cached {
  readonly reachable: boolean;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly epochTexts: ReadonlyMap<string, string | undefined>;
}

/** Asks the store once for all entries of a batch, with the epoch keys of subjects that are not pinned yet. */
export async function readCached(readables: readonly Readable[], { store, pins }: ScopeState): Promise<Cached> {
  const subjects = new Set<string>();
  if (store.epochKeys) {
    for (const { subject } of readables) if (pins.get(subject) === undefined) subjects.add(subject);
    // A token that is not there is a fact of the catalogue, whose epoch is then needed at once.
    if (readables.some(({ isToken }) => isToken) && pins.get(catalogue) === undefined) subjects.add(catalogue);
  }
  const asked = [...readables.map(({ key }) => key), ...[...subjects].map(keys.epoch)];
  const read = await store.read(asked);
  const texts = read.reachable ? read.texts : [];
  const entries = new Map<string, Entry>();
  readables.forEach(({ key }, i) => {
    const text = texts[i];
    const entry = text === undefined ? undefined : parseEntry(text);
    if (entry) entries.set(key, entry);
    else if (text !== undefined) store.telemetry.count('store.unreadable');
  });
  const epochTexts = new Map([...subjects].map((subject, i) => [subject, texts[readables.length + i]]));
  return { reachable: read.reachable, entries, epochTexts };
}
