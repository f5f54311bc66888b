import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readSavedOperations } from './saved-operations.js';

/** Serves the query page's files under /graphql/assets/, all from disk: the page works without any other network. */
export async function addQueryPage(app: FastifyInstance): Promise<QueryPage> {
  await app.register(fastifyStatic, { root: pageFolder, serve: false });
  app.get('/', async (_request, reply) => reply.redirect('/graphql'));
  app.get<{ Params: { file: string } }>('/graphql/assets/:file', async ({ params }, reply) => {
    if (params.file === 'operations.json') return readSavedOperations();
    const folder = folderOf[params.file];
    return folder === undefined ? reply.callNotFound() : reply.sendFile(params.file, folder);
  });
  return { wants: wantsPage, file: 'index.html' };
}

/** Tells who gets the page, and its file for `reply.sendFile`. */
export interface QueryPage {
  wants(request: FastifyRequest): boolean;
  readonly file: string;
}

/** A browser that navigates here names text/html first; programs that read JSON do not. */
function wantsPage({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && (headers.accept ?? '').startsWith('text/html');
}

const pageFolder = fileURLToPath(new URL('../../web/graphiql/', import.meta.url));
const { resolve } = createRequire(import.meta.url);
const inPackage = (name: string, ...path: string[]): string => join(dirname(resolve(`${name}/package.json`)), ...path);

const folderOf: Readonly<Record<string, string>> = {
  'page.js': pageFolder,
  'page.css': pageFolder,
  'graphiql.min.js': inPackage('graphiql'),
  'graphiql.min.css': inPackage('graphiql'),
  'react.production.min.js': inPackage('react', 'umd'),
  'react-dom.production.min.js': inPackage('react-dom', 'umd'),
};
