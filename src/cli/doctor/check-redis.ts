import { connectRedis } from '../../cache/redis-client.js';
import type { Config } from '../../config.js';
import { createTelemetry } from '../../telemetry.js';
import { type Check, look } from './check.js';

/** Redis answers, quickly enough for a cache. */
export function checkRedis({ cache: { redisUrl, timeoutMs } }: Pick<Config, 'cache'>): Promise<Check> {
  if (redisUrl === undefined) {
    return Promise.resolve({
      name: 'redis',
      state: 'ok',
      detail: 'not used: the cache is in the memory of each process (REDIS_URL shares it between gateways)',
    });
  }
  return look(
    async () => {
      const { client, close } = await connectRedis({
        url: redisUrl,
        telemetry: createTelemetry({ log: () => undefined }),
      });
      try {
        const times: number[] = [];
        for (let round = 0; round < 5; round += 1) {
          const startedAt = performance.now();
          await client.ping();
          times.push(performance.now() - startedAt);
        }
        const median = times.sort((a, b) => a - b)[2] ?? 0;
        const detail = `Redis, an answer in ${median.toFixed(1)} ms`;
        if (median <= timeoutMs / 2) return { name: 'redis', state: 'ok', detail };
        return {
          name: 'redis',
          state: 'warn',
          detail: `${detail}; after ${timeoutMs} ms (STORE_TIMEOUT_MS) the database is asked instead`,
          remedy: 'Use a Redis nearer to the gateway, or raise STORE_TIMEOUT_MS.',
        };
      } finally {
        close();
      }
    },
    (reason) => ({
      name: 'redis',
      state: 'warn',
      detail: `Redis: ${reason}. Every answer comes from the database, and is the same`,
      remedy: 'Check REDIS_URL, and that Redis is up and reachable from here.',
    }),
  );
}
