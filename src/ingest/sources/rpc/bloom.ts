import { LRUCache } from 'lru-cache';
import { keccak256 } from 'viem/utils';

/** True when a block with this bloom may have a log with all these addresses and topics; false is certain. */
export function mayHold(bloom: string, items: readonly string[]): boolean {
  for (const item of items) {
    for (const { at, mask } of placesOf(item)) {
      if ((Number.parseInt(bloom[at] ?? '0', 16) & mask) === 0) return false;
    }
  }
  return true;
}

/** True when a bloom is that of exactly these items: none of another item, and of each all bits. */
export function isBloomOf(bloom: string, items: Iterable<string>): boolean {
  const digits = new Uint8Array(514);
  for (const item of items) for (const { at, mask } of placesOf(item)) digits[at] = (digits[at] ?? 0) | mask;
  for (let at = 2; at < 514; at += 1) if (Number.parseInt(bloom[at] ?? '', 16) !== digits[at]) return false;
  return true;
}

/** Where a bit stands in the hexadecimal text of a bloom. */
interface Place {
  readonly at: number;
  readonly mask: number;
}

/** Three bits of 2048 for an item, as the Yellow Paper has it. */
function placesOf(item: string): readonly Place[] {
  const known = remembered.get(item);
  if (known) return known;
  const hash = keccak256(item as `0x${string}`, 'bytes');
  const places = [0, 2, 4].map((pair) => {
    const bit = (((hash[pair] ?? 0) << 8) | (hash[pair + 1] ?? 0)) & 2047;
    return { at: 2 + 511 - (bit >> 2), mask: 1 << (bit & 3) };
  });
  remembered.set(item, places);
  return places;
}

// A pure function of the text; the same wallets come again and again.
const remembered = new LRUCache<string, readonly Place[]>({ max: 50_000 });
