import { createClient } from '@redis/client';
import type { Telemetry } from '../telemetry.js';

/** A client of one Redis server that fails fast and comes back by itself. */
export type RedisClient = ReturnType<typeof buildClient>;

/** Connects to Redis; resolves once it is ready, or after a short wait when it is not: the client goes on trying. */
export async function connectRedis({ url, telemetry }: { url: string; telemetry: Telemetry }): Promise<{
  client: RedisClient;
  close(): void;
}> {
  const client = buildClient(url);
  // Without a listener an error event would end the process; each failed attempt to connect is one.
  client.on('error', () => telemetry.count('store.connectionErrors'));
  const connected = client.connect().then(
    () => undefined,
    () => telemetry.count('store.connectionErrors'),
  );
  const failed = new Promise<void>((resolve) => client.once('error', () => resolve()));
  await Promise.race([connected, failed, wait(longestStartMs)]);
  return { client, close: () => (client.isOpen ? client.destroy() : undefined) };
}

function buildClient(url: string) {
  return createClient({
    url,
    // A call that waits for a connection is late anyway.
    disableOfflineQueue: true,
    pingInterval: 200,
    socket: { reconnectStrategy: () => 200, connectTimeout: 1000, socketTimeout: 900 },
  });
}

/** The server must start with Redis absent, hanging or behind a black hole. */
const longestStartMs = 500;

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
