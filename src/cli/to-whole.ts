import { InvalidArgumentError } from 'commander';

/** Parses a flag that is a whole number of 0 or more. */
export function toWhole(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number of 0 or more.');
}
