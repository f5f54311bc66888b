import { createServer, type Server, type Socket } from 'node:net';
import { chooseSocket } from './socketPath.js';

/** Where the server can be reached. */
export interface Listeners {
  readonly socketPath: string;
  readonly port?: number;
  /** Takes no more connections and removes the socket. */
  stop(): void;
}

/** What listens, and who serves a connection; `address` is the one that its client used. */
export interface ListenOptions {
  readonly dataDir: string;
  readonly port: number | undefined;
  readonly serve: (socket: Socket, address: string) => void;
}

/** Listens on the unix socket of this process, and on the loopback port when one was asked for. */
export async function listen({ dataDir, port, serve }: ListenOptions): Promise<Listeners> {
  const closers: Array<() => void> = [];
  const stop = () => {
    for (const close of closers.splice(0).reverse()) close();
  };
  try {
    const place = chooseSocket(dataDir);
    closers.push(place.remove);
    const local = createServer((socket) => serve(socket, place.path));
    closers.push(() => local.close());
    await listening(local, { path: place.path });
    if (port === undefined) return { socketPath: place.path, stop };

    const tcp = createServer((socket) => serve(socket, `127.0.0.1:${portOf(tcp)}`));
    closers.push(() => tcp.close());
    await listening(tcp, { host: '127.0.0.1', port });
    return { socketPath: place.path, port: portOf(tcp), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

async function listening(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // Later errors are of connections that could not be accepted (too many open files): their clients try again.
  server.on('error', () => {});
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === 'object' && address !== null) return address.port;
  throw new TypeError('A server on a loopback port has an address with a port.');
}
