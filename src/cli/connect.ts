import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildNamespaces } from '../cache/namespace.js';
import type { EpochPublisher } from '../cache/publisher.js';
import { createEpochPublisher } from '../cache/publisher.js';
import { createStore } from '../cache/store.js';
import { type Config, readConfig } from '../config.js';
import { createDatabase, type Database } from '../database.js';
import { isHeld } from '../ingest/lease.js';
import { createPipeline, type Pipeline } from '../ingest/pipeline.js';
import { readSharedLife } from '../services/shared-store.js';
import { createTokenDataService, type TokenDataService } from '../services/token-data-service.js';
import { createTelemetry } from '../telemetry.js';

/** What every command works with. */
export interface Connections {
  readonly config: Config;
  readonly database: Database;
  readonly publisher: EpochPublisher;
  readonly pipeline: Pipeline;
  readonly tokens: TokenDataService;
  close(): Promise<void>;
}

/**
 * Opens the database and the cache that the gateway of the same environment uses, so that it sees every change at once. `note` is told what
 * the user of the command should know meanwhile.
 */
export async function connect(
  environment: Readonly<Record<string, string | undefined>>,
  note: (text: string) => void = () => undefined,
): Promise<Connections> {
  const config = readConfig(environment);
  const database = await createDatabase({
    // The loopback port is the gateway's; a command that asked for it as well would not start beside it.
    config: { ...config.database, embeddedPort: undefined, dataDir: join(config.database.dataDir, 'store') },
  });
  try {
    const { databaseId, formatVersion } = database.metadata;
    const namespaces = buildNamespaces({ databaseId, formatVersion, answers: config.answers });
    const store = await createStore({ config: config.cache, ...namespaces, telemetry: createTelemetry({ log: note }) });
    const sharedLifeMs = () => readSharedLife({ database, config: config.cache });
    const publisher = createEpochPublisher({ store, sharedLifeMs });
    return {
      config,
      database,
      publisher,
      pipeline: createPipeline({ database, publisher }),
      tokens: createTokenDataService({ database, publisher, chainId: config.chainId }),
      close: async () => {
        await store.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * True while a gateway of this data directory shows the demo: it goes on doing so until it is started again, whatever is imported. The
 * process that writes the demo holds a lease on it.
 */
export async function showsDemo({ config, database }: Pick<Connections, 'config' | 'database'>): Promise<boolean> {
  const dataDir = join(config.database.dataDir, 'demo');
  if (database.kind !== 'embedded' || !existsSync(dataDir)) return false;
  const demo = await createDatabase({ config: { ...config.database, embeddedPort: undefined, dataDir }, demo: true });
  try {
    return await isHeld({ database: demo, name: 'demo' });
  } finally {
    await demo.close();
  }
}
