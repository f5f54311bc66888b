import { type Document, Timestamp } from 'bson';
import { MongoError } from '../errors.js';
import { integerArgument, shown } from './arguments.js';
import { add, multiply, type Numeric } from './arithmetic.js';
import { compare, isEqual } from './compare.js';
import { compileFilter } from './filter.js';
import { isOperators } from './predicates.js';
import { compileSort } from './sort.js';
import { cloneValue, isDocument, numericOf, storableNumber, typeOf } from './values.js';

/** What an operator does to the value at a path: undefined is missing before and removed after. */
export interface Change {
  readonly apply: (value: unknown) => unknown;
  /** False when a missing path stays missing. */
  readonly creates: boolean;
}

/** True for the update operators of this server. */
export function isModifier(operator: string): boolean {
  return operator === '$rename' || Object.hasOwn(modifiers, operator);
}

/** The change that an operator makes with its argument; wrong arguments fail here. */
export function changerOf(operator: string, name: string, argument: unknown, document: Document): Change {
  const modifier = modifiers[operator];
  if (modifier === undefined) throw new MongoError('FailedToParse', `Unknown modifier: ${operator}`);
  return modifier(argument, name, document);
}

const modifiers: Record<string, (argument: unknown, name: string, document: Document) => Change> = {
  $set: (argument) => ({ apply: () => argument, creates: true }),
  $setOnInsert: (argument) => ({ apply: () => argument, creates: true }),
  $unset: () => ({ apply: () => undefined, creates: false }),
  $inc: (argument, name, document) => arithmetic('$inc', 'increment', add, argument, name, document),
  $mul: (argument, name, document) =>
    arithmetic('$mul', 'multiply', (value, by) => multiply(value, by), argument, name, document),
  $min: (argument) => ({
    apply: (value) => (value === undefined || compare(argument, value) < 0 ? argument : value),
    creates: true,
  }),
  $max: (argument) => ({
    apply: (value) => (value === undefined || compare(argument, value) > 0 ? argument : value),
    creates: true,
  }),
  $currentDate: (argument, name) => {
    const type = isDocument(argument) ? argument.$type : argument;
    if (type === 'timestamp') {
      return { apply: () => new Timestamp({ t: Math.floor(Date.now() / 1000), i: 1 }), creates: true };
    }
    if (typeof type === 'boolean' || type === 'date') return { apply: () => new Date(), creates: true };
    throw new MongoError(
      'BadValue',
      `${typeOf(argument)} is not a valid type for $currentDate of '${name}': use true, 'date' or 'timestamp'`,
    );
  },
  $push: (argument, name, document) => {
    const push = pushOf(argument);
    return {
      creates: true,
      apply: (value) => {
        if (value !== undefined && !Array.isArray(value)) {
          const problem = `The field '${name}' must be an array but is of type ${typeOf(value)} in document`;
          throw new MongoError('BadValue', `${problem} {_id: ${shown(document._id)}}`);
        }
        return push((value as unknown[] | undefined) ?? []);
      },
    };
  },
  $addToSet: (argument, name) => {
    const added = isDocument(argument) && '$each' in argument ? eachOf('$addToSet', argument) : [argument];
    return {
      creates: true,
      apply: (value) => {
        if (value !== undefined && !Array.isArray(value)) {
          const problem = `Cannot apply $addToSet to non-array field. Field named '${name}' has non-array type ${typeOf(value)}`;
          throw new MongoError('BadValue', problem);
        }
        const list: unknown[] = [...((value as unknown[] | undefined) ?? [])];
        for (const member of added) if (!list.some((known) => isEqual(known, member))) list.push(member);
        return list;
      },
    };
  },
  $pull: (argument) => {
    const matches = pullTest(argument);
    return {
      creates: false,
      apply: (value) => {
        if (!Array.isArray(value)) throw new MongoError('BadValue', 'Cannot apply $pull to a non-array value');
        return value.filter((element) => !matches(element));
      },
    };
  },
  $pullAll: (argument) => {
    if (!Array.isArray(argument)) throw new MongoError('BadValue', '$pullAll requires an array argument');
    return {
      creates: false,
      apply: (value) => {
        if (!Array.isArray(value)) throw new MongoError('BadValue', 'Cannot apply $pull to a non-array value');
        return value.filter((element) => !argument.some((member) => isEqual(member, element)));
      },
    };
  },
  $pop: (argument, name) => {
    const end = integerArgument('$pop:', argument);
    if (end !== 1 && end !== -1) throw new MongoError('FailedToParse', `$pop expects 1 or -1, found: ${end}`);
    return {
      creates: false,
      apply: (value) => {
        if (Array.isArray(value)) return end === 1 ? value.slice(0, -1) : value.slice(1);
        throw new MongoError('TypeMismatch', `Path '${name}' contains an element of non-array type '${typeOf(value)}'`);
      },
    };
  },
};

