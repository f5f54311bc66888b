import { MongoError } from '../errors.js';

/** The wall clock of a timezone at an instant, as a Date whose UTC parts are the local ones. */
export function localTime(time: number, timezone: unknown): Date {
  return new Date(time + offsetAt(time, timezone));
}

/** The first instant at which the wall clock of a timezone shows the given local time. */
export function instantOf(local: number, timezone: unknown): number {
  // Guess with the offset a day earlier and later: around a change of clocks only one of them fits, or both (then the earlier).
  const candidates = [local - offsetAt(local - DAY, timezone), local - offsetAt(local + DAY, timezone)];
  const exact = candidates.filter((time) => time + offsetAt(time, timezone) === local);
  if (exact.length > 0) return Math.min(...exact);
  // The local time was skipped: the clock went on from the offset before.
  return candidates[0] as number;
}

const DAY = 86_400_000;
const QUARTER = 900_000;

/** Offset of local time from UTC in milliseconds. */
function offsetAt(time: number, timezone: unknown): number {
  if (timezone === undefined || timezone === 'UTC' || timezone === 'GMT' || timezone === 'Z') return 0;
  if (typeof timezone !== 'string') throw new MongoError('Location40517', 'timezone must evaluate to a string');
  const fixed = /^([+-])(\d{2}):?(\d{2})?$/.exec(timezone);
  if (fixed !== null) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0)) * 60_000;
  return zoneOf(timezone)(time);
}

const zones = new Map<string, (time: number) => number>();

function zoneOf(timezone: string): (time: number) => number {
  const known = zones.get(timezone);
  if (known !== undefined) return known;
  const zone = createZone(timezone);
  zones.set(timezone, zone);
  return zone;
}

/** Clocks change at whole quarter hours, so one look-up per quarter is exact; a day without a change needs only two. */
function createZone(timezone: string): (time: number) => number {
  const format = createFormat(timezone);
  const quarters = new Map<number, number>();
  const days = new Map<number, number | undefined>();
  const atQuarter = (quarter: number) => {
    let offset = quarters.get(quarter);
    if (offset === undefined) {
      offset = measure(format, quarter * QUARTER);
      if (quarters.size > 10_000) quarters.clear();
      quarters.set(quarter, offset);
    }
    return offset;
  };
  return (time) => {
    const day = Math.floor(time / DAY);
    if (!days.has(day)) {
      const [start, end] = [atQuarter(day * 96), atQuarter((day + 1) * 96)];
      if (days.size > 10_000) days.clear();
      days.set(day, start === end ? start : undefined);
    }
    return days.get(day) ?? atQuarter(Math.floor(time / QUARTER));
  };
}

function createFormat(timezone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new MongoError('Location40485', `unrecognized time zone identifier: "${timezone}"`);
  }
}

function measure(format: Intl.DateTimeFormat, time: number): number {
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000;
}
