import { formatUnits } from '../../../models/amount.js';
import { dayMs, startOfDay } from '../../../models/calendar.js';
import type { PriceInput } from '../../batch.js';
import { hourMs } from './clock.js';
import { type DemoProfile, demoDays } from './profiles.js';
import { createRandom } from './random.js';
import { rhythmOf } from './rhythm.js';

/** Price and USD volume of a demo token at the start of an hour. Depends on the hour alone, so nothing has to be remembered. */
export function priceAt({ profile, hour }: { profile: DemoProfile; hour: number }): PriceInput {
  const { symbol, price, volatility, transfersPerDay, peakHour } = profile;
  // Waves of 30 days, 5 days, 18 hours and 1 hour, each half as high as the longer one.
  const wander = [720, 120, 18, 1].reduce((sum, hours, i) => sum + noise(symbol, hours, hour) / 2 ** i, 0);
  const turnover = 220 * (transfersPerDay / 24) * rhythmOf({ hour: hour - 1, peakHour });
  return {
    timestamp: hour * hourMs,
    price: plain(price * (1 + volatility * wander), 8),
    volume: plain(turnover * (0.7 + 0.6 * createRandom(`volume ${symbol} ${hour}`).next()), 2),
    where: `demo ${symbol} price of hour ${hour}`,
  };
}

/** True for the hours that get a price: every sixth, and every one from two weeks before the first fill ends. */
export function isPriceHour({ startDay, hour }: { startDay: string; hour: number }): boolean {
  return hour % 6 === 0 || hour * hourMs >= startOfDay(startDay).getTime() + (demoDays - 14) * dayMs;
}

/** Smooth noise from -1 to 1: a number for every `hours` hours, eased between two of them. */
function noise(symbol: string, hours: number, hour: number): number {
  const corner = Math.floor(hour / hours);
  const at = (n: number): number => createRandom(`price ${symbol} ${hours} ${n}`).next() * 2 - 1;
  const part = hour / hours - corner;
  const ease = part * part * (3 - 2 * part);
  return at(corner) * (1 - ease) + at(corner + 1) * ease;
}

/** The number as a plain decimal with at most `places` places. */
function plain(value: number, places: number): string {
  return formatUnits(BigInt(Math.round(value * 10 ** places)), places);
}
