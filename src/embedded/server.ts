import { chmodSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Storage } from './contracts.js';
import { createQueryLanguage } from './query/index.js';
import { openStorage } from './storage/index.js';
import { ClusterClock } from './wire/clock.js';
import { commands } from './wire/commands/index.js';
import { serveConnection } from './wire/connection.js';
import { CursorRegistry } from './wire/cursors.js';
import { Dispatcher } from './wire/dispatch.js';
import { listen } from './wire/listeners.js';
import { SessionRegistry } from './wire/sessions.js';

/** A running server. */
export interface EmbeddedServer {
  /** What a MongoDB driver connects with. */
  readonly uri: string;
  readonly socketPath: string;
  /** The loopback port, when one was asked for. */
  readonly port?: number;
  /** Finishes running commands, ends connections, and closes the data directory. */
  close(): Promise<void>;
}

/** Where the data lies, and the loopback port for shells (0 takes a free one; without it only the socket listens). */
export interface EmbeddedServerOptions {
  readonly dataDir: string;
  readonly port?: number;
}

/** How long a transaction outlives the last connection of its client. */
const disconnectGraceMs = 1_000;
const lastReplyMs = 500;
const sweepMs = 5_000;

/**
 * Serves a data directory to MongoDB drivers, over a unix socket that only this user may open.
 * Several processes may do so with one directory at once; each has its own socket.
 */
export async function createEmbeddedServer({ dataDir, port }: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const language = createQueryLanguage();
  const storage = await openStorage({ path: dataDir, language });
  const sockets = new Set<Socket>();
  const cursors = new CursorRegistry();
  const sessions = new SessionRegistry(storage, (sessionId) =>
    cursors.endWhere((source) => source.inTransaction && source.sessionId === sessionId),
  );
  const facts = { startedAt: Date.now(), dataDir, connections: () => sockets.size };
  const dispatcher = new Dispatcher({ storage, language, cursors, sessions, facts }, new ClusterClock(), commands);
  let lastConnection = 0;
  const serve = (socket: Socket, address: string) => {
    lastConnection += 1;
    const connectionId = lastConnection;
    sockets.add(socket);
    void serveConnection(socket, { connectionId, address }, dispatcher).finally(() => {
      sockets.delete(socket);
      sessions.disconnect(connectionId, disconnectGraceMs);
    });
  };

  const listeners = await openOrClose(storage, () => {
    // The directory is ours alone once storage took it; what others may read was decided before.
    chmodSync(dataDir, 0o700);
    return listen({ dataDir, port, serve });
  });
  const sweeper = setInterval(() => {
    cursors.sweep(Date.now());
    sessions.sweep(Date.now());
  }, sweepMs).unref();

  let closed: Promise<void> | undefined;
  const close = async () => {
    listeners.stop();
    clearInterval(sweeper);
    dispatcher.refuse();
    // Writes that wait for an open transaction go on once it is aborted.
    sessions.close();
    await dispatcher.drain();
    // The last replies go out; a client that does not take them is not waited for.
    await new Promise((resolve) => setImmediate(resolve));
    for (const socket of sockets) {
      socket.destroySoon();
      setTimeout(() => socket.destroy(), lastReplyMs).unref();
    }
    cursors.endWhere(() => true);
    await storage.close();
  };
  return {
    uri: `mongodb://${encodeURIComponent(listeners.socketPath)}/?directConnection=true`,
    socketPath: listeners.socketPath,
    ...(listeners.port === undefined ? {} : { port: listeners.port }),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** Opens what stands on storage; when that fails storage is closed again. */
async function openOrClose<T>(storage: Storage, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    await storage.close();
    throw error;
  }
}
