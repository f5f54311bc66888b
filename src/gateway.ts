import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import type { Config } from './config.js';
import type { Database } from './database.js';
import { type Backend, createBackend } from './gateway/backend.js';
import { createDeferredScope } from './gateway/deferred-scope.js';
import { createMonitor, type Monitor } from './gateway/monitor.js';
import { addWebhooks } from './gateway/webhooks.js';
import { createApollo } from './graphql/apollo.js';
import { createExecutor } from './graphql/executor.js';
import { addQueryPage } from './graphql/query-page.js';
import { buildGatewaySchema } from './graphql/schema.js';
import { addHealthRoutes } from './rest/health.js';
import { createServer } from './rest/server.js';

/** A gateway that answers through `app`; it does not listen yet. */
export interface Gateway {
  readonly app: FastifyInstance;
  /** Store, epochs and loaders; resolves once the database is open, rejects when it cannot be used. */
  readonly backend: Promise<Backend>;
  readonly monitor: Monitor;
  /** Takes no new requests, lets the running ones end for DRAIN_MS at most, closes what it opened. The database is its owner's to close. */
  close(): Promise<void>;
}

/**
 * The only place that wires. A database that is still to be opened may be given as a promise: the gateway answers meanwhile, and says of
 * everything that needs it that it is not there yet.
 */
export async function createGateway({
  config,
  database,
  demo = false,
  logger = pino({ level: config.logLevel }, pino.destination(2)),
  onNews = () => undefined,
}: {
  config: Config;
  database: Database | Promise<Database>;
  demo?: boolean;
  logger?: Logger;
  /** Something was said about tokens (by a webhook; it is durable already), or this process has changed their list: a reason to look. */
  onNews?: () => void;
}): Promise<Gateway> {
  let backend: Backend | undefined;
  let draining = false;
  const monitor = createMonitor({ config, demo: () => backend?.database.metadata.demo ?? demo });
  const opening = Promise.resolve(database).then(async (opened) => {
    backend = await createBackend({
      config,
      database: opened,
      warn: (message, details) => logger.warn(details, message),
      onListChange: onNews,
    });
    monitor.attach(backend);
    return backend;
  });
  if (database instanceof Promise) opening.catch((error: Error) => monitor.explain(error.message));
  else await opening;

  const schema = buildGatewaySchema({ ttls: config.cache.tierTtls });
  const execute = createExecutor({
    schema,
    createScope: (options) => {
      if (backend) return backend.readThrough.createScope(options);
      return createDeferredScope({
        opening: opening.then(({ readThrough }) => readThrough.createScope(options)),
        patienceMs: config.database.uri === undefined ? embeddedPatienceMs : mongodbPatienceMs,
      });
    },
    status: monitor.status,
    deadlineMs: config.http.deadlineMs,
    onDefect: (error) => logger.error({ err: error }, 'a request could not be ended'),
  });
  const apollo = createApollo({ schema, execute, config, logger });
  const [app] = await Promise.all([createServer({ config: config.http, logger }), apollo.start()]);

  const page = config.http.landing ? await addQueryPage(app) : undefined;
  const answer = fastifyApolloHandler(apollo, {
    context: async ({ headers }) => ({ recordsFreshness: headers['x-freshness'] === '1' }),
  });
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    handler: async function (request, reply) {
      return page?.wants(request) ? reply.sendFile(page.file) : answer.call(this, request, reply);
    },
  });
  const { streamSecret } = config.moralis;
  if (streamSecret !== undefined) {
    await addWebhooks(app, { secret: streamSecret, database: async () => (await opening).database, onHint: onNews });
  }
  // A connection that is kept alive would hold up the end until it is cut.
  app.addHook('onSend', async (_request, reply) => {
    if (draining) reply.header('connection', 'close');
  });
  addHealthRoutes(app, async () => {
    const state = draining ? 'draining' : !backend ? 'starting' : (await monitor.check()) ? 'ready' : 'no database';
    return { state, demo: monitor.status().demo };
  });

  return {
    app,
    backend: opening,
    monitor,
    close: async () => {
      draining = true;
      const cut = setTimeout(() => app.server.closeAllConnections(), config.http.drainMs);
      await app.close();
      clearTimeout(cut);
      await apollo.stop();
      await backend?.close();
    },
  };
}

/** An embedded store is there as soon as it is open; a MongoDB that does not answer may stay away. */
const embeddedPatienceMs = 5_000;
const mongodbPatienceMs = 900;
