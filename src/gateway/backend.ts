import { buildNamespaces } from '../cache/namespace.js';
import { createEpochPublisher, type EpochPublisher } from '../cache/publisher.js';
import { createStore, type Store } from '../cache/store.js';
import type { Config } from '../config.js';
import type { Database } from '../database.js';
import { createReadThrough, type ReadThrough } from '../loaders/read-through.js';
import { createTokenReads, type TokenReads } from '../loaders/token-reads.js';
import { relations } from '../relations/index.js';
import { type CacheService, createCacheService } from '../services/cache-service.js';
import { noteSharedStore, readSharedLife } from '../services/shared-store.js';
import { createTokenDataService, type TokenDataService } from '../services/token-data-service.js';
import { createTelemetry } from '../telemetry.js';

/** What answers are read from, once there is a database: the shared store, the epochs and the loaders over it. */
export interface Backend {
  readonly database: Database;
  readonly store: Store;
  readonly publisher: EpochPublisher;
  readonly readThrough: ReadThrough;
  /** The same cache for code outside the loaders. */
  readonly cache: CacheService;
  /** Reads and writes of tokens, as REST, GraphQL and schedules share them. */
  readonly tokens: TokenDataService & TokenReads;
  /** Closes what was opened here; the database belongs to whoever opened it. */
  close(): Promise<void>;
}

/** Opens the store of a database and wires the loaders. */
export async function createBackend({
  config,
  database,
  warn,
  onListChange,
}: {
  config: Config;
  database: Database;
  warn: (message: string, details: Readonly<Record<string, unknown>>) => void;
  /** Told when this process has changed the list of tokens. */
  onListChange: () => void;
}): Promise<Backend> {
  const { databaseId, formatVersion } = database.metadata;
  const namespaces = buildNamespaces({ databaseId, formatVersion, answers: config.answers });
  const shared = { database, config: config.cache };
  await noteSharedStore(shared);
  const store = await createStore({ config: config.cache, ...namespaces, telemetry: createTelemetry({ log: warn }) });
  const readThrough = createReadThrough({ database, store, relations, config });
  const publisher = createEpochPublisher({ store, sharedLifeMs: () => readSharedLife(shared) });
  const { deadlineMs } = config.http;
  return {
    database,
    store,
    publisher,
    readThrough,
    tokens: createTokenDataService({
      ...{ database, publisher, chainId: config.chainId, onListChange },
      reads: createTokenReads({ readThrough, deadlineMs, maxFirst: config.answers.maxFirst }),
      invalidatePattern: store.invalidatePattern,
    }),
    cache: createCacheService({ store, epochs: readThrough.epochs, tierTtls: config.cache.tierTtls }),
    close: () => store.close(),
  };
}
