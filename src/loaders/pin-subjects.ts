import { catalogue } from '../cache/key.js';
import type { Cached } from './cached.js';
import type { Readable } from './readable.js';
import type { ScopeState } from './scope-state.js';

/** Pins all subjects of a batch that are not pinned yet; the subjects whose epoch could not be read, with the reason. */
export async function pinSubjects(
  readables: readonly Readable[],
  cached: Cached,
  scope: ScopeState,
): Promise<ReadonlyMap<string, Error>> {
  const { pins, store } = scope;
  const failures = new Map<string, Error>();
  const pin = async (subjects: Iterable<string>): Promise<void> => {
    const unpinned = [...new Set(subjects)].filter((subject) => pins.get(subject) === undefined);
    if (unpinned.length === 0) return;
    for (const [subject, value] of await readEpochs(unpinned, cached, scope)) {
      if (value instanceof Error) failures.set(subject, value);
      else pins.set(subject, value);
    }
  };

  const absent = readables.filter(({ key, isToken }) => isToken && cached.entries.get(key)?.value === null);
  if (absent.length > 0) {
    await pin([catalogue]);
    for (const { key, subject } of absent) {
      // "Not found" of this catalogue epoch answers without a look at the token's own epoch.
      if (cached.entries.get(key)?.epoch === pins.get(catalogue)?.epoch) pins.set(subject, null);
    }
  }
  const mentioned = store.epochKeys ? [] : readables.flatMap((readable) => mentionsOf(readable, cached));
  await pin([...readables.map(({ subject }) => subject), ...mentioned]);
  if (readables.some(({ subject, isToken }) => isToken && pins.get(subject) === null)) await pin([catalogue]);
  return failures;
}

async function readEpochs(subjects: readonly string[], { reachable, epochTexts }: Cached, { epochs }: ScopeState) {
  if (reachable) return epochs.resolve(new Map(subjects.map((subject) => [subject, epochTexts.get(subject)])));
  try {
    return await epochs.confirm(subjects);
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return new Map(subjects.map((subject) => [subject, failure]));
  }
}

/** Where epochs cost a read of MongoDB, those of the tokens on a known page are read along with the catalogue's. */
function mentionsOf({ key, group }: Readable, { entries }: Cached): readonly string[] {
  const entry = entries.get(key);
  return entry ? (group.mentions?.(entry.value) ?? []) : [];
}
