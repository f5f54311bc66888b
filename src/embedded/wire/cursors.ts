import { randomInt } from 'node:crypto';
import { Long } from 'bson';
import { MongoError } from '../errors.js';
import { checkDeadline } from './deadline.js';

/** Limits of cursors; every one of them keeps a client that went away from holding on to a snapshot. */
export const cursorLimits = {
  idleMs: 10 * 60_000,
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

/** An open cursor: a source, and the one document read ahead to know whether more follow. */
export class Cursor {
  readonly id = Long.fromNumber(randomInt(1, 2 ** 48 - 1));
  usedAt = Date.now();
  private ahead: Uint8Array | undefined;
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
      this.ahead = undefined;
      if (batch.length % 64 === 0) checkDeadline(deadline);
    }
    return batch;
  }

  /** True when no document is left. */
  get exhausted(): boolean {
    return this.peek() === undefined;
  }

  close(): void {
    this.ended = true;
    this.ahead = undefined;
    this.source.documents.return?.();
    this.source.close();
  }

  private peek(): Uint8Array | undefined {
    if (this.ahead === undefined && !this.ended) {
      const next = this.source.documents.next();
      if (next.done === true) this.ended = true;
      else this.ahead = next.value;
    }
    return this.ahead;
  }
}

/** The open cursors of the server, found by id, ended by time, session, transaction or number. */
export class CursorRegistry {
  private readonly open = new Map<string, Cursor>();

  /** Keeps a cursor for `getMore`; the one idle for longest ends when there are too many. */
  add(cursor: Cursor): void {
    if (this.open.size >= cursorLimits.open) {
      let oldest = cursor;
      for (const other of this.open.values()) if (other.usedAt < oldest.usedAt) oldest = other;
      this.end(oldest);
    }
    this.open.set(cursor.id.toString(), cursor);
  }

  /** The cursor of a `getMore`, or CursorNotFound. */
  get(id: string): Cursor {
    const cursor = this.open.get(id);
    if (cursor === undefined) throw new MongoError('CursorNotFound', `cursor id ${id} not found`);
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

  /** Ends cursors that nobody used for ten minutes. */
  sweep(now: number): void {
    for (const cursor of [...this.open.values()]) if (now - cursor.usedAt > cursorLimits.idleMs) this.end(cursor);
  }

  get size(): number {
    return this.open.size;
  }
}
