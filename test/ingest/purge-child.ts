import 'reflect-metadata';
import { readConfig } from '../../src/config.js';
import { createDatabase } from '../../src/database.js';
import { runPurges } from '../../src/services/purge.js';

// A process that removes rows until it is killed: it says when it begins.
const database = await createDatabase({ config: readConfig(process.env).database });
process.stdout.write('purging\n');
await runPurges(database);
await database.close();
