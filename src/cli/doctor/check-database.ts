import { existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../../config.js';
import { createDatabase } from '../../database.js';
import { formatVersion } from '../../models/metadata.js';
import { type Check, look } from './check.js';

/** The database opens, has this program's format, and answers. An embedded store that is not there yet is not made. */
export function checkDatabase({ database: settings }: Pick<Config, 'database'>): Promise<Check> {
  const isEmbedded = settings.uri === undefined;
  const dataDir = join(settings.dataDir, 'store');
  const what = isEmbedded ? `embedded store in ${dataDir}` : 'MongoDB';
  return look(
    async () => {
      if (isEmbedded && !existsSync(dataDir)) return checkFolder(settings.dataDir);
      const database = await createDatabase({ config: { ...settings, dataDir, embeddedPort: undefined } });
      try {
        const startedAt = performance.now();
        const tokens = await database.models.tokens.countDocuments({});
        const ms = (performance.now() - startedAt).toFixed(1);
        const found = `${what}, ${tokens} ${tokens === 1 ? 'token' : 'tokens'}, an answer in ${ms} ms`;
        if (database.metadata.formatVersion === formatVersion) return { name: 'database', state: 'ok', detail: found };
        return {
          name: 'database',
          state: 'warn',
          detail: `${found}, format ${database.metadata.formatVersion} instead of ${formatVersion}`,
          remedy: 'npm run cli -- migrate',
        };
      } finally {
        await database.close();
      }
    },
    (reason) => ({
      name: 'database',
      state: 'fail',
      detail: `${what}: ${reason}`,
      remedy: isEmbedded
        ? 'Choose a folder of a local disk that may be written: DATA_DIR.'
        : 'Check MONGODB_URI, and that the replica set is up and reachable from here.',
    }),
  );
}

/** The nearest folder that exists may be written. */
async function checkFolder(dataDir: string): Promise<Check> {
  let folder = resolve(dataDir);
  while (!existsSync(folder)) folder = dirname(folder);
  await access(folder, constants.W_OK);
  return { name: 'database', state: 'ok', detail: `embedded store, to be made in ${join(dataDir, 'store')}` };
}
