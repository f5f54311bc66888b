import type { IndexSpec } from '../contracts.js';
import { sizeOf } from './elements.js';
import type { Place } from './key-bytes.js';

/** Which fields the indexes of a collection hold. A dotted path has no slot: its value is found by decoding. */
export interface Layout {
  /** Names of the top-level fields; the place of a name is its slot. */
  readonly names: readonly Buffer[];
  /** The slots of each index, in the order of its key; -1 for a dotted path. */
  readonly slots: ReadonlyMap<string, readonly number[]>;
}

/** The layout of a collection with these indexes. */
export function layoutOf(indexes: ReadonlyArray<Pick<IndexSpec, 'key'> & { readonly id: string }>): Layout {
  const paths = indexes.flatMap(({ key }) => key.map(([path]) => path));
  const names = [...new Set(paths.filter((path) => !path.includes('.')))];
  const slots = new Map(indexes.map(({ id, key }) => [id, key.map(([path]) => names.indexOf(path))]));
  return { names: names.map((name) => Buffer.from(name, 'utf8')), slots };
}

/** Where a document has the named fields, found in one pass over its bytes. Of a field that stands twice the last counts. */
export function locate(raw: Buffer, names: readonly Buffer[]): Place[] {
  const places: Place[] = new Array(names.length).fill(MISSING);
  const last = raw.length - 1;
  for (let field = 4; field < last; ) {
    let nameEnd = field + 1;
    while (nameEnd < last && raw[nameEnd] !== 0) nameEnd++;
    const type = raw[field]!;
    const start = nameEnd + 1;
    const end = start + sizeOf(raw, type, start);
    if (!(end >= start && end <= last)) throw new RangeError('These bytes are no BSON document.');
    for (let slot = 0; slot < names.length; slot++) {
      if (isNamed(raw, field + 1, nameEnd, names[slot]!)) places[slot] = { type, start, end };
    }
    field = end;
  }
  return places;
}

const MISSING: Place = { type: 0, start: 0, end: 0 };

function isNamed(raw: Buffer, start: number, end: number, name: Buffer): boolean {
  if (end - start !== name.length) return false;
  for (let at = name.length - 1; at >= 0; at--) if (raw[start + at] !== name[at]) return false;
  return true;
}
