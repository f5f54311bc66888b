import { blockMs, firstBlockFrom, hourMs } from './clock.js';
import type { DemoProfile } from './profiles.js';
import { createRandom } from './random.js';
import { rhythmOf } from './rhythm.js';

/** Something that happens in one block. `genesis` mints the supply, `interest` is many transfers in one transaction. */
export interface PlannedEvent {
  readonly blockNumber: number;
  readonly kind: 'genesis' | 'transfer' | 'mint' | 'burn' | 'interest';
}

/** What happens to a token in an hour, in the order of blocks. Depends on the hour alone; who and how much is decided when it happens. */
export function planHour({ profile, startDay, hour }: PlanOptions): PlannedEvent[] {
  const { symbol, transfersPerDay, peakHour } = profile;
  const random = createRandom(`plan ${symbol} ${hour}`);
  const start = hour * hourMs;
  const first = firstBlockFrom(start);
  const blocks = hourMs / blockMs;
  const at = (kind: PlannedEvent['kind']): PlannedEvent => ({
    kind,
    blockNumber: first + 1 + random.whole(0, blocks - 2),
  });

  const mean = (transfersPerDay / 24) * rhythmOf({ hour, peakHour });
  const count = Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal() * 0.8));
  const events = Array.from({ length: count }, () => at('transfer'));

  const instant = new Date(start);
  const isPeak = instant.getUTCHours() === peakHour;
  const weekday = instant.getUTCDay();
  if (isPeak && weekday === 1) events.push(at('interest'));
  if (isPeak && (weekday === 2 || weekday === 4)) events.push(at('mint'));
  if (isPeak && (weekday === 3 || weekday === 5)) events.push(at('burn'));
  events.sort((a, b) => a.blockNumber - b.blockNumber);
  if (start === Date.parse(`${startDay}T00:00:00.000Z`)) events.unshift({ kind: 'genesis', blockNumber: first });
  return events;
}

/** Which hour, counted from 1970, of which token that began on which day. */
export interface PlanOptions {
  readonly profile: DemoProfile;
  readonly startDay: string;
  readonly hour: number;
}
