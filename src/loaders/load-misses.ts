import { type Entry, encodeEntry } from '../cache/entry.js';
import type { EpochValue } from '../cache/epoch-value.js';
import type { EpochMap } from '../cache/epochs.js';
import type { StoreEntry } from '../cache/store.js';
import { withJitter } from '../cache/tiers.js';
import type { Landed } from './flights.js';
import { ownerOf } from './owner-of.js';
import type { Readable } from './readable.js';
import type { ScopeState } from './scope-state.js';

/** Values by key, and the new epochs of subjects that moved while they were read. */
export interface Loaded {
  readonly values: ReadonlyMap<string, unknown>;
  readonly after: EpochMap;
}

/** Loads what the store did not have. What another request of this process is loading under the same epoch is not loaded again. */
export async function loadMisses(misses: readonly Readable[], scope: ScopeState): Promise<Loaded> {
  if (misses.length === 0) return { values: new Map(), after: new Map() };
  const joined = new Map<Readable, Promise<Landed | undefined>>();
  for (const readable of misses) {
    const pin = scope.pins.get(readable.subject);
    const flight = pin ? scope.flights.join(readable.key, pin.epoch) : undefined;
    if (flight) joined.set(readable, flight);
  }
  const [own, landed] = await Promise.all([
    lead(
      misses.filter((readable) => !joined.has(readable)),
      scope,
    ),
    Promise.all([...joined].map(async ([readable, flight]) => [readable, await flight] as const)),
  ]);
  const values = new Map(own.values);
  const orphans = landed.filter(([, result]) => result === undefined).map(([readable]) => readable);
  for (const [{ key }, result] of landed) if (result) values.set(key, result.value);
  const rest = await lead(orphans, scope);
  return { values: new Map([...values, ...rest.values]), after: new Map([...own.after, ...rest.after]) };
}

/** Loads between two reads of the epoch: the pins are the first, `confirm` is the second. Equal epochs prove the values, which are then kept. */
async function lead(misses: readonly Readable[], scope: ScopeState): Promise<Loaded> {
  if (misses.length === 0) return { values: new Map(), after: new Map() };
  const { pins, flights, epochs, store } = scope;
  const flightOf = new Map(
    misses.flatMap((readable) => {
      const pin = pins.get(readable.subject);
      return pin ? [[readable.key, flights.lead(readable.key, pin.epoch)] as const] : [];
    }),
  );
  const before = new Map(misses.map(({ subject }) => [subject, pins.get(subject) ?? null]));
  const after = new Map<string, EpochValue | null>();
  const proven: Proven[] = [];
  try {
    const madeAt = Date.now();
    const values = await loadGroups(misses, scope);
    const confirmed = await confirm([...before.keys()], values, epochs);
    for (const readable of misses) {
      const { key, subject, isToken } = readable;
      const pin = before.get(subject) ?? null;
      const now = confirmed instanceof Error ? pin : (confirmed.get(subject) ?? null);
      const value = values.get(key);
      if (confirmed instanceof Error) values.set(key, value instanceof Error ? value : confirmed);
      else if (
        now?.epoch !== pin?.epoch ||
        (isToken && !(value instanceof Error) && (value === null) !== (pin === null))
      )
        after.set(subject, now);
      else if (!(value instanceof Error)) {
        const epoch = ownerOf(readable, scope)?.epoch ?? 0;
        proven.push({ readable, entry: { epoch, madeAt, value } });
        flightOf.get(key)?.({ value });
      }
    }
    return { values, after };
  } finally {
    for (const land of flightOf.values()) land(undefined);
    if (proven.length > 0) scope.background(store.write(toStoreEntries(proven, scope)));
  }
}

interface Proven {
  readonly readable: Readable;
  readonly entry: Entry;
}

/** Texts are made part by part as the store takes them: thousands at once would keep the answer waiting. */
function* toStoreEntries(proven: readonly Proven[], scope: ScopeState): Generator<StoreEntry> {
  for (const { readable, entry } of proven) {
    if (readable.group.isNegative?.(entry.value) && !scope.allowsNegative()) continue;
    yield { key: readable.key, text: encodeEntry(entry), ttlMs: lifeOf(readable, entry.value, scope) };
  }
}

/** All groups side by side; a group that fails fails alone. */
async function loadGroups(misses: readonly Readable[], { read }: ScopeState): Promise<Map<string, unknown>> {
  const groups = new Map<string, Readable[]>();
  for (const readable of misses) {
    const members = groups.get(readable.group.id);
    if (members) members.push(readable);
    else groups.set(readable.group.id, [readable]);
  }
  const values = new Map<string, unknown>();
  await Promise.all(
    [...groups.values()].map(async (members) => {
      const loaded = await members[0]?.group.load(members, read).catch(toError);
      for (const { key } of members) values.set(key, loaded instanceof Error ? loaded : loaded?.get(key));
    }),
  );
  return values;
}

async function confirm(
  subjects: readonly string[],
  values: ReadonlyMap<string, unknown>,
  epochs: ScopeState['epochs'],
): Promise<EpochMap | Error> {
  const failed = [...values.values()].find((value) => value instanceof Error);
  if (failed && [...values.values()].every((value) => value instanceof Error)) return failed as Error;
  return epochs.confirm(subjects).catch(toError);
}

function lifeOf({ tier, group }: Readable, value: unknown, { ttls }: ScopeState): number {
  return withJitter(group.isNegative?.(value) ? ttls.negative : ttls[tier]);
}

function toError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
