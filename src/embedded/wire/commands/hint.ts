import type { Document } from 'bson';
import type { IndexSpec } from '../../contracts.js';
import { MongoError } from '../../errors.js';
import type { Call } from '../call.js';

/** Refuses a hint that names no index: a write takes its own best plan, but a mistaken hint is the caller's error to see. */
export function checkHint(call: Call, ns: string, hint: string | Document | undefined): void {
  if (hint === undefined) return;
  const indexes = call.parts.storage.indexes(ns);
  if (indexes === undefined || indexes.some((index) => names(index, hint)) || isOfId(hint) || isNatural(hint)) return;
  throw new MongoError(
    'BadValue',
    `error processing query: hint ${JSON.stringify(hint)} does not correspond to an existing index`,
  );
}

/** True when a name or a key pattern means this index. */
export function names(index: IndexSpec, wanted: string | Document): boolean {
  if (typeof wanted === 'string') return index.name === wanted;
  return JSON.stringify(Object.entries(wanted)) === JSON.stringify(index.key);
}

function isOfId(hint: string | Document): boolean {
  return hint === '_id_' || JSON.stringify(hint) === '{"_id":1}';
}

function isNatural(hint: string | Document): boolean {
  return typeof hint !== 'string' && Object.keys(hint)[0] === '$natural';
}
