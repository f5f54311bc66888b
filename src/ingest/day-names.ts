import { type Day, dayMs, dayOf } from '../models/calendar.js';

/** UTC days of instants; text is made once a day, not once a row. */
export function createDayNames(): (time: number) => Day {
  const names = new Map<number, Day>();
  return (time) => {
    const index = Math.floor(time / dayMs);
    const known = names.get(index);
    if (known !== undefined) return known;
    const name = dayOf(time);
    names.set(index, name);
    return name;
  };
}
