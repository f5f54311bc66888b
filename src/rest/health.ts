import type { FastifyInstance } from 'fastify';

/** State of the process as its orchestrator sees it. */
export interface Readiness {
  readonly state: 'starting' | 'ready' | 'draining' | 'no database';
  readonly demo: boolean;
}

/**
 * `/health`: the process runs. `/ready`: it can answer now; 503 while it starts or drains or its database does not answer. A cache that is
 * away is no reason: every answer comes without it too.
 */
export function addHealthRoutes(app: FastifyInstance, readiness: () => Promise<Readiness>): void {
  app.get('/health', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { status: 'ok' };
  });
  app.get('/ready', async (_request, reply) => {
    const { state, demo } = await readiness();
    reply.header('cache-control', 'no-store').code(state === 'ready' ? 200 : 503);
    return { status: state, demo };
  });
}
