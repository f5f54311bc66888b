import { createEmbeddedServer } from '../../src/embedded/server.js';

/** A process of its own that serves one data directory: prints its address as a line, and ends when its input does. */
const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error('Usage: serve.ts DATA_DIR');
const server = await createEmbeddedServer({ dataDir });
process.stdout.write(`${JSON.stringify({ uri: server.uri, socketPath: server.socketPath })}\n`);
process.stdin.resume();
process.stdin.once('end', () => void server.close());
