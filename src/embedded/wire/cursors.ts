import { randomInt } from 'node:crypto';
import { Long } from 'bson';
import { MongoError } from '../errors.js';
import { checkDeadline } from './deadline.js';

/** Limits of cursors; every one of them keeps a client that went away from holding on to a snapshot. */
export const cursorLimits = {
  idleMs: 10 * 60_000,
  /** A cursor idle for this long gives its snapshot back when the rest of its documents is small. */
  snapshotIdleMs: 10_000,
  /** Bytes of one rest that is taken into memory instead of a snapshot, and of all of them together. */
  restBytes: 256 * 1024,
  allRestsBytes: 64 * 1024 * 1024,
  /** A batch ends here, as in MongoDB. */
  batchBytes: 16 * 1024 * 1024,
  /** lmdb serves 2048 readers to all processes together; each process keeps at most this many waiting. */
  open: 256,
} as const;

/** Where a cursor's documents come from; `close` gives the snapshot back and may be called twice. */
export interface CursorSource {
  readonly ns: string;
  readonly documents: Iterator<Uint8Array>;
  readonly sessionId: string | undefined;
  /** Set when the documents are read in a client's transaction: the cursor ends with it. */
  readonly inTransaction: boolean;
  readonly close: () => void;
}

/** An open cursor: a source, and what was read ahead of it: one document to know whether more follow, or all the rest. */
export class Cursor {
  readonly id = Long.fromNumber(randomInt(1, 2 ** 48 - 1));
  usedAt = Date.now();
  /** Bytes held in memory since `detach`; 0 while the cursor reads from its snapshot. */
  heldBytes = 0;
  private ahead: Uint8Array[] = [];
  private ended = false;

  constructor(readonly source: CursorSource) {}

  /** Reads up to `count` documents or 16 MB; `exhausted` tells afterwards whether that was all. */
  read(count: number, deadline?: number): Uint8Array[] {
    const batch: Uint8Array[] = [];
    let bytes = 0;
    this.usedAt = Date.now();
    while (batch.length < count) {
      const document = this.peek();
      if (document === undefined) break;
      bytes += document.length;
      if (bytes > cursorLimits.batchBytes && batch.length > 0) break;
      batch.push(document);
      this.ahead.shift();
      if (batch.length % 64 === 0) checkDeadline(deadline);
    }
    return batch;
  }

  /** True when no document is left. */
  get exhausted(): boolean {
    return this.peek() === undefined;
  }

  /** Takes the rest into memory and gives the snapshot back, if it has at most `limit` bytes. */
  detach(limit: number): boolean {
    let bytes = this.ahead.reduce((sum, document) => sum + document.length, 0);
    while (!this.ended && bytes <= limit) bytes += this.readAhead()?.length ?? 0;
    if (!this.ended) return false;
    this.heldBytes = bytes;
    this.source.close();
    return true;
  }

  close(): void {
    this.ended = true;
    this.ahead = [];
    this.source.documents.return?.();
    this.source.close();
  }

  private peek(): Uint8Array | undefined {
    return this.ahead[0] ?? this.readAhead();
  }

  private readAhead(): Uint8Array | undefined {
    if (this.ended) return undefined;
    const next = this.source.documents.next();
    if (next.done === true) {
      this.ended = true;
      return undefined;
    }
    this.ahead.push(next.value);
    return next.value;
  }
}

/** The open cursors of the server, found by id, ended by time, session, transaction or number. */
export class CursorRegistry {
  private readonly open = new Map<string, Cursor>();

  /** Keeps a cursor for `getMore`. When there are too many snapshots, those idle for longest give theirs back or end. */
  add(cursor: Cursor): void {
    this.open.set(cursor.id.toString(), cursor);
    // A Map keeps the order of insertion, and `get` puts a used cursor at the end.
    const reading = [...this.open.values()].filter(({ heldBytes }) => heldBytes === 0);
    for (const idle of reading.slice(0, Math.max(0, reading.length - cursorLimits.open))) {
      if (!this.release(idle)) this.end(idle);
    }
  }

  /** The cursor of a `getMore`, or CursorNotFound. */
  get(id: string): Cursor {
    const cursor = this.open.get(id);
    if (cursor === undefined) throw new MongoError('CursorNotFound', `cursor id ${id} not found`);
    this.open.delete(id);
    this.open.set(id, cursor);
    return cursor;
  }

  /** Ends one cursor by id; false when it is not there. */
  kill(id: string): boolean {
    const cursor = this.open.get(id);
    if (cursor !== undefined) this.end(cursor);
    return cursor !== undefined;
  }

  /** Ends a cursor and gives its snapshot back. */
  end(cursor: Cursor): void {
    this.open.delete(cursor.id.toString());
    cursor.close();
  }

  /** Ends every cursor that `matches` says. */
  endWhere(matches: (source: CursorSource) => boolean): void {
    for (const cursor of [...this.open.values()]) if (matches(cursor.source)) this.end(cursor);
  }

  /** Ends cursors that nobody used for ten minutes, and takes small rests of idle ones into memory. */
  sweep(now: number): void {
    for (const cursor of [...this.open.values()]) {
      const idleMs = now - cursor.usedAt;
      if (idleMs > cursorLimits.idleMs) this.end(cursor);
      else if (idleMs > cursorLimits.snapshotIdleMs && cursor.heldBytes === 0) this.release(cursor);
    }
  }

  /** Number of open cursors, and of those that hold a snapshot. */
  get size(): { total: number; pinned: number } {
    const open = [...this.open.values()];
    return { total: open.length, pinned: open.filter(({ heldBytes }) => heldBytes === 0).length };
  }

  /** False when the rest is too large for memory; a cursor that fails on the way ends, and `getMore` says so. */
  private release(cursor: Cursor): boolean {
    if (cursor.source.inTransaction) return false;
    let held = 0;
    for (const other of this.open.values()) held += other.heldBytes;
    if (held + cursorLimits.restBytes > cursorLimits.allRestsBytes) return false;
    try {
      return cursor.detach(cursorLimits.restBytes);
    } catch {
      this.end(cursor);
      return true;
    }
  }
}
