import { LRUCache } from 'lru-cache';
import { getAddress, isAddress as isChecksummed } from 'viem/utils';

/** The address that mints come from and burns go to. */
export const zeroAddress = '0x0000000000000000000000000000000000000000';

/** True for 0x and 40 hexadecimal digits in one case, or in mixed case with a right EIP-55 checksum. */
export function isAddress(text: string): boolean {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) return false;
  const digits = text.slice(2);
  return digits === digits.toLowerCase() || digits === digits.toUpperCase() || isChecksummed(text, { strict: true });
}

/** EIP-55 mixed case of an address. */
export function formatAddress(address: string): string {
  const known = checksummed.get(address);
  if (known !== undefined) return known;
  const formatted = getAddress(address);
  checksummed.set(address, formatted);
  return formatted;
}

// A checksum is a hash of the text, a pure function: remembering some changes no answer, and pages repeat addresses.
const checksummed = new LRUCache<string, string>({ max: 10_000 });
