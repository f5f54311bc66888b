import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from '../../src/config.js';
import { createDatabase, type Database } from '../../src/database.js';

/** A database of one test: embedded in a fresh folder, or a fresh database on TEST_MONGODB_URI. */
export interface TestDatabase {
  readonly database: Database;
  readonly config: Config;
  /** Environment for a child process that is to use the same database. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Opens a database that nobody else uses; `uri` names a server other than TEST_MONGODB_URI. */
export async function createTestDatabase({
  uri = process.env.TEST_MONGODB_URI,
}: {
  uri?: string | undefined;
} = {}): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-test-'));
  const environment = uri
    ? { MONGODB_URI: withDatabase(uri, `test_${randomBytes(6).toString('hex')}`), MONGODB_TIMEOUT_MS: '60000' }
    : { DATA_DIR: folder };
  const config = readConfig(environment);
  const database = await createDatabase({ config: config.database });
  return {
    database,
    config,
    environment,
    close: async () => {
      if (uri) await database.connection.dropDatabase();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The same server with another database name. */
function withDatabase(uri: string, name: string): string {
  const url = new URL(uri);
  url.pathname = `/${name}`;
  return url.toString();
}
