import { serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { Cursor, CursorRegistry, cursorLimits } from '../../../src/embedded/wire/cursors.js';

/** A cursor over `count` documents of `bytes` bytes, which notes when its snapshot is given back. */
function open(count: number, bytes: number, inTransaction = false) {
  const noted = { released: 0, read: 0 };
  const document = serialize({ text: 'x'.repeat(bytes - 16) });
  function* documents() {
    for (; noted.read < count; noted.read += 1) yield document;
  }
  const close = () => {
    noted.released += 1;
  };
  const cursor = new Cursor({ ns: 'x.rows', documents: documents(), sessionId: 's', inTransaction, close });
  return { cursor, noted };
}

const later = (ms: number) => Date.now() + ms;

describe('an idle cursor', () => {
  it('gives its snapshot back after ten seconds when its rest is small, and goes on from memory', () => {
    const registry = new CursorRegistry();
    const { cursor, noted } = open(100, 100);
    expect(cursor.read(10)).toHaveLength(10);
    registry.add(cursor);
    registry.sweep(later(cursorLimits.snapshotIdleMs - 1_000));
    expect(noted.released).toBe(0);
    registry.sweep(later(cursorLimits.snapshotIdleMs + 1_000));
    expect(noted.released).toBe(1);
    expect(registry.size).toEqual({ total: 1, pinned: 0 });
    expect(registry.get(cursor.id.toString()).read(1_000)).toHaveLength(90);
    expect(cursor.exhausted).toBe(true);
  });

  it('keeps its snapshot when its rest is large or belongs to a transaction, and misses no document', () => {
    const registry = new CursorRegistry();
    const large = open(100, cursorLimits.restBytes / 10);
    const inside = open(100, 100, true);
    for (const { cursor } of [large, inside]) {
      cursor.read(10);
      registry.add(cursor);
    }
    registry.sweep(later(cursorLimits.snapshotIdleMs + 1_000));
    registry.sweep(later(cursorLimits.snapshotIdleMs + 2_000));
    expect(large.noted.released + inside.noted.released).toBe(0);
    expect(large.noted.read).toBeLessThan(30);
    expect(large.cursor.read(1_000)).toHaveLength(90);
    expect(inside.cursor.read(1_000)).toHaveLength(90);
  });

  it('ends after ten minutes', () => {
    const registry = new CursorRegistry();
    const { cursor, noted } = open(100, cursorLimits.restBytes);
    cursor.read(1);
    registry.add(cursor);
    registry.sweep(later(cursorLimits.idleMs + 1_000));
    expect(noted.released).toBe(1);
    expect(() => registry.get(cursor.id.toString())).toThrow(/not found/);
  });
});

describe('too many cursors', () => {
  it('cost the one unused for longest its snapshot, and nobody the place', () => {
    const registry = new CursorRegistry();
    const all = Array.from({ length: cursorLimits.open + 1 }, () => open(10, cursorLimits.restBytes));
    for (const [index, { cursor }] of all.entries()) {
      cursor.read(1);
      if (index === cursorLimits.open) registry.get(all[0]?.cursor.id.toString() ?? '');
      registry.add(cursor);
    }
    expect(all.map(({ noted }) => noted.released).slice(0, 3)).toEqual([0, 1, 0]);
    expect(registry.size.pinned).toBe(cursorLimits.open);
  });
});
