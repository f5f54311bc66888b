import { BadUserInputError } from '../errors.js';

/** The argument itself when it lies in its range; otherwise BadUserInputError that names the argument, the range and what came. */
export function within({ argument, value, max }: { argument: string; value: number; max: number }): number {
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new BadUserInputError(`${argument}: expected a whole number from 1 to ${grouped(max)}, got ${value}.`, {
    argument,
  });
}

/** Refuses `from` after `to` where both are given; days and instants compare as text. */
export function refuseReversed({ from, to }: { from: string | null; to: string | null }): void {
  if (from === null || to === null || from <= to) return;
  throw new BadUserInputError(`from, to: expected from to be no later than to, got ${from} to ${to}.`, {
    argument: 'from',
  });
}

/** What is wrong with a window of too many days; undefined when it is short enough. */
export function windowProblem({ from, to, days, max }: { from: string; to: string; days: number; max: number }) {
  if (days <= max) return undefined;
  return `from, to: expected a window of at most ${grouped(max)} days, both ends counted, got ${grouped(days)} (${from} to ${to}).`;
}

/** A count with its thousands set apart, as messages show it. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');
