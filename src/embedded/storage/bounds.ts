import type { Document } from 'bson';
import { bracketOf, encodeValue, HIGHEST, LOWEST, successor, tryEncodeValue } from './keys.js';

/** Encoded values of one field from `low` on, before `high`; `point` when only one value fits. */
export interface Interval {
  readonly low: string;
  readonly high: string;
  readonly point?: string;
}

/** What a filter says about fields in terms that an index can answer. */
export interface Bounds {
  /** Allowed values by path, ordered and apart from one another. */
  readonly fields: ReadonlyMap<string, readonly Interval[]>;
  /** True when the intervals say all that the filter says. */
  readonly exact: boolean;
  /** Each `$or` of the filter, with its alternatives. */
  readonly alternatives: ReadonlyArray<readonly Document[]>;
}

/** Reads the bounds of a filter. What it does not understand makes the bounds wider and inexact, never narrower. */
export function boundsOf(filter: Document): Bounds {
  const reader = new Reader();
  reader.readFilter(filter);
  return reader;
}

/** The bounds of documents that match one alternative of an `$or` beside what is known already. */
export function narrowedBounds(known: Bounds, alternative: Document): Bounds {
  const reader = new Reader(known.fields);
  reader.readFilter(alternative);
  return reader;
}

class Reader implements Bounds {
  readonly fields: Map<string, readonly Interval[]>;
  readonly alternatives: Document[][] = [];
  exact = true;

  constructor(known?: ReadonlyMap<string, readonly Interval[]>) {
    this.fields = new Map(known);
  }

  readFilter(filter: Document): void {
    for (const [name, condition] of Object.entries(filter)) {
      if (name === '$and' && Array.isArray(condition)) for (const part of condition) this.readFilter(part);
      else if (name === '$or' && Array.isArray(condition)) this.#readOr(condition);
      else if (name === '$expr') this.#readExpression(condition);
      else if (name.startsWith('$')) this.exact = false;
      else this.#readField(name, condition);
    }
  }

  #readOr(branches: Document[]): void {
    const only = branches[0];
    if (branches.length === 1 && only !== undefined) {
      this.readFilter(only);
      return;
    }
    this.alternatives.push(branches);
    this.exact = false;
  }

  #readField(path: string, condition: unknown): void {
    if (!isOperators(condition)) {
      this.#narrow(path, pointsOf([condition]));
      return;
    }
    for (const [operator, operand] of Object.entries(condition)) {
      if (operator === '$eq') this.#narrow(path, pointsOf([operand]));
      else if (operator === '$in' && Array.isArray(operand)) this.#narrow(path, pointsOf(operand));
      else if (operator in COMPARISONS) this.#narrow(path, bracketed(operator, operand));
      else this.exact = false;
    }
  }

  /** Comparisons of a field with a constant; in expressions they go across types and tell missing from null. */
  #readExpression(expression: unknown): void {
    this.exact = false;
    if (typeof expression !== 'object' || expression === null) return;
    for (const [operator, operands] of Object.entries(expression)) {
      if (!Array.isArray(operands)) continue;
      if (operator === '$and') for (const part of operands) this.#readExpression(part);
      const [left, right] = operands;
      if (operands.length !== 2) continue;
      if (operator === '$in' && isPath(left)) this.#narrow(left.slice(1), constantPoints(right));
      else if (isPath(left)) this.#compare(operator, left.slice(1), constantOf(right));
      else if (isPath(right)) this.#compare(MIRRORED[operator] ?? '', right.slice(1), constantOf(left));
    }
  }

  #compare(operator: string, path: string, constant: { value: unknown } | undefined): void {
    if (constant === undefined) return;
    if (operator === '$eq') this.#narrow(path, pointsOf([constant.value]));
    // A missing field, which an index holds as null, is less than null.
    const limits = COMPARISONS[operator === '$lt' && constant.value === null ? '$lte' : operator];
    const encoded = tryEncodeValue(constant.value);
    if (limits !== undefined && encoded !== undefined) {
      this.#narrow(path, [limits(encoded, { low: LOWEST, high: HIGHEST })]);
    }
  }

  /** Intersects what is known of a path with further intervals; undefined says that an index cannot tell. */
  #narrow(path: string, intervals: readonly Interval[] | undefined): void {
    if (intervals === undefined) {
      this.exact = false;
      return;
    }
    const known = this.fields.get(path);
    this.fields.set(path, known === undefined ? intervals : intersect(known, intervals));
  }
}

