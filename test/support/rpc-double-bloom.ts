import { hexToBytes, keccak256 } from 'viem';
import type { ChainLog } from './rpc-double-chain.js';

/** The 2048-bit bloom of a block's logs, as the Yellow Paper has it: three bits for each address and topic. */
export function bloomOf(logs: readonly Pick<ChainLog, 'address' | 'topics'>[]): string {
  const bytes = new Uint8Array(256);
  for (const { address, topics } of logs) {
    for (const item of [address, ...topics]) {
      for (const bit of bitsOf(item)) {
        const at = 255 - (bit >> 3);
        bytes[at] = (bytes[at] ?? 0) | (1 << (bit & 7));
      }
    }
  }
  return `0x${Buffer.from(bytes).toString('hex')}`;
}

function bitsOf(item: string): readonly number[] {
  const known = remembered.get(item);
  if (known) return known;
  const hash = hexToBytes(keccak256(hexToBytes(item as `0x${string}`)));
  const bits = [0, 2, 4].map((at) => (((hash[at] ?? 0) << 8) | (hash[at + 1] ?? 0)) & 2047);
  remembered.set(item, bits);
  return bits;
}

// The same wallets come again and again.
const remembered = new Map<string, readonly number[]>();
