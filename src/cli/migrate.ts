import { collectionOf } from '../ingest/transaction.js';
import { formatVersion } from '../models/metadata.js';
import type { AddCommand } from './command.js';
import type { Connections } from './connect.js';
import type { Output } from './output.js';

/** Declares `migrate`. */
export const addMigrate: AddCommand = (program, run) => {
  program
    .command('migrate')
    .description('Brings the database to the format of this program.')
    .option('--json', 'one JSON object on stdout')
    .action(({ json }: { json?: true }) => run.connected(json, runMigrate));
};

/** `migrate`: brings the stored rows to the format of this program. A newer database was refused when it was opened. */
export async function runMigrate({ database }: Connections, output: Output): Promise<number> {
  const from = database.metadata.formatVersion;
  for (let version = from; version < formatVersion; version += 1) {
    await migrations.get(version)?.(database);
    await collectionOf(database, 'metadata').updateOne({ _id: 'database' }, { $set: { formatVersion: version + 1 } });
  }
  const text =
    from === formatVersion
      ? `The database has format ${formatVersion} already.`
      : `Migrated from format ${from} to ${formatVersion}.`;
  output.result({ from, to: formatVersion }, text);
  return 0;
}

/** What leads from a format to the next one; must bear to be run again after a crash. Format 1 is the first. */
const migrations: ReadonlyMap<number, (database: Connections['database']) => Promise<void>> = new Map();
