import { TransientError } from '../upstream.js';

/** A whole number of an answer that fits a double: hexadecimal as the standard has it, decimal as some nodes send it. */
export function readNumber(value: unknown, what: string): number {
  const number = typeof value === 'string' && quantity.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw malformed(what, 'a whole number', value);
}

/** A whole number of any size as decimal text. */
export function readBig(value: unknown, what: string): bigint {
  if (typeof value === 'string' && quantity.test(value)) return BigInt(value);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  throw malformed(what, 'a whole number', value);
}

/** 32 bytes in lower case. */
export function readHash(value: unknown, what: string): string {
  if (typeof value === 'string' && value.length === 66 && bytes.test(value)) return value.toLowerCase();
  throw malformed(what, '32 bytes', value);
}

/** 20 bytes in lower case. */
export function readAddress(value: unknown, what: string): string {
  if (typeof value === 'string' && value.length === 42 && bytes.test(value)) return value.toLowerCase();
  throw malformed(what, '20 bytes', value);
}

/** Bytes of any length in lower case. */
export function readBytes(value: unknown, what: string): `0x${string}` {
  if (typeof value === 'string' && value.length % 2 === 0 && bytes.test(value)) {
    return value.toLowerCase() as `0x${string}`;
  }
  throw malformed(what, 'bytes', value);
}

/** A number as JSON-RPC writes it. */
export function toQuantity(value: number): `0x${string}` {
  return `0x${value.toString(16)}`;
}

function malformed(what: string, expected: string, value: unknown): TransientError {
  return new TransientError(`${what}: expected ${expected}, got ${String(JSON.stringify(value)).slice(0, 80)}`);
}

const quantity = /^(0x[0-9a-f]+|\d+)$/i;
const bytes = /^0x[0-9a-f]*$/i;
