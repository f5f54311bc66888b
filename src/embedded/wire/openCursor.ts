import { Long } from 'bson';
import type { Transaction } from '../contracts.js';
import type { Call } from './call.js';
import { Cursor } from './cursors.js';
import type { Batch, Reply } from './reply.js';

/** What a command that answers with a cursor says about it. */
export interface CursorRequest {
  readonly ns: string;
  /** Documents of the first batch at most; 0 opens the cursor only. */
  readonly count: number;
  /** True when the cursor ends with its first batch. */
  readonly single: boolean;
  readonly documents: (transaction: Transaction) => Iterable<Uint8Array>;
}

/** Reads the first batch, and keeps the cursor with its snapshot when more documents follow. */
export function openCursor(call: Call, request: CursorRequest): Reply {
  const { cursors, storage } = call.parts;
  const transaction = call.transaction ?? storage.begin({ multi: false });
  const close = () => {
    if (call.transaction === undefined) transaction.abort();
  };
  let cursor: Cursor | undefined;
  let kept = false;
  try {
    cursor = new Cursor({
      ns: request.ns,
      documents: request.documents(transaction)[Symbol.iterator](),
      sessionId: call.sessionId,
      inTransaction: call.transaction !== undefined,
      close,
    });
    const documents = cursor.read(request.count, call.deadline);
    kept = !request.single && !cursor.exhausted;
    if (kept) cursors.add(cursor);
    return batchReply(cursor, 'firstBatch', documents, kept);
  } finally {
    if (!kept) {
      if (cursor === undefined) close();
      else cursor.close();
    }
  }
}

/** A batch as it goes over the wire; id 0 says that no more follows. */
export function batchReply(cursor: Cursor, name: Batch['name'], documents: Uint8Array[], open: boolean): Reply {
  return {
    fields: {},
    batch: { name, cursor: { id: open ? cursor.id : Long.ZERO, ns: cursor.source.ns }, documents },
  };
}
