import { type Document, deserialize } from 'bson';
import type { FindRequest, Found, Plan, QueryLanguage, SortSpec } from '../contracts.js';
import { MongoError } from '../errors.js';
import type { CollectionRecord } from './catalog.js';
import { type Choice, choose } from './planner.js';
import { type ScanContext, walk } from './scan.js';
import type { View } from './view.js';

/** A document of an answer: its bytes as stored, and decoded where the filter or the sort looked into it. */
export interface Row {
  readonly idKey: string;
  readonly raw: Buffer;
  readonly decoded: Document | undefined;
}

/** An answer being read: plans at once, reads when iterated, each time anew. */
export class Reading implements Found {
  readonly plan: Plan;
  readonly examined = { keys: 0, docs: 0 };
  readonly #request: FindRequest;
  readonly #choice: Choice | undefined;
  readonly #source: ReadingSource;

  constructor(request: FindRequest, source: ReadingSource) {
    this.#request = request;
    this.#source = source;
    const { collection } = source;
    const { filter = {}, hint } = request;
    this.#choice = collection && choose({ collection, filter, sort: sortSpec(request.sort), hint });
    this.plan = describe(this.#choice);
    // A filter that the language does not know is refused here, not at the first document.
    if (this.#choice === undefined && Object.keys(filter).length > 0) source.language.compileFilter(filter);
  }

  /** The documents, decoded. */
  *[Symbol.iterator](): Generator<Document> {
    for (const { raw, decoded } of this.rows()) yield decoded ?? deserialize(raw);
  }

  /** The documents as stored, byte for byte. */
  *raw(): Generator<Uint8Array> {
    for (const { raw } of this.rows()) yield raw;
  }

  /** The documents with what was learnt on the way. */
  *rows(): Generator<Row> {
    const { skip = 0, limit = 0 } = this.#request;
    const end = limit === 0 ? Number.POSITIVE_INFINITY : skip + limit;
    if (this.#choice === undefined) return;
    let position = 0;
    for (const row of this.#sorted(this.#choice, end)) {
      if (position >= skip) yield row;
      if (++position >= end) return;
    }
  }

  /** Number of documents, from keys alone where they say it all. */
  count(): number {
    const { skip = 0, limit = 0 } = this.#request;
    const all = this.#countAll();
    const rest = Math.max(0, all - skip);
    return limit === 0 ? rest : Math.min(rest, limit);
  }

  #countAll(): number {
    const choice = this.#choice;
    const { view, collection } = this.#source;
    if (choice === undefined || collection === undefined) return 0;
    if (choice.exact && choice.access.kind === 'keys') {
      this.examined.keys += choice.access.keys.length;
      return choice.access.keys.filter((key) => view.key(key) !== undefined).length;
    }
    if (!choice.exact || choice.access.kind !== 'scan') {
      let count = 0;
      for (const _row of this.#matching(choice)) count++;
      return count;
    }
    if (Object.keys(this.#request.filter ?? {}).length === 0) return this.#source.countAll(collection);
    const space = choice.access.index === undefined ? 'documents' : 'keys';
    let count = 0;
    for (const { ranges } of choice.access.streams) for (const range of ranges) count += view.count(space, range);
    this.examined.keys += count;
    return count;
  }

  #sorted(choice: Choice, end: number): Iterable<Row> {
    const { sort } = this.#request;
    if (sort === undefined || choice.ordered) return this.#matching(choice);
    const compare = this.#source.language.compileSort(sort);
    return topRows(this.#matching(choice), compare, end);
  }

  *#matching(choice: Choice): Generator<Row> {
    const { view, collection, language } = this.#source;
    if (collection === undefined) return;
    const { filter = {}, sort } = this.#request;
    const matches = choice.exact ? undefined : language.compileFilter(filter);
    const compare = sort !== undefined && choice.ordered ? compareRaw(language, sort) : undefined;
    const context: ScanContext = { view, collection, examined: this.examined, compare };
    for (const { idKey, raw } of walk(choice.access, context, choice.ordered)) {
      if (matches === undefined) yield { idKey, raw, decoded: undefined };
      else {
        const decoded = deserialize(raw);
        if (matches(decoded)) yield { idKey, raw, decoded };
      }
    }
  }
}

/** What a reading reads from. */
export interface ReadingSource {
  readonly view: View;
  readonly language: QueryLanguage;
  /** Undefined where the snapshot has no such collection. */
  readonly collection: CollectionRecord | undefined;
  readonly countAll: (collection: CollectionRecord) => number;
}

/** The answer to `explain`. */
function describe(choice: Choice | undefined): Plan {
  if (choice === undefined) return { stage: 'EOF', blockingSort: false, covered: false };
  const { access, ordered, exact } = choice;
  const common = { blockingSort: !ordered, covered: exact && (access.kind === 'scan' || access.kind === 'keys') };
  if (access.kind === 'ids') return { stage: access.idKeys.length > 0 ? 'IDHACK' : 'EOF', ...common };
  if (access.kind === 'union') return { stage: 'SORT_MERGE', ...common };
  const { index } = access;
  const streams = access.kind === 'scan' ? access.streams : [];
  const isEmpty =
    access.kind === 'scan' ? streams.every(({ ranges }) => ranges.length === 0) : access.keys.length === 0;
  if (isEmpty) return { stage: 'EOF', ...common };
  const isWhole = index === undefined && choice.points === 0 && !choice.hasRange;
  if (isWhole) return { stage: 'COLLSCAN', ...common };
  const stage = streams.length > 1 ? 'SORT_MERGE' : 'IXSCAN';
  const keyPattern = index === undefined ? { _id: 1 } : Object.fromEntries(index.key);
  return { stage, indexName: index?.name ?? '_id_', keyPattern, ...common };
}

/** A sort document as pairs; `$natural` asks for no order of values. */
export function sortSpec(sort: Document | undefined): SortSpec {
  const pairs = Object.entries(sort ?? {}).filter(([path]) => path !== '$natural');
  return pairs.map(([path, direction]) => {
    if (Number(direction) === 1) return [path, 1];
    if (Number(direction) === -1) return [path, -1];
    throw new MongoError('BadValue', `A sort order is 1 or -1; ${path} has ${JSON.stringify(direction)}.`);
  });
}

function compareRaw(language: QueryLanguage, sort: Document): (a: Buffer, b: Buffer) => number {
  const compare = language.compileSort(sort);
  return (a, b) => compare(deserialize(a), deserialize(b));
}

/** Sorts in memory, holding no more than twice the rows that are asked for. */
function topRows(rows: Iterable<Row>, compare: (a: Document, b: Document) => number, wanted: number): Row[] {
  const byOrder = (a: DecodedRow, b: DecodedRow) => compare(a.decoded, b.decoded);
  let held: DecodedRow[] = [];
  for (const { idKey, raw, decoded } of rows) {
    held.push({ idKey, raw, decoded: decoded ?? deserialize(raw) });
    if (held.length >= 2 * wanted + 100) held = held.sort(byOrder).slice(0, wanted);
  }
  return held.sort(byOrder).slice(0, wanted);
}

interface DecodedRow extends Row {
  readonly decoded: Document;
}