const COMPARISONS: Record<string, (encoded: string, bracket: { low: string; high: string }) => Interval> = {
  $gt: (encoded, { high }) => ({ low: successor(encoded), high }),
  $gte: (encoded, { high }) => ({ low: encoded, high }),
  $lt: (encoded, { low }) => ({ low, high: encoded }),
  $lte: (encoded, { low }) => ({ low, high: successor(encoded) }),
};

const MIRRORED: Record<string, string> = { $eq: '$eq', $gt: '$lt', $gte: '$lte', $lt: '$gt', $lte: '$gte' };

/** A comparison in a filter stays inside the type of its operand. */
function bracketed(operator: string, operand: unknown): readonly Interval[] | undefined {
  if (operand === null || typeof operand === 'boolean' || Number.isNaN(operand)) return undefined;
  const encoded = tryEncodeValue(operand);
  const limits = COMPARISONS[operator];
  if (encoded === undefined || limits === undefined) return undefined;
  const { low, high } = limits(encoded, bracketOf(encoded));
  return low < high ? [{ low, high }] : [];
}

/** One point for each value, in order, each once. */
function pointsOf(values: readonly unknown[]): readonly Interval[] | undefined {
  const points = new Set<string>();
  for (const value of values) {
    const encoded = tryEncodeValue(value);
    if (encoded === undefined || encoded === NAN) return undefined;
    points.add(encoded);
  }
  return [...points].sort(byBytes).map((point) => ({ low: point, high: successor(point), point }));
}

/** The points of a list of constants in an expression. */
function constantPoints(list: unknown): readonly Interval[] | undefined {
  const literal = Array.isArray(list) ? undefined : constantOf(list)?.value;
  if (Array.isArray(literal)) return pointsOf(literal);
  if (!Array.isArray(list)) return undefined;
  const constants = list.map(constantOf);
  if (!constants.every((constant) => constant !== undefined)) return undefined;
  return pointsOf(constants.map(({ value }) => value));
}

const NAN = encodeValue(Number.NaN);

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function intersect(left: readonly Interval[], right: readonly Interval[]): Interval[] {
  const common: Interval[] = [];
  let [a, b] = [0, 0];
  while (a < left.length && b < right.length) {
    const [first, second] = [left[a]!, right[b]!];
    const low = first.low > second.low ? first.low : second.low;
    const high = first.high < second.high ? first.high : second.high;
    if (low < high) {
      const point = first.point ?? second.point;
      common.push(point === undefined ? { low, high } : { low, high, point });
    }
    if (first.high < second.high) a++;
    else b++;
  }
  return common;
}

function isOperators(condition: unknown): condition is Document {
  if (typeof condition !== 'object' || condition === null || '_bsontype' in condition) return false;
  const [first] = Object.keys(condition);
  return first?.startsWith('$') === true;
}

function isPath(operand: unknown): operand is string {
  return typeof operand === 'string' && operand.startsWith('$') && !operand.startsWith('$$');
}

/** The value of an operand that is the same for all documents. */
function constantOf(operand: unknown): { value: unknown } | undefined {
  if (typeof operand === 'string') return operand.startsWith('$') ? undefined : { value: operand };
  if (typeof operand !== 'object' || operand === null) return operand === undefined ? undefined : { value: operand };
  if ('_bsontype' in operand || operand instanceof Date) return { value: operand };
  if ('$literal' in operand) return { value: operand.$literal };
  return undefined;
}
