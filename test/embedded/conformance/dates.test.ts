import { computes } from './pipelines.js';
import { describeConformance } from './suite.js';

const at = (text: string) => new Date(text);
const trunc = (unit: string, more: object = {}) => ({ $dateTrunc: { date: '$d', unit, ...more } });

describeConformance('Dates', [
  computes(
    '$dateTrunc takes UTC by name',
    { d: at('2024-03-10T12:34:56Z') },
    [trunc('hour', { timezone: 'UTC' }), trunc('minute'), trunc('second')],
    [at('2024-03-10T12:00:00Z'), at('2024-03-10T12:34:00Z'), at('2024-03-10T12:34:56Z')],
  ),
  computes(
    '$dateTrunc keeps local days on both sides of a change of clocks',
    { d: at('2024-11-03T12:00:00Z') },
    [
      trunc('day', { timezone: 'America/New_York' }),
      trunc('week', { timezone: 'America/New_York', startOfWeek: 'monday' }),
      trunc('month', { timezone: 'America/New_York' }),
    ],
    [at('2024-11-03T04:00:00Z'), at('2024-10-28T04:00:00Z'), at('2024-11-01T04:00:00Z')],
  ),
  computes(
    '$dateTrunc takes offsets and half-hour zones',
    { d: at('2024-03-10T20:00:00Z') },
    [
      trunc('day', { timezone: '+05:30' }),
      trunc('day', { timezone: 'Asia/Kolkata' }),
      trunc('hour', { timezone: 'Asia/Kolkata' }),
    ],
    [at('2024-03-10T18:30:00Z'), at('2024-03-10T18:30:00Z'), at('2024-03-10T19:30:00Z')],
  ),
  computes(
    '$dateTrunc counts bins from the year 2000',
    { d: at('2024-03-10T20:00:00Z') },
    [
      trunc('hour', { binSize: 6 }),
      trunc('day', { binSize: 7 }),
      trunc('month', { binSize: 5 }),
      trunc('week', { binSize: 2 }),
    ],
    [at('2024-03-10T18:00:00Z'), at('2024-03-09T00:00:00Z'), at('2024-03-01T00:00:00Z'), at('2024-03-10T00:00:00Z')],
  ),
  computes(
    '$dateTrunc before 2000 goes down too',
    { d: at('1969-07-20T20:17:40Z') },
    [trunc('week'), trunc('quarter')],
    [at('1969-07-20T00:00:00Z'), at('1969-07-01T00:00:00Z')],
  ),
  computes(
    'parts of a date in a timezone',
    { d: at('2024-03-10T23:30:00Z') },
    [
      { $dayOfMonth: { date: '$d', timezone: 'Asia/Tokyo' } },
      { $hour: { date: '$d', timezone: 'Asia/Tokyo' } },
      { $dateToString: { date: '$d', format: '%Y-%m-%d', timezone: 'Asia/Tokyo' } },
    ],
    [11, 8, '2024-03-11'],
  ),
  computes(
    '$week counts from the first Sunday, $isoWeek from the first Thursday',
    { d: at('2023-01-01T00:00:00Z') },
    [{ $week: '$d' }, { $isoWeek: '$d' }, { $isoWeekYear: '$d' }, { $isoDayOfWeek: '$d' }, { $dayOfYear: '$d' }],
    [1, 52, 2022, 7, 1],
  ),
]);
