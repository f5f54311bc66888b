import { describe, expect, it } from 'vitest';
import {
  GraphQLAddress,
  GraphQLBigInt,
  GraphQLDate,
  GraphQLDateTime,
  GraphQLDecimal,
  GraphQLHash,
} from '../../src/models/scalars.js';

const mixed = '0x8236a87084f8B84306f72007F36F2618A5634494';

describe('scalars', () => {
  it('answer integers as text whatever they were held in', () => {
    expect([7, 7n, '7', 2n ** 256n].map((value) => GraphQLBigInt.serialize(value))).toEqual([
      '7',
      '7',
      '7',
      (2n ** 256n).toString(),
    ]);
  });

  it('take an address in any valid case and answer it with its checksum', () => {
    for (const text of [mixed, mixed.toLowerCase(), `0x${mixed.slice(2).toUpperCase()}`]) {
      expect(GraphQLAddress.parseValue(text)).toBe(mixed.toLowerCase());
    }
    expect(GraphQLAddress.serialize(mixed.toLowerCase())).toBe(mixed);
  });

  it.each([
    mixed.replace('B8', 'b8'),
    mixed.slice(0, -1),
    `${mixed}0`,
    mixed.slice(2),
    `${mixed}\0`,
    '0x',
    '',
    '０x8236a87084f8b84306f72007f36f2618a5634494',
    5,
    null,
    {},
  ])('refuse the address %j', (value) => {
    expect(() => GraphQLAddress.parseValue(value)).toThrow(/Address: expected an address/);
  });

  it.each(['2025-02-30', '2025-13-01', '25-01-01', '2025-1-1', '2025-01-01T00:00:00Z', '', 20250101])(
    'refuse the day %j',
    (value) => {
      expect(() => GraphQLDate.parseValue(value)).toThrow(/Date: expected a day/);
    },
  );

  it.each([
    '2025-02-30T00:00:00Z',
    '2025-01-01T24:30:00Z',
    '2025-01-01T00:00:60Z',
    '2025-01-01T00:00:00+01:00',
    '2025-01-01',
    'now',
  ])('refuse the instant %j', (value) => {
    expect(() => GraphQLDateTime.parseValue(value)).toThrow(/DateTime: expected an instant/);
  });

  it('answer instants in UTC with milliseconds', () => {
    expect(GraphQLDateTime.serialize(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
    expect(GraphQLDateTime.parseValue('2025-01-01T00:00Z')).toBe('2025-01-01T00:00:00.000Z');
  });

  it.each(['1e78', 'NaN', 'Infinity', '-', '1.', 1.5])('refuse the decimal %j', (value) => {
    expect(() => GraphQLDecimal.parseValue(value)).toThrow(/Decimal: expected/);
  });

  it('echo at most 100 characters of what came', () => {
    const long = 'x'.repeat(1_000_000);
    expect(() => GraphQLHash.parseValue(long)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('x'.repeat(101)) }),
    );
  });
});
