import type { Breaker } from './breaker.js';
import type { MemoryStore } from './memory-store.js';
import type { RedisClient } from './redis-client.js';

/** Keys that match a pattern (`*`, `?`), in parts; never KEYS, which stops Redis for everybody. Ends with null when Redis is unreachable. */
export async function* scanKeys({
  source,
  breaker,
  pattern,
}: {
  source: RedisClient | MemoryStore;
  breaker: Breaker;
  pattern: string;
}): AsyncGenerator<string[] | null> {
  if (!('scan' in source)) {
    const matches = toRegExp(pattern);
    yield [...source.keys()].filter((key) => matches.test(key));
    return;
  }
  let cursor = '0';
  do {
    const from = cursor;
    const part = await breaker.run(() => source.scan(from, { MATCH: toGlob(pattern), COUNT: 500 }));
    if (!part.reachable) {
      yield null;
      return;
    }
    cursor = part.value.cursor;
    if (part.value.keys.length > 0) yield part.value.keys;
  } while (cursor !== '0');
}

/** Only `*` and `?` mean something: brackets and backslashes of Redis patterns stand for themselves. */
function toGlob(pattern: string): string {
  return pattern.replace(/[[\]\\^]/g, '\\$&');
}

function toRegExp(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\/-]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`);
}
