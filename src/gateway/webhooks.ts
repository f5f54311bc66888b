import type { FastifyInstance } from 'fastify';
import type { Database } from '../database.js';

/** Opens the webhooks of Moralis Streams: each hint is kept as a job, then told. The code is loaded here, for few gateways have a stream. */
export async function addWebhooks(
  app: FastifyInstance,
  { secret, database, onHint }: { secret: string; database: Promise<Database>; onHint: () => void },
): Promise<void> {
  const [{ addWebhookRoutes }, { createStreamVerifier }, { noteHints }] = await Promise.all([
    import('../rest/webhooks.js'),
    import('../ingest/sources/moralis/stream-signature.js'),
    import('../services/hints.js'),
  ]);
  await addWebhookRoutes(app, {
    verify: createStreamVerifier(secret),
    onHint: async ({ addresses }) => {
      if ((await noteHints(await database, addresses)) > 0) onHint();
    },
  });
}
