import type { Document } from 'bson';
import { MongoError } from '../errors.js';
import { compileAccumulator } from './accumulators.js';
import { shown } from './arguments.js';
import { withPath } from './assign.js';
import { canonicalText, compare } from './compare.js';
import { compileExpression } from './expression.js';
import type { Variables } from './scope.js';
import { compileSort } from './sort.js';
import { isDocument, numericOf } from './values.js';

/** Compiles `$setWindowFields` with windows of documents (`range` windows are refused); running totals take one step a document. */
export function compileWindowFields(
  argument: unknown,
  variables: Variables,
): (input: Iterable<Document>) => Iterable<Document> {
  if (!isDocument(argument) || !isDocument(argument.output)) {
    throw new MongoError('FailedToParse', 'the $setWindowFields stage specification must be an object with an output');
  }
  const unknown = Object.keys(argument).find((name) => !['partitionBy', 'sortBy', 'output'].includes(name));
  if (unknown !== undefined)
    throw new MongoError('FailedToParse', `unrecognized option to $setWindowFields: ${unknown}`);
  const partitionBy = compileExpression(argument.partitionBy ?? null, Object.keys(variables));
  const order = isDocument(argument.sortBy) ? compileSort(argument.sortBy) : undefined;
  const outputs = Object.entries(argument.output).map(([name, definition]) =>
    compileOutput(name, definition, order !== undefined, variables),
  );
  return function* windows(input) {
    const partitions = new Map<string, { key: unknown; documents: Document[] }>();
    for (const root of input) {
      const key = partitionBy({ root, variables });
      if (Array.isArray(key))
        throw new MongoError('TypeMismatch', 'An expression used to partition cannot evaluate to value of type array');
      const text = canonicalText(key);
      const found = partitions.get(text);
      if (found === undefined) partitions.set(text, { key, documents: [root] });
      else found.documents.push(root);
    }
    for (const { documents } of [...partitions.values()].sort((a, b) => compare(a.key, b.key))) {
      if (order !== undefined) documents.sort(order);
      const columns = outputs.map(({ compute }) => compute(documents));
      for (const [at, document] of documents.entries()) {
        yield outputs.reduce(
          (result, { path }, column) => withPath(result, path, columns[column]?.[at]) as Document,
          document,
        );
      }
    }
  };
}

interface Output {
  readonly path: string[];
  readonly compute: (documents: readonly Document[]) => unknown[];
}

function compileOutput(name: string, definition: unknown, sorted: boolean, variables: Variables): Output {
  if (!isDocument(definition)) throw new MongoError('FailedToParse', `The field '${name}' must be an object`);
  const { window = {}, ...operator } = definition;
  const path = name.split('.');
  if ('$documentNumber' in operator) {
    if (!sorted)
      throw new MongoError('Location5371602', '$documentNumber must be specified with a top level sortBy expression');
    return { path, compute: (documents) => documents.map((_document, at) => at + 1) };
  }
  const create = compileAccumulator(name, operator, Object.keys(variables));
  const [lower, upper] = boundsOf(window);
  const compute = (documents: readonly Document[]) => {
    if (lower === Number.NEGATIVE_INFINITY) return running(documents, upper);
    return documents.map((_document, at) => {
      const accumulator = create();
      for (const root of documents.slice(Math.max(0, at + lower), Math.max(0, at + upper + 1)))
        accumulator.add({ root, variables });
      return accumulator.result();
    });
  };
  /** From the beginning: the window only grows, so one accumulator serves the whole partition. */
  const running = (documents: readonly Document[], ahead: number) => {
    const accumulator = create();
    let taken = 0;
    let whole: unknown;
    return documents.map((_document, at) => {
      const end = Math.min(documents.length, at + ahead + 1);
      if (taken === end && at > 0) return whole;
      for (; taken < end; taken++) accumulator.add({ root: documents[taken] as Document, variables });
      whole = accumulator.result();
      return whole;
    });
  };
  return { path, compute };
}

function boundsOf(window: unknown): [lower: number, upper: number] {
  if (!isDocument(window))
    throw new MongoError('FailedToParse', `'window' field must be an object, got ${shown(window)}`);
  const unsupported = Object.keys(window).find((name) => name !== 'documents');
  if (unsupported !== undefined)
    throw new MongoError('FailedToParse', `Window of ${unsupported} is not supported by this server: use documents`);
  if (window.documents === undefined) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const bounds = window.documents;
  if (!Array.isArray(bounds) || bounds.length !== 2)
    throw new MongoError('FailedToParse', 'Window bounds must be a 2-element array');
  const [lower, upper] = [boundOf(bounds[0], -1), boundOf(bounds[1], 1)];
  if (lower > upper)
    throw new MongoError('Location5339900', `Lower bound must not exceed upper bound: ${shown(bounds)}`);
  return [lower, upper];
}

function boundOf(bound: unknown, side: 1 | -1): number {
  if (bound === 'current') return 0;
  if (bound === 'unbounded') return side * Number.POSITIVE_INFINITY;
  const number = numericOf(bound);
  if (Number.isInteger(number)) return Number(number);
  throw new MongoError('FailedToParse', `Window bounds must be 'unbounded', 'current', or an integer: ${shown(bound)}`);
}
