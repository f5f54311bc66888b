import type { Document } from 'bson';
import { MongoError } from '../errors.js';

/** Reads an optional document field; anything else than a document is TypeMismatch. */
export function documentField(body: Document, field: string): Document | undefined {
  const value: unknown = body[field];
  if (value === undefined || value === null) return undefined;
  if (!isDocument(value)) throw mismatch(body, field, 'object', value);
  return value;
}

/** Reads an optional boolean field; numbers count as MongoDB counts them. */
export function booleanField(body: Document, field: string, fallback = false): boolean {
  const value: unknown = body[field];
  if (value === undefined || value === null) return fallback;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  throw mismatch(body, field, 'bool', value);
}

/** Reads an optional whole number that may not be negative. */
export function countField(body: Document, field: string): number | undefined {
  const value: unknown = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw mismatch(body, field, 'number', value);
  if (value < 0 || !Number.isSafeInteger(value)) {
    throw new MongoError('BadValue', `"${field}" must be a whole number of at least 0, got ${value}.`);
  }
  return value;
}

/** Reads a required array of documents, decoded or as bytes (see `Request`). */
export function documentsField(body: Document, field: string): Document[] {
  const value: unknown = body[field];
  if (value === undefined) {
    throw new MongoError('UnknownField', `BSON field '${commandOf(body)}.${field}' is missing but a required field`);
  }
  const isGiven = (item: unknown): item is Document => item instanceof Uint8Array || isDocument(item);
  if (!Array.isArray(value) || !value.every(isGiven)) throw mismatch(body, field, 'array of objects', value);
  return value;
}

/** Reads an index hint: the name or the key pattern. */
export function hintField(body: Document): string | Document | undefined {
  const value: unknown = body.hint;
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (!isDocument(value)) throw mismatch(body, 'hint', 'string or object', value);
  return Object.keys(value).length > 0 ? value : undefined;
}

/** True for a plain document: not an array, not a BSON value class. */
export function isDocument(value: unknown): value is Document {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !('_bsontype' in value) &&
    !(value instanceof Date) &&
    !(value instanceof RegExp) &&
    !ArrayBuffer.isView(value)
  );
}

/** Options of a command or a statement: those that are understood, and those of MongoDB that are not served here. */
export interface KnownFields {
  readonly known: readonly string[];
  readonly refused?: readonly string[];
}

/** Refuses unknown fields (40415) and options that would change the answer but are not served (238). */
export function checkFields(what: string, body: Document, fields: KnownFields, common?: ReadonlySet<string>): void {
  for (const field of Object.keys(body)) {
    if (fields.known.includes(field) || common?.has(field) || field === what) continue;
    if (!fields.refused?.includes(field)) {
      throw new MongoError('UnknownField', `BSON field '${what}.${field}' is an unknown field.`);
    }
    if (!isNeutral(field, body[field])) {
      throw new MongoError(
        'NotImplemented',
        `${what}: the option "${field}" is not served by this server; leave it out.`,
      );
    }
  }
}

/** Values that ask for nothing: false, null, an empty document, and the simple collation, which is the order used here. */
function isNeutral(field: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true;
  if (!isDocument(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 0 || (field === 'collation' && keys.length === 1 && value.locale === 'simple');
}

function commandOf(body: Document): string {
  return Object.keys(body)[0] ?? '';
}

function mismatch(body: Document, field: string, expected: string, value: unknown): MongoError {
  const got = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  return new MongoError(
    'TypeMismatch',
    `BSON field '${commandOf(body)}.${field}' is the wrong type '${got}', expected type '${expected}'`,
  );
}
