import { describe, expect, it } from 'vitest';
import { createCoalescer } from '../../src/cache/coalesce.js';

/** A batch reader whose batches are answered by hand. */
function createManual() {
  const batches: Array<{ keys: readonly string[]; answer(value: string): void; fail(error: Error): void }> = [];
  const read = createCoalescer<string>(
    (keys) =>
      new Promise((resolve, reject) => {
        batches.push({ keys, answer: (value) => resolve(new Map(keys.map((key) => [key, value]))), fail: reject });
      }),
  );
  const sent = (count: number) => expect.poll(() => batches.length).toBe(count);
  return { batches, read, sent };
}

describe('coalesced reads', () => {
  it('answer each question from a batch that was sent after it, one batch at a time', async () => {
    const { batches, read, sent } = createManual();
    const first = [read(['a']), read(['b', 'a'])];
    await sent(1);
    expect(batches[0]?.keys).toEqual(['a', 'b']);
    const later = [read(['a']), read(['c'])];
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(batches).toHaveLength(1);
    batches[0]?.answer('old');
    for (const answer of first) expect((await answer).get('a')).toBe('old');
    await sent(2);
    expect(batches[1]?.keys).toEqual(['a', 'c']);
    batches[1]?.answer('new');
    expect((await later[0])?.get('a')).toBe('new');
    expect((await later[1])?.get('c')).toBe('new');
  });

  it('go on after a batch that failed', async () => {
    const { batches, read, sent } = createManual();
    const failing = read(['a']);
    await sent(1);
    const next = read(['a']);
    batches[0]?.fail(new Error('down'));
    await expect(failing).rejects.toThrow('down');
    await sent(2);
    batches[1]?.answer('up');
    expect((await next).get('a')).toBe('up');
  });
});
