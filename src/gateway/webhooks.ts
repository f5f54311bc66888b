import type { FastifyInstance } from 'fastify';
import type { Database } from '../database.js';
import { within } from '../graphql/within.js';

/** Opens the webhooks of Moralis Streams: each hint is kept as a job, then told. The code is loaded here, for few gateways have a stream. */
export async function addWebhooks(
  app: FastifyInstance,
  { secret, database, onHint }: { secret: string; database: () => Promise<Database>; onHint: () => void },
): Promise<void> {
  const [{ addWebhookRoutes }, { createStreamVerifier }, { noteHints }] = await Promise.all([
    import('../rest/webhooks.js'),
    import('../ingest/sources/moralis/stream-signature.js'),
    import('../services/hints.js'),
  ]);
  await addWebhookRoutes(app, {
    verify: createStreamVerifier(secret),
    onHint: async ({ addresses }) => {
      const opened = await within(Date.now() + patienceMs, database());
      if ((await noteHints(opened, addresses)) > 0) onHint();
    },
  });
}

/** A sender comes again after a refusal; one that is left waiting holds a connection. */
const patienceMs = 2_000;
