import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { pino } from 'pino';
import { type Config, readConfig } from '../config.js';
import { GatewayError } from '../errors.js';
import { createGateway } from '../gateway.js';
import { buildBanner } from './banner.js';
import { hasSource } from './has-source.js';
import { openDatabase, presumesDemo } from './open-database.js';
import { resumePurges } from './resume-purges.js';
import { runDemo } from './run-demo.js';
import { runFeeds } from './run-feeds.js';

/**
 * The process edge. It listens first and opens the database meanwhile, so that the first answer waits for no data; SIGINT and SIGTERM
 * drain and exit 0, a second signal exits at once.
 */
export async function run({ environment }: { environment: Environment }): Promise<void> {
  const closing = new AbortController();
  try {
    await start({ ...readEnvironmentFile(), ...environment }, closing);
  } catch (error) {
    // Whoever ends it in the middle of its start is not told that the start failed.
    if (!closing.signal.aborted) fail(error);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

async function start(environment: Environment, closing: AbortController): Promise<void> {
  const config = readConfig(environment);
  const logger = pino({ level: config.logLevel }, pino.destination(2));
  const opened = openDatabase({
    config,
    signal: closing.signal,
    warn: (message) => logger.warn(message),
  });
  let feeds: { close(): Promise<void>; look?(): void } | undefined;
  const gateway = await createGateway({
    config,
    database: opened.then(({ database }) => database),
    demo: presumesDemo(config),
    logger,
    onNews: () => feeds?.look?.(),
  });

  exitOnSignals(async () => {
    closing.abort();
    await feeds?.close();
    await gateway.close();
    const { database } = await opened.catch(() => ({ database: undefined }));
    await database?.close();
  });

  await gateway.app.listen({ port: config.http.port, host: config.http.host });
  // An embedded store opens or fails; a MongoDB may stay away, and the banner says so.
  const data = await (config.database.uri === undefined
    ? opened
    : Promise.race([opened, pause(bannerPatienceMs, undefined, { ref: false })]));
  const { version } = gateway.monitor.status();
  process.stdout.write(buildBanner({ config, data, version, url: urlOf(gateway.app.server.address(), config) }));

  const backend = await gateway.backend;
  gateway.monitor.watch();
  if (closing.signal.aborted) return;
  if ((await opened).demo) feeds = await runDemo({ backend, logger });
  else if (hasSource(config) && config.jobs.follow) {
    const running = await runFeeds({ config, backend, logger, signal: closing.signal });
    if (running) gateway.monitor.showNodes(running.nodes);
    feeds = running;
  }
  await resumePurges({ backend, logger });
}

/** Longest wait of the banner for MongoDB. */
const bannerPatienceMs = 1_000;

/** Variables of a file `.env` in the working directory, under those of the environment. */
function readEnvironmentFile(): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync('.env', 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

function urlOf(address: AddressInfo | string | null, { http }: Config): string {
  const port = typeof address === 'object' && address ? address.port : http.port;
  return `http://${http.host.includes(':') ? `[${http.host}]` : http.host}:${port}`;
}

function exitOnSignals(close: () => Promise<void>): void {
  let firstAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (firstAt !== undefined) {
        if (performance.now() - firstAt > samePressMs) process.exit(1);
        return;
      }
      firstAt = performance.now();
      process.stderr.write('\nEnding: running requests are answered first. Once more ends at once.\n');
      close().then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
    });
  }
}

/** A terminal sends Ctrl-C to the process and to npm, which passes it on: that is one press. */
const samePressMs = 500;

/** A failure that the reader of the terminal can act on is a sentence; a defect keeps its stack. */
function fail(error: unknown): never {
  const { code, port, address } = error as { code?: string; port?: number; address?: string };
  if (code === 'EADDRINUSE') {
    process.stderr.write(
      `Port ${port} on ${address} is taken by another process. End that one, or choose another port: PORT=${(port ?? 4000) + 1} npm start\n`,
    );
  } else if (code === 'EACCES' && port !== undefined) {
    process.stderr.write(`Port ${port} may not be opened by this user. Choose one above 1023: PORT=4000 npm start\n`);
  } else {
    process.stderr.write(`${error instanceof GatewayError ? error.message : ((error as Error).stack ?? error)}\n`);
  }
  process.exit(1);
}
