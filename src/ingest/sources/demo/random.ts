import { createHash } from 'node:crypto';

/** A stream of numbers that depends on nothing but what it was made of. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number;
  /** Around 0 with standard deviation 1. */
  normal(): number;
}

/** Starts the stream that belongs to `name`: equal names, equal numbers, on every machine. */
export function createRandom(name: string): Random {
  let state = fnv1a(name);
  // Mulberry32: 32 bits of state are enough for streams of a few hundred numbers each, and a stream is made in a microsecond.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    whole: (min, max) => min + Math.floor(next() * (max - min + 1)),
    // Sum of twelve uniform numbers: close enough to a bell for demo data, and without logarithms that differ between platforms.
    normal: () => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, -6),
  };
}

/** The first `bytes` bytes of the SHA-256 of a name, as 0x and hexadecimal digits: addresses and hashes of the demo. */
export function hexOf(name: string, bytes: number): string {
  return `0x${createHash('sha256')
    .update(name)
    .digest('hex')
    .slice(0, bytes * 2)}`;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
