import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadRowError, BadUserInputError } from '../../src/errors.js';
import { createFiles, readTransfers, rowHeader, rowOf } from './import-support.js';
import { hash, wallet } from './support.js';

const fragment = fc.oneof(
  fc.constantFrom(
    ...['"', '""', ',', '\n', '\r\n', '\r', '\\', '{', '}', '[', ']', ':', '\u0000', '\uFEFF', ' ', '\t'],
  ),
  fc.constantFrom(
    ...['1', '-1', '1e9', '0x', 'null', wallet(1), hash(1), '1736121600', '2025-01-06T00:00:00Z', rowOf()],
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const garbage = fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join(''));
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  garbage.map((text) => Buffer.from(text)),
  garbage.map((text) => Buffer.from(`${rowHeader}\n${text}`)),
  garbage.map((text) => Buffer.from(`${rowHeader}\n${rowOf()}\n${text}\n${rowOf({ log: 1 })}\n`)),
  garbage.map((text) => Buffer.from(`{"block_number":${text}`)),
  fc.json().map((text) => Buffer.from(`{"a":1}\n{"value":${text}}`)),
);

describe('reading a file', () => {
  let files: Awaited<ReturnType<typeof createFiles>>;
  beforeAll(async () => {
    files = await createFiles();
  });
  afterAll(() => files.close());

  it('of any bytes ends with rows, with refused rows that name their place, or with one coded error', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), async (content, packed) => {
        const path = await files.write('fuzz.csv', packed ? gzipSync(content) : content);
        try {
          const { good, bad, rows } = await readTransfers(path);
          expect(good.length + bad.length).toBe(rows);
          for (const error of bad) {
            expect(error).toBeInstanceOf(BadRowError);
            expect(error.message).toMatch(/^fuzz\.csv:\d+(, column [^:]{1,40})?: (expected|stands|the key|a key)/);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(BadUserInputError);
          expect(String(error)).toMatch(/fuzz\.csv/);
        }
      }),
      { numRuns: 600 },
    );
  });

  it('keeps the good rows around a bad line, unless a quote of it is open', async () => {
    await fc.assert(
      fc.asyncProperty(garbage, async (text) => {
        const line = text.replace(/["\n]/g, '');
        const path = await files.write(
          'around.csv',
          [rowHeader, rowOf({ log: 1 }), line, rowOf({ log: 2 })].join('\n'),
        );
        const { good } = await readTransfers(path);
        expect(good.map(({ logIndex }) => logIndex)).toEqual(expect.arrayContaining([1, 2]));
      }),
      { numRuns: 200 },
    );
  });

  it('that was packed and cut anywhere, or changed anywhere, names the file and the line', async () => {
    const lines = [rowHeader, ...Array.from({ length: 300 }, (_, log) => rowOf({ log, value: String(log * 7_919) }))];
    const whole = gzipSync(lines.join('\n'));
    const place = /^cut\.csv:\d+: the file cannot be read to its end|cut\.csv: the file cannot be read to its end/;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 3, max: whole.length - 1 }), async (length) => {
        const reading = readTransfers(await files.write('cut.csv', whole.subarray(0, length)));
        await expect(reading).rejects.toBeInstanceOf(BadUserInputError);
        await expect(reading).rejects.toThrow(place);
      }),
      { numRuns: 60 },
    );
    const far = readTransfers(await files.write('cut.csv', whole.subarray(0, whole.length - 12)));
    await expect(far).rejects.toThrow(/^cut\.csv:(2\d\d|30\d): /);
    const changed = Buffer.from(whole);
    changed[whole.length - 6] = (changed[whole.length - 6] ?? 0) ^ 255;
    await expect(readTransfers(await files.write('cut.csv', changed))).rejects.toThrow(place);
  });
});
