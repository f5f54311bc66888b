import { MongoError } from '../errors.js';
import { instantOf, localTime } from './timezone.js';
import { numericOf } from './values.js';

/** Lower bound of the bin that holds an instant, in the calendar of a timezone; bins are counted from the start of 2000. */
export function truncateDate(options: {
  time: number;
  unit: unknown;
  binSize: unknown;
  timezone: unknown;
  startOfWeek: unknown;
}): Date {
  const { time, unit, timezone } = options;
  const size = Number(numericOf(options.binSize) ?? Number.NaN);
  if (!Number.isInteger(size) || size < 1) {
    throw new MongoError('Location5439017', '$dateTrunc requires binSize to be an integer greater than 0');
  }
  const exact = typeof unit === 'string' ? exactUnits[unit] : undefined;
  if (exact !== undefined) {
    // Hours and less run through changes of the clock: they are counted in real time from the local start of 2000.
    const reference = instantOf(REFERENCE, timezone);
    const length = exact * size;
    return new Date(reference + Math.floor((time - reference) / length) * length);
  }
  const local = localTime(time, timezone);
  return new Date(instantOf(truncateLocal(local, unit, size, options.startOfWeek), timezone));
}

const REFERENCE = Date.UTC(2000, 0, 1);
const DAY = 86_400_000;
const exactUnits: Record<string, number> = { millisecond: 1, second: 1000, minute: 60_000, hour: 3_600_000 };
const monthUnits: Record<string, number> = { month: 1, quarter: 3, year: 12 };
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function truncateLocal(local: Date, unit: unknown, size: number, startOfWeek: unknown): number {
  if (unit === 'day') return floorFrom(REFERENCE, local.getTime(), DAY * size);
  if (unit === 'week') {
    const first = weekdays.indexOf(
      String(startOfWeek ?? 'sunday')
        .slice(0, 3)
        .toLowerCase(),
    );
    if (first < 0) throw new MongoError('Location5439015', `$dateTrunc: unknown startOfWeek '${String(startOfWeek)}'`);
    // 2000-01-01 was a Saturday; weeks are counted from the first start of a week on or after it.
    const reference = REFERENCE + ((first + 1) % 7) * DAY;
    return floorFrom(reference, local.getTime(), 7 * DAY * size);
  }
  const months = typeof unit === 'string' ? monthUnits[unit] : undefined;
  if (months === undefined) throw new MongoError('FailedToParse', `unknown time unit value: ${String(unit)}`);
  const since = (local.getUTCFullYear() - 2000) * 12 + local.getUTCMonth();
  return Date.UTC(2000, Math.floor(since / (months * size)) * months * size, 1);
}

function floorFrom(reference: number, time: number, length: number): number {
  return reference + Math.floor((time - reference) / length) * length;
}
