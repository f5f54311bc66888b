/** UTC calendar arithmetic on days written `YYYY-MM-DD`; text order is time order. */
export type Day = string;

/** Milliseconds of a day. */
export const dayMs = 86_400_000;

/** Milliseconds of an hour. */
export const hourMs = 3_600_000;

/** UTC day of an instant. */
export function dayOf(instant: Date | number): Day {
  return new Date(instant).toISOString().slice(0, 10);
}

/** First instant of a day. */
export function startOfDay(day: Day): Date {
  return new Date(`${day}T00:00:00.000Z`);
}

/** The day `count` days later (earlier when negative). */
export function addDays(day: Day, count: number): Day {
  return dayOf(startOfDay(day).getTime() + count * dayMs);
}

/** Days from `from` to `to`, both counted; 1 when equal, 0 or less when reversed. */
export function countDays(from: Day, to: Day): number {
  return Math.round((startOfDay(to).getTime() - startOfDay(from).getTime()) / dayMs) + 1;
}

/** Monday of the week that holds the day. */
export function weekOf(day: Day): Day {
  return addDays(day, -((startOfDay(day).getUTCDay() + 6) % 7));
}

/** Hour of the day, 0 to 23. */
export function hourOf(instant: Date | number): number {
  return new Date(instant).getUTCHours();
}
