/**
 * Which module may import which, from the design: `may` names modules, `types` names those of which only types may be imported. A
 * module is a folder of src, a file at its root, or one of the two single files that have rules of their own.
 */
export const importTable: Readonly<
  Record<string, { readonly may: readonly string[]; readonly types?: readonly string[] }>
> = {
  errors: { may: [] },
  'cache/tiers': { may: [] },
  config: { may: ['errors', 'cache/tiers'] },
  embedded: { may: [] },
  telemetry: { may: ['errors'], types: ['config'] },
  models: { may: ['errors'] },
  database: { may: ['errors', 'models', 'embedded'], types: ['config'] },
  cache: { may: ['errors', 'cache/tiers', 'telemetry'], types: ['config'] },
  'relations/relation': { may: [], types: ['models', 'cache/tiers'] },
  relations: { may: ['errors', 'models', 'cache/tiers', 'relations/relation'] },
  loaders: {
    may: ['errors', 'models', 'relations', 'relations/relation', 'cache', 'cache/tiers', 'telemetry'],
    types: ['config', 'database'],
  },
  ingest: { may: ['errors', 'models', 'cache', 'telemetry'], types: ['config', 'database'] },
  services: {
    may: ['errors', 'models', 'ingest', 'loaders', 'cache', 'cache/tiers', 'telemetry'],
    types: ['config', 'database'],
  },
  access: { may: ['errors', 'models', 'cache'], types: ['config'] },
  context: {
    may: ['errors'],
    types: ['loaders', 'models', 'relations', 'services', 'access', 'config', 'database', 'graphql'],
  },
  graphql: {
    may: ['errors', 'models', 'relations', 'relations/relation', 'services', 'access', 'context', 'cache/tiers'],
    types: ['loaders', 'config', 'cache', 'database'],
  },
  'graphql/emit': { may: ['graphql', 'config', 'relations'] },
  rest: {
    may: ['errors', 'relations', 'relations/relation', 'services', 'access', 'context', 'cache/tiers'],
    types: ['loaders', 'models', 'config', 'cache', 'database'],
  },
  gateway: {
    may: [
      ...['errors', 'config', 'context', 'database', 'telemetry', 'models', 'cache', 'cache/tiers', 'relations'],
      ...['relations/relation', 'loaders', 'ingest', 'services', 'access', 'graphql', 'rest', 'embedded'],
    ],
  },
  main: { may: ['gateway', 'config', 'services', 'access', 'errors', 'database', 'cache', 'ingest', 'telemetry'] },
  cli: {
    may: ['gateway', 'config', 'services', 'access', 'errors', 'database', 'cache', 'ingest', 'models', 'telemetry'],
  },
};

/** One library, one door: paths in src (a file or a folder) from which alone a library may be imported. */
export const libraryDoors: Readonly<Record<string, readonly string[]>> = {
  keyv: ['cache/store', 'cache/memory-store', 'cache/redis-store'],
  '@keyv/redis': ['cache/store', 'cache/redis-store'],
  '@redis/client': ['cache/store', 'cache/redis-client'],
  opossum: ['cache/breaker'],
  dataloader: ['loaders'],
  viem: ['ingest/sources', 'models/address'],
  lmdb: ['embedded/storage'],
  'sorted-btree': ['embedded'],
  bson: ['embedded'],
  commander: ['cli'],
  'cli-progress': ['cli', 'main'],
  'csv-parse': ['ingest/sources'],
  fastify: ['gateway', 'rest', 'graphql'],
  '@apollo/server': ['gateway', 'graphql'],
};

/** Module that a file of src belongs to: its own row where it has one, else its folder. */
export function moduleOf(path: string): string {
  return path in importTable ? path : (path.split('/')[0] ?? path);
}
