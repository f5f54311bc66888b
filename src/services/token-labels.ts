import { longestLabel } from './token-input.js';

/** Symbol and name of a token. */
export interface Labels {
  readonly symbol: string;
  readonly name: string;
}

/** Hex digits of the address that stand behind each label, 0 for none. */
export interface SuffixDigits {
  readonly symbol: number;
  readonly name: number;
}

/** The label, followed by `-` and the first hex digits of the address; cut before the suffix where it would be too long. */
export function withSuffix(label: string, address: string, digits: number): string {
  if (digits === 0) return label;
  const suffix = `-${address.slice(2, 2 + digits)}`;
  // Half of a surrogate pair is no character.
  return label.slice(0, longestLabel - suffix.length).replace(/[\ud800-\udbff]$/, '') + suffix;
}

/** The next longer suffix; undefined when the whole address is there already. */
export function moreDigits(digits: number): number | undefined {
  if (digits === 0) return shortest;
  return digits < 40 ? digits + 2 : undefined;
}

/** True when the label is the wanted one, or was made from it because that was taken. */
export function isMadeFrom(label: string, wanted: string, address: string): boolean {
  for (let digits: number | undefined = 0; digits !== undefined; digits = moreDigits(digits)) {
    if (label === withSuffix(wanted, address, digits)) return true;
  }
  return false;
}

/**
 * Who of several tokens gets a label that more than one wants: the one of the lowest address, and all others a suffix. It depends on
 * nothing else, so that rows in any order, and files in parts, end in the same tokens.
 */
export function shareLabels(wanted: ReadonlyMap<string, Labels>): ReadonlyMap<string, SuffixDigits> {
  const addresses = [...wanted.keys()].sort();
  const symbols = shareField(addresses, (address) => wanted.get(address)?.symbol ?? address);
  const names = shareField(addresses, (address) => wanted.get(address)?.name ?? address);
  return new Map(
    addresses.map((address) => [address, { symbol: symbols.get(address) ?? 0, name: names.get(address) ?? 0 }]),
  );
}

function shareField(addresses: readonly string[], labelOf: (address: string) => string): Map<string, number> {
  const owners = new Map<string, string>();
  for (const address of addresses) if (!owners.has(labelOf(address))) owners.set(labelOf(address), address);
  const shared = new Map<string, number>();
  for (const address of addresses) {
    let digits: number | undefined = 0;
    const isFree = (label: string) => (owners.get(label) ?? address) === address;
    while (digits !== undefined && !isFree(withSuffix(labelOf(address), address, digits))) digits = moreDigits(digits);
    if (digits === undefined) continue;
    owners.set(withSuffix(labelOf(address), address, digits), address);
    shared.set(address, digits);
  }
  return shared;
}

const shortest = 6;
