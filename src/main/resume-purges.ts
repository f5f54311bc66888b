import type { Logger } from 'pino';
import type { Backend } from '../gateway/backend.js';

/** Goes on removing the rows of deleted tokens where an earlier process was ended. Nothing waits for it, and a failure waits for the next start. */
export async function resumePurges({ backend, logger }: { backend: Backend; logger: Logger }): Promise<void> {
  try {
    const { createTokenDataService } = await import('../services/token-data-service.js');
    await createTokenDataService(backend).runPurges();
  } catch (error) {
    logger.warn({ err: error }, 'rows of deleted tokens could not be removed; the next start tries again');
  }
}
