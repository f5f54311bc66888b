import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { addJsonErrors, answerError } from './json-errors.js';

/** The HTTP server without routes: limits, headers, compression, errors as JSON. */
export async function createServer({ config, logger }: { config: Config['http']; logger: Logger }) {
  const app: FastifyInstance = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: config.bodyLimitBytes,
    frameworkErrors: answerError,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    http: { headersTimeout: 10_000, maxHeaderSize: 16_384 },
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true },
  });
  addJsonErrors(app);
  await app.register(helmet, {
    // Plain http on localhost must work: no upgrade to https and no promise of it.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    contentSecurityPolicy: { useDefaults: false, directives: contentSecurityPolicy },
  });
  // Apollo Sandbox is a page of another origin that asks this server from the browser; nobody else may.
  await app.register(cors, { origin: config.landing ? [sandboxOrigin] : false, methods: ['POST'], maxAge: 600 });
  await app.register(compress, {
    encodings: ['br', 'gzip', 'identity'],
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
    requestEncodings: ['gzip', 'identity'],
    threshold: 1_024,
  });
  return app;
}

/** Where Apollo Sandbox lives. */
export const sandboxOrigin = 'https://studio.apollographql.com';

/** Nothing is loaded from elsewhere and no script is in a page. Styles: the editor of the query page sets some on elements and in tags. */
const contentSecurityPolicy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};
