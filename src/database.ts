import { randomBytes } from 'node:crypto';
import mongoose, { type Connection } from 'mongoose';
import type { Config } from './config.js';
import { ConfigurationError, DatabaseUnsuitableError, UpstreamUnavailableError } from './errors.js';
import { formatVersion } from './models/metadata.js';
import { buildModels, createIndexes, type Models, type Row } from './models/models.js';

/** An open database: the models, who it is, and what has to be closed. */
export interface Database {
  readonly kind: 'embedded' | 'mongodb';
  readonly uri: string;
  readonly connection: Connection;
  readonly models: Models;
  readonly metadata: Row<'metadata'>;
  close(): Promise<void>;
}

/**
 * Connects to MONGODB_URI, or serves the embedded store in `dataDir` to itself; creates missing indexes.
 * Throws DatabaseUnsuitableError for a standalone server, a newer format or a directory that cannot be used, ConfigurationError for a URI
 * that makes no sense, UpstreamUnavailableError when nothing answers.
 */
export async function createDatabase({
  config,
  demo = false,
}: {
  config: Config['database'];
  demo?: boolean;
}): Promise<Database> {
  const server = config.uri ? undefined : await serveEmbedded(config);
  const uri = config.uri ?? server?.uri ?? '';
  let connection: Connection | undefined;
  const close = async (): Promise<void> => {
    await connection?.close();
    await server?.close();
  };
  try {
    connection = await connect(uri, server ? { ...config, ...patience } : config);
    if (config.uri) await refuseStandalone(connection);
    const models = buildModels(connection);
    await createIndexes(models);
    return {
      kind: server ? 'embedded' : 'mongodb',
      uri,
      connection,
      models,
      metadata: await ensureMetadata(models, demo),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The embedded store is this process: whoever waits for it waits for a busy process, not for a server that is away. */
const patience = { waitQueueMs: 30_000, selectionMs: 30_000 };

/** Loaded only when it is used: with MONGODB_URI nothing of it has to start. */
async function serveEmbedded({ dataDir, embeddedPort }: Config['database']) {
  const { createEmbeddedServer } = await import('./embedded/server.js');
  try {
    return await createEmbeddedServer({ dataDir, ...(embeddedPort === undefined ? {} : { port: embeddedPort }) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseUnsuitableError(
      `The embedded store in ${dataDir} (DATA_DIR, EMBEDDED_PORT) cannot be opened: ${reason}`,
      { cause },
    );
  }
}

async function connect(uri: string, config: Config['database']): Promise<Connection> {
  const connection = mongoose.createConnection(uri, {
    maxPoolSize: config.poolSize,
    waitQueueTimeoutMS: config.waitQueueMs,
    serverSelectionTimeoutMS: config.selectionMs,
    socketTimeoutMS: 120_000,
    // Half-open handshakes would keep new connections back for half a minute after the network is well again.
    connectTimeoutMS: config.timeoutMs,
    bufferCommands: false,
    autoIndex: false,
    autoCreate: false,
    ignoreUndefined: true,
  });
  connection.set('strictQuery', 'throw');
  connection.set('sanitizeFilter', false);
  try {
    return await connection.asPromise();
  } catch (error) {
    await connection.close();
    // No waiting helps against a URI that the driver does not understand.
    if (error instanceof Error && unusableUri.has(error.name))
      throw new ConfigurationError([`MONGODB_URI: ${error.message}`]);
    throw new UpstreamUnavailableError({ service: 'MongoDB (MONGODB_URI)', cause: error });
  }
}

const unusableUri = new Set(['MongoParseError', 'MongoInvalidArgumentError', 'MongoMissingCredentialsError']);

async function refuseStandalone(connection: Connection): Promise<void> {
  const hello = await connection.db?.admin().command({ hello: 1 });
  if (hello?.setName || hello?.msg === 'isdbgrid') return;
  throw new DatabaseUnsuitableError(
    'MONGODB_URI is a standalone server, which has no transactions. Start mongod with --replSet rs0 and run once: mongosh --eval "rs.initiate()"',
  );
}

async function ensureMetadata(models: Models, demo: boolean): Promise<Row<'metadata'>> {
  const metadata = await models.metadata
    .findOneAndUpdate(
      { _id: 'database' },
      { $setOnInsert: { databaseId: randomBytes(8).toString('hex'), formatVersion, catalogueEpoch: 1, demo } },
      { upsert: true, returnDocument: 'after', setDefaultsOnInsert: false },
    )
    .lean();
  if (metadata.formatVersion > formatVersion) {
    throw new DatabaseUnsuitableError(
      `The database has format ${metadata.formatVersion}, this program knows ${formatVersion}: start a newer version of the program.`,
    );
  }
  return metadata;
}
