import { MongoError } from '../errors.js';
import { numericOf, typeOf } from './values.js';

/** A whole number sent as an argument, as int, long or integral double. */
export function integerArgument(prefix: string, value: unknown): number {
  const number = numericOf(value);
  if (number === undefined) throw new MongoError('FailedToParse', `${prefix} Expected a number in: ${shown(value)}`);
  if (!Number.isSafeInteger(Number(number))) {
    throw new MongoError('FailedToParse', `${prefix} Expected an integer: ${shown(value)}`);
  }
  return Number(number);
}

/** A value as error messages print it. */
export function shown(value: unknown): string {
  return JSON.stringify(value) ?? typeOf(value);
}
