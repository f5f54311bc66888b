import { dayMs } from '../../../models/calendar.js';

/** Milliseconds from one block to the next, as on Lisk. */
export const blockMs = 2_000;

/** Milliseconds of an hour. */
export const hourMs = dayMs / 24;

// Genesis of Lisk: demo blocks carry the numbers that the real chain has at the same time.
const genesisMs = 1_714_728_791_000;

/** Number of the newest block at an instant. */
export function blockAt(instant: number): number {
  return Math.floor((instant - genesisMs) / blockMs);
}

/** Time of a block in milliseconds. */
export function timeOfBlock(blockNumber: number): number {
  return genesisMs + blockNumber * blockMs;
}

/** Number of the first block that is not before an instant. */
export function firstBlockFrom(instant: number): number {
  return Math.ceil((instant - genesisMs) / blockMs);
}

/** Number of the hour, counted from 1970, that an instant lies in. */
export function hourNumber(instant: number): number {
  return Math.floor(instant / hourMs);
}
