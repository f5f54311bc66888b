import { createHash } from 'node:crypto';

/**
 * Keys of the cache, readable and stable, without the namespace (the store puts it in front).
 * The braces are hash tags of Redis Cluster: all keys of one token sit in one slot.
 */
export const keys = {
  token: (id: string): string => `token:{${part(id)}}`,
  /** The last word of a relation's name comes first: `weeklyPayments` is `payments:weekly`. */
  relation: (id: string, name: string, args: KeyArguments): string =>
    withArguments(`token:{${part(id)}}:${reversedWords(name)}`, args),
  symbol: (symbolKey: string): string => `token:symbol:{${part(symbolKey)}}`,
  address: (address: string): string => `token:address:{${part(address)}}`,
  list: (args: KeyArguments): string => withArguments('tokens:list', args),
  epoch: (subject: string): string => `epoch:{${part(subject)}}`,
} as const;

/** True for the key of an epoch. These stand in a namespace of their own, which gateways of different configuration share. */
export function isEpochKey(key: string): boolean {
  return /^epoch:\{[^{}]+\}$/.test(key);
}

/** The subject of everything that belongs to no single token: lists, look-ups, "not found". No token id reads like this. */
export const catalogue = 'catalogue';

/** Arguments in canonical form: every one present, defaults spelled out. */
export type KeyArguments = Readonly<Record<string, string | number | boolean | null>>;

function withArguments(key: string, args: KeyArguments): string {
  const names = Object.keys(args).sort();
  if (names.length === 0) return key;
  const text = names.map((name) => `${name}=${JSON.stringify(args[name])}`).join(',');
  return `${key}:${text.length <= longest ? text : digest(text)}`;
}

/** Text of a caller inside a key: as it is when short and harmless, else its digest, so that no caller can shape or swell keys. */
function part(text: string): string {
  return /^[\w.-]{1,64}$/.test(text) ? text : digest(text);
}

function reversedWords(name: string): string {
  return (name.match(/[A-Z]?[^A-Z]+/g) ?? [name])
    .map((word) => word.toLowerCase())
    .reverse()
    .join(':');
}

const longest = 300;
const digest = (text: string): string => `~${createHash('sha256').update(text).digest('base64url')}`;
