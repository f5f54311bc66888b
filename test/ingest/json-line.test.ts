import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonLine } from '../../src/ingest/sources/file/json-line.js';

const fieldsOf = (line: string) => {
  const fields = parseJsonLine(line);
  return typeof fields === 'string' ? fields : Object.fromEntries(fields);
};

describe('a JSON line', () => {
  it.each([
    ['0.00000012', '0.00000012'],
    ['123456789.123456789012', '123456789.123456789012'],
    [String(2n ** 256n - 1n), String(2n ** 256n - 1n)],
    ['1.10', '1.10'],
    ['-5', '-5'],
    ['1.2e-7', '0.00000012'],
    ['1E18', '1000000000000000000'],
    ['1.5e+3', '1500'],
    ['12345.678e2', '1234567.8'],
    ['12345.678e-2', '123.45678'],
    ['120e-1', '12'],
    ['0e5', '0'],
    ['-1.25e1', '-12.5'],
    ['1e401', '1e401'],
  ])('keeps the number %s as %s', (number, text) => {
    expect(fieldsOf(`{"a":${number}, "b": ${number} }`)).toEqual({ a: text, b: text });
  });

  it('leaves strings alone, whatever stands in them', () => {
    for (const text of ['1', 'x 12 y', '\\', '\\" : 12, "', '"a":1', '{"b":[1,2]}', '1.2e-7', 'ü\u2028\n']) {
      expect(fieldsOf(JSON.stringify({ [`k${text}`]: text, n: 7 }))).toEqual({
        [`k${text}`.toLowerCase().trim()]: text.trim(),
        n: '7',
      });
    }
  });

  it('writes each exponent out exactly', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 40n), fc.nat(39), fc.integer({ min: -60, max: 60 }), (digits, places, shift) => {
        const text = digits.toString().padStart(places + 1, '0');
        const whole = text.slice(0, text.length - places);
        const written = fieldsOf(`{"a":${BigInt(whole)}${places > 0 ? `.${text.slice(-places)}` : ''}e${shift}}`);
        const [left = '', right = ''] = String((written as { a: string }).a).split('.');
        // Both sides times 10^100 are integers.
        expect(BigInt(left + right.padEnd(100, '0'))).toBe(digits * 10n ** BigInt(100 - places + shift));
        expect(right).not.toMatch(/0$/);
        expect(left).toMatch(/^(0|[1-9]\d*)$/);
      }),
    );
  });

  it('takes keys in any case, booleans as words, null as nothing', () => {
    expect(fieldsOf('{"Block_Number":7," VALUE ":" x ","t":true,"n":null}')).toEqual({
      block_number: '7',
      value: 'x',
      t: 'true',
      n: undefined,
    });
  });

  it('refuses a key that comes twice, in one case or in two', () => {
    expect(fieldsOf('{"a":1,"b":{"a":1},"a":1}')).toMatch(/a key stands there more than once/);
    expect(fieldsOf('{"a":1,"\\u0061":1}')).toMatch(/more than once/);
    expect(fieldsOf('{"a":1,"A":1}')).toMatch(/the key "a" stands there more than once/);
    expect(fieldsOf('{"b":{"a":1},"c":[{"a":1}],"a":1}')).toMatchObject({ a: '1' });
  });

  it.each([
    '{"a":01}',
    '{"a":1.}',
    '{"a":+1}',
    '{"a":--1}',
    '{"a":1 2}',
    '{"a":1-2}',
    '{"a":.5}',
    '{"a":12abc}',
    '{1:2}',
    '{"a":1',
    '{"a',
    '[1]',
    '7',
    '"x"',
    'null',
    'NaN',
  ])('refuses %s', (line) => {
    expect(fieldsOf(line)).toMatch(/^expected one JSON object a line/);
  });

  it('takes exactly what JSON.parse takes', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      '\\',
      '"a"',
      '"b"',
      '1',
      '-',
      '.',
      'e',
      '0',
      'null',
      ' ',
    );
    const line = fc.oneof(
      fc.array(piece, { maxLength: 14 }).map((parts) => parts.join('')),
      fc.json(),
      fc.string(),
    );
    fc.assert(
      fc.property(line, (text) => {
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          value = undefined;
        }
        const object = typeof value === 'object' && value !== null && !Array.isArray(value);
        const fields = parseJsonLine(text);
        if (!object) expect(fields).toMatch(/^expected one JSON object/);
        else if (typeof fields === 'string') expect(fields).toMatch(/more than once/);
        else
          expect(new Set(fields.keys())).toEqual(
            new Set(Object.keys(value as object).map((key) => key.trim().toLowerCase())),
          );
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not mind a line of a million characters or brackets', () => {
    expect(fieldsOf(`{"a":"${'\\\\'.repeat(400_000)}","b":${'9'.repeat(100_000)}}`)).toMatchObject({
      b: '9'.repeat(100_000),
    });
    expect(fieldsOf(`{"a":${'['.repeat(900_000)}`)).toMatch(/^expected one JSON object a line/);
    expect(fieldsOf(`{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`)).toEqual({ a: { unusable: 'a list' } });
  });
});
