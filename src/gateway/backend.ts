import { buildNamespace } from '../cache/namespace.js';
import { createEpochPublisher, type EpochPublisher } from '../cache/publisher.js';
import { createStore, type Store } from '../cache/store.js';
import type { Config } from '../config.js';
import type { Database } from '../database.js';
import { createReadThrough, type ReadThrough } from '../loaders/read-through.js';
import { relations } from '../relations/index.js';
import { createTelemetry } from '../telemetry.js';

/** What answers are read from, once there is a database: the shared store, the epochs and the loaders over it. */
export interface Backend {
  readonly database: Database;
  readonly store: Store;
  readonly publisher: EpochPublisher;
  readonly readThrough: ReadThrough;
  /** Closes what was opened here; the database belongs to whoever opened it. */
  close(): Promise<void>;
}

/** Opens the store of a database and wires the loaders. */
export async function createBackend({
  config,
  database,
  warn,
}: {
  config: Config;
  database: Database;
  warn: (message: string, details: Readonly<Record<string, unknown>>) => void;
}): Promise<Backend> {
  const { databaseId, formatVersion } = database.metadata;
  const namespace = buildNamespace({ databaseId, formatVersion, answers: config.answers });
  const store = await createStore({ config: config.cache, namespace, telemetry: createTelemetry({ log: warn }) });
  return {
    database,
    store,
    publisher: createEpochPublisher({ store }),
    readThrough: createReadThrough({ database, store, relations, config }),
    close: () => store.close(),
  };
}
