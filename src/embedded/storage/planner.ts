import type { Document } from 'bson';
import type { KeyPattern, SortSpec } from '../contracts.js';
import { MongoError } from '../errors.js';
import { type Bounds, boundsOf, type Interval, narrowedBounds } from './bounds.js';
import type { CollectionRecord, IndexRecord } from './catalog.js';
import { arePoints, expand } from './expand.js';
import { HEAD_BYTES, ID_HEAD_BYTES, invert, shorten, shortenId } from './keys.js';
import type { Range } from './view.js';

/** Ranges that come one after the other in the order of the index. */
export interface Stream {
  readonly ranges: readonly Range[];
  /** Where in a key the part begins that orders several streams among each other. */
  readonly orderFrom: number;
}

/** The way to the documents. */
export type Access =
  | { readonly kind: 'ids'; readonly idKeys: readonly string[] }
  /** Whole keys of a unique index. */
  | { readonly kind: 'keys'; readonly index: IndexRecord; readonly keys: readonly string[] }
  /** Without an index: the documents themselves, in the order of `_id`. Several streams are merged by their keys. */
  | {
      readonly kind: 'scan';
      readonly index?: IndexRecord;
      readonly streams: readonly Stream[];
      readonly reverse: boolean;
    }
  | { readonly kind: 'union'; readonly branches: readonly Access[] };

/** A chosen way, and what it leaves to do. */
export interface Choice {
  readonly access: Access;
  /** True when every document reached matches the filter. */
  readonly exact: boolean;
  /** True when documents come in the order asked for. */
  readonly ordered: boolean;
  /** Leading fields of the index that the filter pins to single values, and whether a range follows. */
  readonly points: number;
  readonly hasRange: boolean;
}

/** Chooses without statistics: the longest prefix of pinned fields, then an order that needs no sort, then a range. */
export function choose(request: {
  readonly collection: CollectionRecord;
  readonly filter: Document;
  readonly sort: SortSpec;
  readonly hint?: string | Document | undefined;
}): Choice {
  const { collection, filter, sort, hint } = request;
  const bounds = boundsOf(filter);
  const candidates = hint === undefined ? collection.indexes : [hinted(collection, hint)];
  const single = chooseSingle({ collection, bounds, sort, candidates, hinted: hint !== undefined });
  if (hint !== undefined || single.access.kind === 'ids') return single;
  for (const alternatives of bounds.alternatives) {
    const branches = alternatives.map((alternative) =>
      chooseSingle({ collection, bounds: narrowedBounds(bounds, alternative), sort, candidates, hinted: false }),
    );
    const better = branches.every((branch) => rank(branch) > rank(single));
    const ordered = branches.every((branch) => branch.ordered);
    if (better && (ordered || !single.ordered || rank(single) === 0)) {
      return { ...single, access: { kind: 'union', branches: branches.map(({ access }) => access) }, ordered };
    }
  }
  return single;
}

interface Question {
  readonly collection: CollectionRecord;
  readonly bounds: Bounds;
  readonly sort: SortSpec;
  readonly candidates: ReadonlyArray<IndexRecord | undefined>;
  readonly hinted: boolean;
}

function chooseSingle({ collection, bounds, sort, candidates, hinted }: Question): Choice {
  const ids = hinted ? undefined : chooseIds(bounds, sort);
  if (ids !== undefined) return ids;
  const [forced] = candidates;
  if (hinted) return chooseIndex(collection, forced, bounds, sort);
  for (const index of candidates) {
    const choice = index?.unique ? chooseWholeKey(index, bounds) : undefined;
    if (choice !== undefined) return choice;
  }
  let best = chooseIndex(collection, undefined, bounds, sort);
  for (const index of candidates) {
    if (sort.length === 0 && !bounds.fields.has(index?.key[0]?.[0] ?? '_id')) continue;
    const choice = chooseIndex(collection, index, bounds, sort);
    const isUseful = choice.points > 0 || choice.hasRange || (sort.length > 0 && choice.ordered);
    if (isUseful && isBetter(choice, best)) best = choice;
  }
  return best;
}

function isBetter(a: Choice, b: Choice): boolean {
  if (a.points !== b.points) return a.points > b.points;
  if (a.ordered !== b.ordered) return a.ordered;
  if (a.hasRange !== b.hasRange) return a.hasRange;
  return a.exact && !b.exact;
}

function rank({ points, hasRange }: Choice): number {
  return points * 2 + (hasRange ? 1 : 0);
}

function chooseIds(bounds: Bounds, sort: SortSpec): Choice | undefined {
  const intervals = bounds.fields.get('_id');
  if (intervals === undefined || !arePoints(intervals)) return undefined;
  const idKeys = intervals.map(({ low }) => shortenId(low));
  const whole = intervals.every(({ low }) => low.length <= ID_HEAD_BYTES);
  const [first] = sort;
  const ordered = first === undefined || idKeys.length < 2 || (first[0] === '_id' && whole);
  if (first?.[1] === -1) idKeys.reverse();
  const exact = bounds.exact && bounds.fields.size === 1;
  return { access: { kind: 'ids', idKeys }, exact, ordered, points: Number.POSITIVE_INFINITY, hasRange: false };
}

