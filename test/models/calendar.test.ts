import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, countDays, dayOf, hourOf, startOfDay, weekOf } from '../../src/models/calendar.js';

const days = fc
  .date({ min: new Date('2015-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => dayOf(date));

describe('calendar', () => {
  it('names a week by its Monday, also across the year and on a Sunday', () => {
    expect(weekOf('2025-03-31')).toBe('2025-03-31');
    expect(weekOf('2025-04-06')).toBe('2025-03-31');
    expect(weekOf('2025-01-01')).toBe('2024-12-30');
    fc.assert(
      fc.property(
        days,
        (day) =>
          startOfDay(weekOf(day)).getUTCDay() === 1 && [1, 2, 3, 4, 5, 6, 7].includes(countDays(weekOf(day), day)),
      ),
    );
  });

  it('counts both ends of a window', () => {
    expect(countDays('2024-02-28', '2024-03-01')).toBe(3);
    expect(countDays('2024-03-01', '2024-02-28')).toBe(-1);
    fc.assert(
      fc.property(days, fc.integer({ min: -2000, max: 2000 }), (day, n) => countDays(day, addDays(day, n)) === n + 1),
    );
  });

  it('cuts days and hours in UTC', () => {
    const last = Date.parse('2025-03-30T23:59:59.999Z');
    expect([dayOf(last), hourOf(last), dayOf(last + 1), hourOf(last + 1)]).toEqual(['2025-03-30', 23, '2025-03-31', 0]);
  });
});
