// Writes what the documents say of the code anew: .env.example and the tables of README.md.
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { renderEnvExample, withTables } from '../test/support/docs.js';

const root = new URL('../', import.meta.url);
const readme = new URL('README.md', root);
writeFileSync(new URL('.env.example', root), renderEnvExample());
writeFileSync(readme, withTables(readFileSync(readme, 'utf8')));
