import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config.js';
import { createDatabase, type Database } from '../database.js';
import { UpstreamUnavailableError } from '../errors.js';
import { hasSource } from './has-source.js';

/** A database that was opened for a gateway, and whether it is the one of the demo. */
export interface OpenedDatabase {
  readonly database: Database;
  readonly demo: boolean;
  /** Folder of the embedded store; undefined with MONGODB_URI. */
  readonly folder: string | undefined;
}

/**
 * Opens the database of MONGODB_URI, and tries again for as long as it does not answer; or the embedded store: imported data in
 * `DATA_DIR/store` where a token has rows or where there is a source to feed it, else the demo in `DATA_DIR/demo`, unless DEMO is off. Data of
 * the demo never meets other data.
 */
export async function openDatabase({
  config,
  signal,
  warn,
}: {
  config: Config;
  signal: AbortSignal;
  /** Is told why MongoDB does not answer, once for each reason. */
  warn: (message: string) => void;
}): Promise<OpenedDatabase> {
  if (config.database.uri !== undefined) {
    return { database: await connectAtLast(config.database, signal, warn), demo: false, folder: undefined };
  }
  const folder = storeFolder(config);
  if (presumesDemo(config)) return openDemo(config);
  const store = await createDatabase({ config: { ...config.database, dataDir: folder } });
  // A token of which nothing came yet has no source, and nothing to show instead of the demo.
  if (!mayDemo(config) || (await store.models.tokens.findOne({ source: { $ne: null } }, { _id: 1 }).lean())) {
    return { database: store, demo: false, folder };
  }
  await store.close();
  return openDemo(config);
}

/** True when the demo can be told without opening anything: nothing was ever imported here, and nothing is to come by itself. */
export function presumesDemo(config: DemoSettings): boolean {
  return mayDemo(config) && config.database.uri === undefined && !existsSync(storeFolder(config));
}

/** Made-up data stands in only where there is no source of real data. */
function mayDemo(config: DemoSettings): boolean {
  return config.demo && !hasSource(config);
}

type DemoSettings = Pick<Config, 'database' | 'demo' | 'rpc' | 'moralis'>;

async function openDemo({ database: settings }: Config): Promise<OpenedDatabase> {
  const folder = join(settings.dataDir, 'demo');
  const database = await createDatabase({ config: { ...settings, dataDir: folder }, demo: true });
  return { database, demo: true, folder };
}

/** Folder of the embedded store that imports go to. */
export function storeFolder(config: Pick<Config, 'database'>): string {
  return join(config.database.dataDir, 'store');
}

async function connectAtLast(
  config: Config['database'],
  signal: AbortSignal,
  warn: (message: string) => void,
): Promise<Database> {
  const told = new Set<string>();
  for (;;) {
    try {
      return await createDatabase({ config });
    } catch (error) {
      if (!(error instanceof UpstreamUnavailableError)) throw error;
      const reason = error.cause instanceof Error ? error.cause.message : error.message;
      if (!told.has(reason)) warn(`MongoDB (MONGODB_URI) does not answer, it is tried again every second: ${reason}`);
      told.add(reason);
      await pause(retryMs, undefined, { signal });
    }
  }
}

const retryMs = 1_000;
