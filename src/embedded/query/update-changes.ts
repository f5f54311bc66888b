import type { Document } from 'bson';
import { MongoError } from '../errors.js';
import { shown } from './arguments.js';
import { add, type Numeric } from './arithmetic.js';
import { compare, isEqual } from './compare.js';
import { isDocument, numericOf, storableNumber, typeOf } from './values.js';

/** What an operator does to the value at a path: undefined is missing before and removed after. */
export interface Change {
  readonly apply: (value: unknown) => unknown;
  /** False when a missing path stays missing. */
  readonly creates: boolean;
}

/** Makes the change of one field from its argument; wrong arguments fail here. */
type Changer = (argument: unknown, name: string, document: Document) => Change;

/** What an update operator does; unknown ones are error 9. */
export function changerOf(operator: string): Changer {
  const changer = Object.hasOwn(changers, operator) ? changers[operator] : undefined;
  if (changer !== undefined) return changer;
  const problem = `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`;
  throw new MongoError('FailedToParse', problem);
}

const changers: Record<string, Changer> = {
  $set: (argument) => creating(() => argument),
  $setOnInsert: (argument) => creating(() => argument),
  $unset: () => ({ apply: () => undefined, creates: false }),
  $inc: (argument, name, document) => {
    const by = incrementOf(argument, name);
    return creating((value) => {
      if (value === undefined) return argument;
      const number = numericOf(value);
      if (number !== undefined) return storableNumber(add(number, by));
      const problem = `Cannot apply $inc to a value of non-numeric type. {_id: ${shown(document._id)}} has the field`;
      throw new MongoError('TypeMismatch', `${problem} '${name}' of non-numeric type ${typeOf(value)}`);
    });
  },
  $min: (argument) => creating((value) => (value === undefined || compare(argument, value) < 0 ? argument : value)),
  $max: (argument) => creating((value) => (value === undefined || compare(argument, value) > 0 ? argument : value)),
  $push: (argument, name, document) => {
    const added = addedBy('$push', argument);
    return creating((value = []) => {
      if (Array.isArray(value)) return [...value, ...added];
      const problem = `The field '${name}' must be an array but is of type ${typeOf(value)} in document`;
      throw new MongoError('BadValue', `${problem} {_id: ${shown(document._id)}}`);
    });
  },
  $addToSet: (argument, name) => {
    const added = addedBy('$addToSet', argument);
    return creating((value = []) => {
      if (!Array.isArray(value)) {
        const problem = `Cannot apply $addToSet to non-array field. Field named '${name}' has non-array type ${typeOf(value)}`;
        throw new MongoError('BadValue', problem);
      }
      const list: unknown[] = [...value];
      for (const member of added) if (!list.some((known) => isEqual(known, member))) list.push(member);
      return list;
    });
  },
};

function creating(apply: Change['apply']): Change {
  return { apply, creates: true };
}

function incrementOf(argument: unknown, name: string): Numeric {
  const by = numericOf(argument);
  if (by !== undefined) return by;
  if (typeOf(argument) === 'decimal')
    throw new MongoError('BadValue', '$inc does not support decimal values on this server');
  throw new MongoError('TypeMismatch', `Cannot increment with non-numeric argument: {${name}: ${shown(argument)}}`);
}

/** One value, or those of `$each`. */
function addedBy(operator: string, argument: unknown): readonly unknown[] {
  if (!isDocument(argument) || !('$each' in argument)) return [argument];
  const { $each: added, ...others } = argument;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new MongoError('BadValue', `Unrecognized clause in ${operator}: ${unknown}`);
  if (Array.isArray(added)) return added;
  throw new MongoError(
    'BadValue',
    `The argument to $each in ${operator} must be an array but it was of type: ${typeOf(added)}`,
  );
}
