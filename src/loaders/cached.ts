import { chunksOf } from '../cache/chunks.js';
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

/** Asks the store for all entries of a batch, together with the epoch keys of subjects that are not pinned yet. */
export async function readCached(readables: readonly Readable[], { store, pins }: ScopeState): Promise<Cached> {
  const subjects = new Set<string>();
  if (store.epochKeys) {
    for (const { subject } of readables) if (pins.get(subject) === undefined) subjects.add(subject);
    // A token that is not there is a fact of the catalogue, whose epoch is then needed at once.
    if (readables.some(({ isToken }) => isToken) && pins.get(catalogue) === undefined) subjects.add(catalogue);
  }
  const epochTexts = new Map<string, string | undefined>();
  const entries = new Map<string, Entry>();
  const takeEntry = (key: string, text: string | undefined): void => {
    const entry = text === undefined ? undefined : parseEntry(text);
    if (entry) entries.set(key, entry);
    else if (text !== undefined) store.telemetry.count('store.unreadable');
  };
  const asked = [
    ...[...subjects].map((subject) => ({
      key: keys.epoch(subject),
      take: (text: string | undefined): void => void epochTexts.set(subject, text),
    })),
    ...readables.map(({ key }) => ({ key, take: (text: string | undefined): void => takeEntry(key, text) })),
  ];
  for (const part of chunksOf(asked, mostAtOnce)) {
    const read = await store.read(part.map(({ key }) => key));
    if (!read.reachable) return { reachable: false, entries, epochTexts };
    part.forEach(({ take }, i) => void take(read.texts[i]));
  }
  return { reachable: true, entries, epochTexts };
}

/** Parsing between the parts keeps large answers from blocking everything else. */
const mostAtOnce = 100;
