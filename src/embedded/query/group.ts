import type { Document } from 'bson';
import { MongoError } from '../errors.js';
import { type Accumulator, compileAccumulator } from './accumulators.js';
import { canonicalText } from './compare.js';
import { compileExpression } from './expression.js';
import type { Variables } from './scope.js';
import { isDocument, typeOf } from './values.js';

/** Compiles `$group`: groups in order of their first document. */
export function compileGroup(
  argument: unknown,
  variables: Variables,
): (input: Iterable<Document>) => Iterable<Document> {
  if (!isDocument(argument)) {
    throw new MongoError('Location15947', `a group's fields must be specified in an object, not ${typeOf(argument)}`);
  }
  if (!('_id' in argument)) throw new MongoError('Location15955', 'a group specification must include an _id');
  const known = Object.keys(variables);
  const id = compileExpression(argument._id, known);
  const fields = Object.entries(argument)
    .filter(([name]) => name !== '_id')
    .map(([name, definition]) => {
      if (name.includes('.')) throw new MongoError('Location40235', `The field name '${name}' cannot contain '.'`);
      if (name.startsWith('$'))
        throw new MongoError('Location40236', `The field name '${name}' cannot be an operator name`);
      return [name, compileAccumulator(name, definition, known)] as const;
    });
  return function* group(input) {
    const groups = new Map<string, { id: unknown; accumulators: Accumulator[] }>();
    for (const root of input) {
      const scope = { root, variables };
      const value = id(scope);
      const key = canonicalText(value);
      let found = groups.get(key);
      if (found === undefined) {
        found = { id: value ?? null, accumulators: fields.map(([, create]) => create()) };
        groups.set(key, found);
      }
      for (const accumulator of found.accumulators) accumulator.add(scope);
    }
    for (const { id: value, accumulators } of groups.values()) {
      yield { _id: value, ...Object.fromEntries(fields.map(([name], at) => [name, accumulators[at]?.result()])) };
    }
  };
}
