import { LRUCache } from 'lru-cache';

/**
 * What Keyv keeps texts in when there is no Redis: least recently used ones go first once the bytes are used up.
 * Own adapter because Keyv's Map has no bound and does not let go of expired texts that nobody asks for.
 */
export class MemoryStore {
  readonly opts = { dialect: 'memory' };
  readonly #texts: LRUCache<string, string>;

  constructor({ maxBytes }: { maxBytes: number }) {
    this.#texts = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (text, key) => Buffer.byteLength(text) + key.length + overheadBytes,
    });
  }

  get(key: string): string | undefined {
    return this.#texts.get(key);
  }

  getMany(keys: readonly string[]): Array<string | undefined> {
    return keys.map((key) => this.#texts.get(key));
  }

  set(key: string, text: string, ttlMs?: number): void {
    this.#texts.set(key, text, ttlMs === undefined ? {} : { ttl: ttlMs });
  }

  setMany(entries: ReadonlyArray<{ key: string; value: string; ttl?: number }>): void {
    for (const { key, value, ttl } of entries) this.set(key, value, ttl);
  }

  delete(key: string): boolean {
    return this.#texts.delete(key);
  }

  deleteMany(keys: readonly string[]): boolean {
    let any = false;
    for (const key of keys) any = this.#texts.delete(key) || any;
    return any;
  }

  clear(): void {
    this.#texts.clear();
  }

  /** Keys that are alive. */
  *keys(): Generator<string> {
    yield* this.#texts.keys();
  }

  /** Bytes in use, as bounded. */
  get bytes(): number {
    return this.#texts.calculatedSize;
  }
}

/** Pointers and bookkeeping of one entry, about. */
const overheadBytes = 120;