function arithmetic(
  operator: string,
  verb: string,
  compute: (value: Numeric, by: Numeric) => Numeric,
  argument: unknown,
  name: string,
  document: Document,
): Change {
  const by = numericOf(argument);
  if (by === undefined) {
    if (typeOf(argument) === 'decimal')
      throw new MongoError('BadValue', `${operator} does not support decimal values on this server`);
    throw new MongoError('TypeMismatch', `Cannot ${verb} with non-numeric argument: {${name}: ${shown(argument)}}`);
  }
  return {
    creates: true,
    apply: (value) => {
      if (value === undefined) return operator === '$mul' ? 0 : argument;
      const number = numericOf(value);
      if (number === undefined) {
        const problem = `Cannot apply ${operator} to a value of non-numeric type. {_id: ${shown(document._id)}} has the field`;
        throw new MongoError('TypeMismatch', `${problem} '${name}' of non-numeric type ${typeOf(value)}`);
      }
      return storableNumber(compute(number, by));
    },
  };
}

function pushOf(argument: unknown): (list: readonly unknown[]) => unknown[] {
  if (!isDocument(argument) || !('$each' in argument)) return (list) => [...list, argument];
  const unknown = Object.keys(argument).find((clause) => !['$each', '$slice', '$sort', '$position'].includes(clause));
  if (unknown !== undefined) throw new MongoError('BadValue', `Unrecognized clause in $push: ${unknown}`);
  const added = eachOf('$push', argument);
  const position = '$position' in argument ? integerArgument('$position:', argument.$position) : undefined;
  const slice = '$slice' in argument ? integerArgument('$slice:', argument.$slice) : undefined;
  const sort = '$sort' in argument ? elementSort(argument.$sort) : undefined;
  return (list) => {
    const at = position === undefined ? list.length : position < 0 ? Math.max(0, list.length + position) : position;
    const all = [...list.slice(0, at), ...added.map(cloneValue), ...list.slice(at)];
    if (sort !== undefined) all.sort(sort);
    if (slice === undefined) return all;
    return slice >= 0 ? all.slice(0, slice) : all.slice(slice);
  };
}

function eachOf(operator: string, argument: Record<string, unknown>): unknown[] {
  if (Array.isArray(argument.$each)) return argument.$each;
  throw new MongoError(
    'BadValue',
    `The argument to $each in ${operator} must be an array but it was of type: ${typeOf(argument.$each)}`,
  );
}

/** Sorts elements themselves (1 or -1) or sub-documents by their fields. */
function elementSort(sort: unknown): (a: unknown, b: unknown) => number {
  if (isDocument(sort)) {
    const byFields = compileSort(sort);
    return (a, b) => byFields(isDocument(a) ? a : {}, isDocument(b) ? b : {});
  }
  const direction = numericOf(sort);
  if (direction !== 1 && direction !== -1)
    throw new MongoError('BadValue', 'The $sort element value must be either 1 or -1');
  return (a, b) => compare(a, b) * direction;
}

function pullTest(condition: unknown): (element: unknown) => boolean {
  if (isOperators(condition) || typeOf(condition) === 'regex') {
    // As the value of a field, so that an inner array goes when one of its members matches.
    const matches = compileFilter({ element: condition });
    return (element) => matches({ element });
  }
  if (isDocument(condition)) {
    const matches = compileFilter(condition);
    return (element) => isDocument(element) && matches(element);
  }
  return (element) => isEqual(element, condition);
}
