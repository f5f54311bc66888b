import type { KeyPattern } from '../contracts.js';
import type { Bounds, Interval } from './bounds.js';
import { invert, successor } from './keys.js';
import type { Range } from './view.js';

/** Goes down an index as far as the filter pins its fields to points, then into at most one field of ranges. */
export function expand(request: { prefixes: string[]; key: KeyPattern; bounds: Bounds; limit: number }) {
  const { key, bounds, limit } = request;
  let { prefixes } = request;
  let [depth, whole] = [0, true];
  for (const [path, direction] of key) {
    const intervals = bounds.fields.get(path);
    if (intervals === undefined || prefixes.length * intervals.length > MOST_RANGES) break;
    const stored = direction === 1 ? intervals : intervals.map(inverted).reverse();
    if (!arePoints(stored)) {
      const ranges = prefixes.flatMap((prefix) => stored.map(({ low, high }) => range(prefix + low, prefix + high)));
      return { prefixes, ranges: joined(ranges), depth: depth + 1, hasRange: true, whole };
    }
    prefixes = prefixes.flatMap((prefix) => stored.map(({ point }) => prefix + point));
    depth++;
    if (prefixes.some((prefix) => prefix.length > limit)) {
      whole = false;
      break;
    }
  }
  const ranges = joined(prefixes.map((prefix) => range(prefix, successor(prefix))));
  return { prefixes, ranges, depth, hasRange: false, whole };

  function range(low: string, high: string): Range {
    if (low.length <= limit && high.length <= limit) return { low, high };
    whole = false;
    return { low: low.slice(0, limit), high: high.length > limit ? successor(high.slice(0, limit)) : high };
  }
}

/** Ranges that were cut may overlap; no key is read twice. */
function joined(ranges: readonly Range[]): Range[] {
  const apart: Range[] = [];
  for (const next of ranges) {
    const last = apart.at(-1);
    if (last === undefined || next.low >= last.high) apart.push(next);
    else if (next.high > last.high) apart[apart.length - 1] = { low: last.low, high: next.high };
  }
  return apart;
}

/** True when every interval is a single value. */
export function arePoints(intervals: readonly Interval[] | undefined): boolean {
  return intervals?.every(({ point }) => point !== undefined) === true;
}

/** The same values where the field falls. */
function inverted({ low, high, point }: Interval): Interval {
  const bounds = { low: successor(invert(high)), high: successor(invert(low)) };
  return point === undefined ? bounds : { low: invert(point), high: bounds.high, point: invert(point) };
}

const MOST_RANGES = 10_000;
