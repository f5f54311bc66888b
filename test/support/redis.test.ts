import { createClient } from '@redis/client';
import { describe, expect, inject, it } from 'vitest';
import { startRedis } from './redis.js';

describe('Redis for tests', () => {
  it('answers on the shared URL', async () => {
    const client = await createClient({ url: inject('redisUrl') }).connect();
    expect(await client.ping()).toBe('PONG');
    client.destroy();
  });

  it('starts a server of its own, which is gone after kill and back on the same port', async () => {
    const first = await startRedis();
    expect(first.url).not.toBe(inject('redisUrl'));
    await first.kill();
    expect(() => process.kill(first.pid, 0)).toThrow('ESRCH');
    const second = await startRedis({ port: first.port });
    const client = await createClient({ url: first.url }).connect();
    expect(await client.ping()).toBe('PONG');
    client.destroy();
    await second.stop();
    expect(() => process.kill(second.pid, 0)).toThrow('ESRCH');
  });
});
