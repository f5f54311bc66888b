import 'reflect-metadata';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '../../dist/config.js';
import { createDatabase } from '../../dist/database.js';
import { createPipeline } from '../../dist/ingest/pipeline.js';
import { createRpcSource } from '../../dist/ingest/sources/rpc/rpc-source.js';
import { openTokenFeed } from '../../dist/services/feeding/token-feed.js';
import { createTelemetry } from '../../dist/telemetry.js';

// A process that feeds one token until it is killed. It loads first and begins when it is told to, and says how each run ended.
const config = readConfig(process.env);
process.stdout.write('loaded\n');
const [line] = await once(process.stdin, 'data');
const { tokenId, url } = JSON.parse(line);

const publisher = { publishToken: async () => {}, publishCatalogue: async () => {}, refreshToken: async () => {} };
const database = await createDatabase({ config: config.database });
const pipeline = createPipeline({ database, publisher });
const { chainId, rpc, source: settings } = config;
const telemetry = createTelemetry({ log: () => {} });
const source = createRpcSource({ urls: [url], chainId, config: rpc, source: settings, telemetry });
const feed = openTokenFeed({ database, pipeline, source, leaseMs: config.jobs.leaseMs }, tokenId);
const { signal } = new AbortController();
for (;;) {
  try {
    const { outcome, position } = await feed.advance({ signal });
    process.stdout.write(`${outcome} ${position?.blockNumber}\n`);
  } catch (error) {
    process.stdout.write(`${error.code ?? error.stack}\n`);
  }
  await pause(20);
}
