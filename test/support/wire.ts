import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A wire to a port that can be cut and mended, or go silent while its connections stay. */
export async function createWire(port: number) {
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((inner) => {
    const outer = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => silent || to.write(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const ownPort = typeof address === 'object' && address ? address.port : 0;
  return {
    port: ownPort,
    hush: () => {
      silent = true;
    },
    /** New bytes pass again; those swallowed meanwhile are lost, so connections that waited for them stay silent. */
    speak: () => {
      silent = false;
    },
    cut: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    mend: async () => {
      server.listen(ownPort, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}
