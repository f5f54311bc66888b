import type { Document } from 'bson';
import { encodeDocument } from './framing.js';

/** What a command answers: plain fields, and for cursors a batch whose documents are encoded already. */
export interface Reply {
  readonly fields: Document;
  readonly batch?: Batch;
}

/** One batch of a cursor. */
export interface Batch {
  readonly name: 'firstBatch' | 'nextBatch';
  /** Head of the cursor document: `id` and `ns`. */
  readonly cursor: Document;
  readonly documents: readonly Uint8Array[];
}

/** A reply of plain fields. */
export function reply(fields: Document): Reply {
  return { fields };
}

/**
 * Encodes a reply. Documents of a batch are spliced in as bytes: each was encoded once to know its size,
 * and bytes that storage hands out raw are never decoded at all.
 */
export function encodeFields(reply: Reply): Uint8Array {
  if (reply.batch === undefined) return encodeDocument(reply.fields);
  const array = encodeArray(reply.batch.documents);
  const cursor = splice(encodeDocument(reply.batch.cursor), 0x04, reply.batch.name, array);
  return splice(encodeDocument(reply.fields), 0x03, 'cursor', cursor);
}

/** Adds one element in front of a document's own. */
function splice(document: Uint8Array, type: number, name: string, value: Uint8Array): Uint8Array {
  const head = 4 + 1 + name.length + 1;
  const result = Buffer.allocUnsafe(document.length + 1 + name.length + 1 + value.length);
  result.writeInt32LE(result.length, 0);
  result[4] = type;
  result.write(name, 5, 'latin1');
  result[head - 1] = 0;
  result.set(value, head);
  result.set(document.subarray(4), head + value.length);
  return result;
}

function encodeArray(documents: readonly Uint8Array[]): Uint8Array {
  let size = 5;
  for (let index = 0; index < documents.length; index += 1) {
    size += 1 + String(index).length + 1 + (documents[index]?.length ?? 0);
  }
  const result = Buffer.allocUnsafe(size);
  result.writeInt32LE(size, 0);
  let at = 4;
  for (let index = 0; index < documents.length; index += 1) {
    const document = documents[index];
    if (document === undefined) continue;
    result[at] = 0x03;
    at += 1 + result.write(String(index), at + 1, 'latin1');
    result[at] = 0;
    result.set(document, at + 1);
    at += 1 + document.length;
  }
  result[at] = 0;
  return result;
}
