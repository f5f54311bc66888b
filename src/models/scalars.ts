import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { formatAddress, isAddress } from './address.js';

/** Integer of any size; answers and accepts decimal text, never a JSON number. */
export const GraphQLBigInt = scalar({
  name: 'BigInt',
  description: 'Integer of any size as a string of decimal digits, never a JSON number, never exponent form.',
  serialize: (value) =>
    typeof value === 'number' || typeof value === 'bigint' ? BigInt(value).toString() : String(value),
  parse: (text) => (/^-?\d{1,99}$/.test(text) ? BigInt(text).toString() : undefined),
  expected: 'an integer as a string of decimal digits',
});

/** Decimal of any size as plain text. */
export const GraphQLDecimal = scalar({
  name: 'Decimal',
  description: "Decimal of any size as a plain string: no exponent, no leading or trailing zeros, '0' for zero.",
  serialize: String,
  parse: (text) => (/^-?\d{1,99}(\.\d{1,99})?$/.test(text) ? text : undefined),
  expected: 'a plain decimal as a string, such as "12.5"',
});

/** 20-byte address; stored in lower case, answered in EIP-55 mixed case. */
export const GraphQLAddress = scalar({
  name: 'Address',
  description: '20-byte address, printed in EIP-55 mixed case, accepted in any valid case.',
  serialize: (value) => formatAddress(String(value)),
  parse: (text) => (isAddress(text) ? text.toLowerCase() : undefined),
  expected: 'an address: 0x and 40 hexadecimal digits, in one case or with a right EIP-55 checksum',
});

/** 32-byte hash in lower case. */
export const GraphQLHash = scalar({
  name: 'Hash',
  description: '32-byte hash, printed in lower case with 0x.',
  serialize: (value) => String(value).toLowerCase(),
  parse: (text) => (/^0x[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : undefined),
  expected: 'a hash: 0x and 64 hexadecimal digits',
});

/** Calendar day in UTC. */
export const GraphQLDate = scalar({
  name: 'Date',
  description: 'Calendar day in UTC, YYYY-MM-DD.',
  serialize: String,
  parse: (text) =>
    /^\d{4}-\d\d-\d\d$/.test(text) && toIso(`${text}T00:00:00.000Z`)?.slice(0, 10) === text ? text : undefined,
  expected: 'a day, YYYY-MM-DD',
});

/** Instant in UTC with milliseconds. */
export const GraphQLDateTime = scalar({
  name: 'DateTime',
  description: 'Instant, ISO 8601 in UTC with milliseconds and Z.',
  serialize: (value) => new Date(value as string | number | Date).toISOString(),
  parse: (text) => (isoInstant.test(text) && isRealDay(text.slice(0, 10)) ? toIso(text) : undefined),
  expected: 'an instant in UTC, such as 2025-03-22T04:31:23.000Z',
});

const isoInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/;

function toIso(text: string): string | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function isRealDay(day: string): boolean {
  return toIso(`${day}T00:00:00.000Z`)?.slice(0, 10) === day;
}

function scalar({ name, description, serialize, parse, expected }: ScalarRules): GraphQLScalarType<string, string> {
  const parseText = (value: unknown): string => {
    const parsed = typeof value === 'string' ? parse(value) : undefined;
    if (parsed !== undefined) return parsed;
    const came = typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : typeof value;
    throw new GraphQLError(`${name}: expected ${expected}, got ${came}.`, { extensions: { code: 'BAD_USER_INPUT' } });
  };
  return new GraphQLScalarType({
    name,
    description,
    serialize,
    parseValue: parseText,
    parseLiteral: (node: ValueNode) =>
      parseText(node.kind === Kind.STRING || (name === 'BigInt' && node.kind === Kind.INT) ? node.value : undefined),
  });
}

interface ScalarRules {
  name: string;
  description: string;
  serialize: (value: unknown) => string;
  parse: (text: string) => string | undefined;
  expected: string;
}
