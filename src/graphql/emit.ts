import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { lexicographicSortSchema } from 'graphql';
import { readConfig } from '../config.js';
import { buildGatewaySchema } from './schema.js';

/** The schema as text, in an order that does not depend on the order of the code, with the default freshness of every field. */
export function printGatewaySchema(): string {
  const schema = buildGatewaySchema({ ttls: readConfig({}).cache.tierTtls });
  return `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
}

/** Where the text is committed. */
export const schemaFile = new URL('../../schema/schema.graphql', import.meta.url);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeFile(schemaFile, printGatewaySchema());
