import { ObjectId } from 'bson';
import { MongoError } from '../errors.js';
import { truncateDate } from './date-trunc.js';
import type { ExpressionFunction } from './expression-function.js';
import { localTime } from './timezone.js';
import { typeOf } from './values.js';

/** Dates, in UTC or an IANA or offset timezone. */
export const dateFunctions: Record<string, ExpressionFunction> = {
  $year: part((local) => local.getUTCFullYear()),
  $month: part((local) => local.getUTCMonth() + 1),
  $dayOfMonth: part((local) => local.getUTCDate()),
  $dayOfYear: part(dayOfYear),
  $dayOfWeek: part((local) => local.getUTCDay() + 1),
  $isoDayOfWeek: part((local) => local.getUTCDay() || 7),
  $isoWeek: part((local) => isoWeek(local).week),
  $isoWeekYear: part((local) => isoWeek(local).year),
  $week: part((local) => Math.floor((dayOfYear(local) + 6 - local.getUTCDay()) / 7)),
  $hour: part((local) => local.getUTCHours()),
  $minute: part((local) => local.getUTCMinutes()),
  $second: part((local) => local.getUTCSeconds()),
  $millisecond: part((local) => local.getUTCMilliseconds()),
  $dateToString: {
    arity: [0, 0],
    named: ['date', 'format', 'timezone', 'onNull'],
    apply: ([date, format, timezone, onNull]) => {
      if (isNil(date) || format === null || timezone === null) return onNull ?? null;
      return formatDate(localTime(timeOf(date), timezone), format, timezone);
    },
  },
  $dateTrunc: {
    arity: [0, 0],
    named: ['date', 'unit', 'binSize', 'timezone', 'startOfWeek'],
    apply: ([date, unit, binSize, timezone, startOfWeek]) => {
      if (isNil(date) || isNil(unit) || binSize === null || timezone === null || startOfWeek === null) return null;
      return truncateDate({ time: timeOf(date), unit, binSize: binSize ?? 1, timezone, startOfWeek });
    },
  },
};

function part(of: (local: Date) => number): ExpressionFunction {
  return {
    arity: [0, 0],
    named: ['date', 'timezone'],
    apply: ([date, timezone]) => (isNil(date) || timezone === null ? null : of(localTime(timeOf(date), timezone))),
  };
}

function timeOf(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  if (value instanceof ObjectId) return value.getTimestamp().getTime();
  throw new MongoError('Location16006', `can't convert from BSON type ${typeOf(value)} to Date`);
}

function isNil(value: unknown): boolean {
  return value === null || value === undefined;
}

const DAY = 86_400_000;

function dayOfYear(local: Date): number {
  return Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / DAY) + 1;
}

/** The ISO week belongs to the year of its Thursday. */
function isoWeek(local: Date): { year: number; week: number } {
  const thursday = new Date(local.getTime() + (4 - (local.getUTCDay() || 7)) * DAY);
  return { year: thursday.getUTCFullYear(), week: Math.ceil(dayOfYear(thursday) / 7) };
}

function formatDate(local: Date, format: unknown, timezone: unknown): string {
  // Without a format a named zone is left out and UTC is written as Z.
  const pattern =
    format ?? (timezone === undefined || timezone === 'UTC' ? '%Y-%m-%dT%H:%M:%S.%LZ' : '%Y-%m-%dT%H:%M:%S.%L');
  if (typeof pattern !== 'string')
    throw new MongoError('Location18533', '$dateToString requires that format be a string');
  return pattern.replace(/%(.?)/gs, (_all, letter: string) => {
    const write = formats[letter];
    if (write === undefined)
      throw new MongoError('Location18536', `Invalid format character '%${letter}' in format string`);
    return write(local);
  });
}

const digits = (value: number, width: number) => String(value).padStart(width, '0');

const formats: Record<string, (local: Date) => string> = {
  Y: (local) => digits(local.getUTCFullYear(), 4),
  m: (local) => digits(local.getUTCMonth() + 1, 2),
  d: (local) => digits(local.getUTCDate(), 2),
  H: (local) => digits(local.getUTCHours(), 2),
  M: (local) => digits(local.getUTCMinutes(), 2),
  S: (local) => digits(local.getUTCSeconds(), 2),
  L: (local) => digits(local.getUTCMilliseconds(), 3),
  j: (local) => digits(dayOfYear(local), 3),
  w: (local) => String(local.getUTCDay() + 1),
  u: (local) => String(local.getUTCDay() || 7),
  U: (local) => digits(Math.floor((dayOfYear(local) + 6 - local.getUTCDay()) / 7), 2),
  V: (local) => digits(isoWeek(local).week, 2),
  G: (local) => digits(isoWeek(local).year, 4),
  '%': () => '%',
};
