import type { Document } from 'bson';
import type { Transaction } from '../contracts.js';
import type { Call } from './call.js';
import { isDocument } from './options.js';

/** How far a numbered write has come: its statements before `next` are done, with this reply so far. */
export interface Progress {
  readonly next: number;
  readonly fields: Document;
}

/** What an earlier sending of this numbered write has done already; undefined when it is the first. */
export function recall(call: Call): Progress | undefined {
  if (call.retryNumber === undefined || call.sessionId === undefined) return undefined;
  const kept = call.parts.storage.replies.read(call.sessionId, call.retryNumber);
  if (kept === undefined || typeof kept.next !== 'number' || !isDocument(kept.fields)) return undefined;
  return { next: kept.next, fields: kept.fields };
}

/** Keeps the progress in the same commit as the writes, so that a resend goes on exactly behind them. */
export function remember(call: Call, transaction: Transaction, progress: Progress): void {
  if (call.retryNumber === undefined || call.sessionId === undefined) return;
  call.parts.storage.replies.write(transaction, call.sessionId, call.retryNumber, { ...progress });
}
