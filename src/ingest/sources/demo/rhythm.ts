import { hourMs } from './clock.js';

/**
 * Share of a mean hour that an hour gets: busy days, quiet nights, half as much at weekends. The mean over a week is close to 1.
 * `peakHour` is the hour of the day (UTC) at which most happens.
 */
export function rhythmOf({ hour, peakHour }: { hour: number; peakHour: number }): number {
  const instant = new Date(hour * hourMs);
  const weekday = instant.getUTCDay();
  const week = weekday === 0 ? 0.5 : weekday === 6 ? 0.65 : 1.17;
  // A triangle around the peak, from 1.8 down to 0.2 twelve hours away.
  const distance = Math.abs(((instant.getUTCHours() - peakHour + 36) % 24) - 12);
  return week * (1.8 - (1.6 * distance) / 12);
}
