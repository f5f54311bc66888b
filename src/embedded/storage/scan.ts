import { MongoError } from '../errors.js';
import type { CollectionRecord, IndexRecord } from './catalog.js';
import { documentKey, idKeyOf, shortenedHead } from './entries.js';
import type { Access, Stream } from './planner.js';
import type { Entry, Range, View } from './view.js';

/** A document reached. */
export interface Candidate {
  readonly idKey: string;
  readonly raw: Buffer;
  /** Where it stands in the order of merged streams. */
  readonly orderKey: string;
}

/** What a scan reads from and counts into. */
export interface ScanContext {
  readonly view: View;
  readonly collection: CollectionRecord;
  readonly examined: { keys: number; docs: number };
  /** The order asked for, over raw documents; used where keys cannot tell. */
  readonly compare: ((a: Buffer, b: Buffer) => number) | undefined;
}

/** Walks a way to the documents, lazily: whoever takes 50 reads 50. */
export function* walk(access: Access, context: ScanContext, ordered: boolean): Generator<Candidate> {
  if (access.kind === 'ids') yield* walkIds(access.idKeys, context);
  else if (access.kind === 'keys') yield* walkKeys(access.index, access.keys, context);
  else if (access.kind === 'union') {
    const branches = access.branches.map((branch) => walk(branch, context, ordered));
    const { compare } = context;
    if (ordered && compare !== undefined) yield* distinct(merge(branches, (a, b) => compare(a.raw, b.raw)));
    else yield* distinct(oneAfterAnother(branches));
  } else {
    const { index, reverse } = access;
    const streams = access.streams.map((stream) => walkStream(stream, index, reverse, context));
    const [only] = streams;
    if (streams.length === 1 && only !== undefined) yield* only;
    else yield* merge(streams, (a, b) => (a.orderKey < b.orderKey ? -1 : 1) * (reverse ? -1 : 1));
  }
}

function* walkIds(idKeys: readonly string[], { view, collection, examined }: ScanContext): Generator<Candidate> {
  for (const idKey of idKeys) {
    const raw = view.document(documentKey(collection, idKey));
    examined.keys++;
    if (raw === undefined) continue;
    examined.docs++;
    yield { idKey, raw, orderKey: '' };
  }
}

function* walkKeys(index: IndexRecord, keys: readonly string[], context: ScanContext): Generator<Candidate> {
  const { view, collection, examined } = context;
  for (const key of keys) {
    const value = view.key(key);
    examined.keys++;
    if (value === undefined) continue;
    examined.docs++;
    const idKey = idKeyOf(index, { key, value });
    const raw = view.document(documentKey(collection, idKey));
    if (raw === undefined) throw danglingKey(collection, index);
    yield { idKey, raw, orderKey: '' };
  }
}

function* walkStream(
  stream: Stream,
  index: IndexRecord | undefined,
  reverse: boolean,
  context: ScanContext,
): Generator<Candidate> {
  for (const range of stream.ranges) {
    const candidates = walkRange(range, index, reverse, stream.orderFrom, context);
    yield* context.compare === undefined ? withoutHeads(candidates) : sortHeads(candidates, context.compare);
  }
}

interface HeadedCandidate extends Candidate {
  readonly head: string | undefined;
}

function* walkRange(
  range: Range,
  index: IndexRecord | undefined,
  reverse: boolean,
  orderFrom: number,
  { view, collection, examined }: ScanContext,
): Generator<HeadedCandidate> {
  const space = index === undefined ? 'documents' : 'keys';
  for (const entry of view.scan(space, range, { reverse, values: index === undefined || index.unique })) {
    examined.keys += index === undefined ? 0 : 1;
    examined.docs++;
    const idKey = index === undefined ? entry.key.slice(collection.id.length) : idKeyOf(index, entry);
    const raw = index === undefined ? entry.value : view.document(documentKey(collection, idKey));
    if (raw === undefined) throw danglingKey(collection, index);
    yield { idKey, raw, orderKey: orderKeyOf(entry, orderFrom), head: shortenedHead(index, entry, idKey) };
  }
}

function orderKeyOf({ key }: Entry, from: number): string {
  return key.slice(from);
}

function* withoutHeads(candidates: Iterable<HeadedCandidate>): Generator<Candidate> {
  yield* candidates;
}

/** Sorts neighbours whose keys were shortened to the same head; all others are in order already. */
function* sortHeads(candidates: Iterable<HeadedCandidate>, compare: (a: Buffer, b: Buffer) => number) {
  let run: HeadedCandidate[] = [];
  for (const candidate of candidates) {
    if (run.length > 0 && run[0]!.head !== candidate.head) {
      yield* run.sort((a, b) => compare(a.raw, b.raw));
      run = [];
    }
    if (candidate.head === undefined) yield candidate;
    else run.push(candidate);
  }
  yield* run.sort((a, b) => compare(a.raw, b.raw));
}

function* oneAfterAnother(sources: Iterable<Generator<Candidate>>): Generator<Candidate> {
  for (const source of sources) yield* source;
}

function* distinct(candidates: Iterable<Candidate>): Generator<Candidate> {
  const seen = new Set<string>();
  for (const candidate of candidates) {
    if (seen.has(candidate.idKey)) continue;
    seen.add(candidate.idKey);
    yield candidate;
  }
}

interface Source {
  current: Candidate;
  readonly rest: Iterator<Candidate>;
}

/** Merges ordered sources with a binary heap: each candidate costs the logarithm of their number. */
function* merge(
  sources: ReadonlyArray<Generator<Candidate>>,
  compare: (a: Candidate, b: Candidate) => number,
): Generator<Candidate> {
  const heap: Source[] = [];
  const isBefore = (a: number, b: number) => compare(heap[a]!.current, heap[b]!.current) < 0;
  const sink = (from: number) => {
    for (let at = from; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && isBefore(child, least)) least = child;
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  };
  try {
    for (const rest of sources) {
      const first = rest.next();
      if (!first.done) heap.push({ current: first.value, rest });
    }
    for (let at = heap.length >> 1; at >= 0; at--) sink(at);
    while (heap.length > 0) {
      const [top] = heap;
      yield top!.current;
      const next = top!.rest.next();
      if (!next.done) top!.current = next.value;
      else {
        const last = heap.pop()!;
        if (heap.length > 0) heap[0] = last;
      }
      sink(0);
    }
  } finally {
    for (const source of sources) source.return(undefined);
  }
}

function danglingKey({ ns }: CollectionRecord, index: IndexRecord | undefined): MongoError {
  return new MongoError(
    'InternalError',
    `Index ${index?.name} of ${ns} names a document that is not there; drop it and make it again.`,
  );
}
