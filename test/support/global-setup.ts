import type { TestProject } from 'vitest/node';
import { ensureRedisServer, startRedis } from './redis.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Redis for all test files; each uses keys of its own. Read it with `inject('redisUrl')`. */
    redisUrl: string;
  }
}

/**
 * Runs once before all test files: real Redis from TEST_REDIS_URL, else a server of our own on a free port.
 * The second MongoDB server is prepared by the first suite that asks for it (`oracle.ts`).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_REDIS_URL;
  if (given !== undefined && given !== '') {
    project.provide('redisUrl', given);
    return async () => {};
  }
  ensureRedisServer();
  const redis = await startRedis();
  project.provide('redisUrl', redis.url);
  return () => redis.stop();
}