/** At most one document has a whole key of a unique index: no other way can be shorter, nor does its order matter. */
function chooseWholeKey(index: IndexRecord, bounds: Bounds): Choice | undefined {
  let fields = '';
  for (const [path, direction] of index.key) {
    const intervals = bounds.fields.get(path);
    const point = intervals?.length === 1 ? intervals[0]?.point : undefined;
    if (point === undefined) return undefined;
    fields += direction === 1 ? point : invert(point);
  }
  const exact = bounds.exact && bounds.fields.size === index.key.length && fields.length <= HEAD_BYTES;
  const access: Access = { kind: 'keys', index, keys: [index.id + shorten(fields)] };
  return { access, exact, ordered: true, points: index.key.length, hasRange: false };
}

function chooseIndex(
  collection: CollectionRecord,
  index: IndexRecord | undefined,
  bounds: Bounds,
  sort: SortSpec,
): Choice {
  const key = effectiveKey(index);
  const order = sort.length > 0 ? orderOf(key, bounds, sort) : { reverse: false, mergeAt: 0 };
  const limit = 4 + (index === undefined ? ID_HEAD_BYTES : HEAD_BYTES);
  const start = index?.id ?? collection.id;
  const merged = expand({ prefixes: [start], key: key.slice(0, order?.mergeAt ?? 0), bounds, limit });
  const canMerge = merged.prefixes.length <= MOST_STREAMS && merged.whole && merged.depth === (order?.mergeAt ?? 0);
  const starts = order !== undefined && canMerge ? merged.prefixes : [start];
  const rest = key.slice(starts === merged.prefixes ? merged.depth : 0);
  const reverse = order?.reverse === true;
  let [exact, whole, hasRange, depth] = [bounds.exact, true, false, 0];
  const streams = starts.map((prefix) => {
    const expanded = expand({ prefixes: [prefix], key: rest, bounds, limit });
    whole &&= expanded.whole;
    hasRange = expanded.hasRange;
    depth = key.length - rest.length + expanded.depth;
    return { ranges: reverse ? expanded.ranges.reverse() : expanded.ranges, orderFrom: prefix.length };
  });
  exact &&= whole && [...bounds.fields.keys()].every((path) => key.slice(0, depth).some(([used]) => used === path));
  const points = hasRange ? depth - 1 : depth;
  const ordered = sort.length === 0 || (order !== undefined && canMerge && whole);
  const [only] = streams;
  const access: Access =
    index?.unique && points === index.key.length && whole && streams.length === 1
      ? { kind: 'keys', index, keys: only!.ranges.map(({ low }) => low) }
      : { kind: 'scan', ...(index && { index }), streams, reverse };
  return { access, exact, ordered, points, hasRange };
}

const MOST_STREAMS = 1_000;

/** Keys of an index that is not unique end with `_id`, so they are ordered by it as well. */
function effectiveKey(index: IndexRecord | undefined): KeyPattern {
  if (index === undefined) return [['_id', 1]];
  return index.unique || index.key.some(([path]) => path === '_id') ? index.key : [...index.key, ['_id', 1]];
}

/**
 * Whether reading an index forward or backward gives the sort order. Pinned fields may be left out on either side;
 * fields with several values before the first sorted one (`$in`) are possible when one stream for each is merged.
 */
function orderOf(key: KeyPattern, bounds: Bounds, sort: SortSpec): { reverse: boolean; mergeAt: number } | undefined {
  const pinned = new Set(key.map(([path]) => path).filter((path) => isOnePoint(bounds.fields.get(path))));
  let [at, direction, mergeAt, hasSeveral] = [0, 0, 0, false];
  for (let next = 0; next < sort.length; ) {
    const [path, wanted] = sort[next]!;
    const field = key[at];
    if (field === undefined) return hasSeveral ? undefined : { reverse: direction === -1, mergeAt };
    const [indexed, stored] = field;
    if (pinned.has(path)) next++;
    else if (pinned.has(indexed)) at++;
    else if (indexed === path) {
      if (direction === 0 && hasSeveral) mergeAt = at;
      if (direction !== 0 && direction !== wanted * stored) return undefined;
      direction = wanted * stored;
      at++;
      next++;
    } else if (direction === 0 && arePoints(bounds.fields.get(indexed))) {
      hasSeveral = true;
      at++;
    } else return undefined;
  }
  return { reverse: direction === -1, mergeAt };
}

function isOnePoint(intervals: readonly Interval[] | undefined): boolean {
  return intervals?.length === 1 && arePoints(intervals);
}

function hinted({ ns, indexes }: CollectionRecord, hint: string | Document): IndexRecord | undefined {
  const wanted = typeof hint === 'string' ? hint : JSON.stringify(Object.entries(hint));
  if (wanted === '_id_' || wanted === '[["_id",1]]' || (typeof hint === 'object' && '$natural' in hint))
    return undefined;
  const found = indexes.find(({ name, key }) => name === wanted || JSON.stringify(key) === wanted);
  if (found !== undefined) return found;
  const known = ['_id_', ...indexes.map(({ name }) => name)].join(', ');
  throw new MongoError('BadValue', `hint ${wanted} is not an index of ${ns}. Its indexes are: ${known}.`);
}
