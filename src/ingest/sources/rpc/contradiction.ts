import { SourceError } from '../../../errors.js';
import { wait } from '../wait.js';

/** What nodes said does not fit together; read anew it may, since a node may have moved on meanwhile or stand behind a balancer. */
export class ContradictionError extends Error {}

/**
 * Does something that nodes may contradict themselves in, again and again; `attempt` counts from 0. Throws SOURCE_CONTRADICTS with what was
 * said when it does not end.
 */
export async function untilConsistent<T>(
  { what, signal }: { what: string; signal: AbortSignal | undefined },
  task: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await task(attempt);
    } catch (error) {
      if (!(error instanceof ContradictionError)) throw error;
      if (attempt + 1 >= mostAttempts) {
        throw new SourceError('SOURCE_CONTRADICTS', `${what}: ${error.message}. Asked ${mostAttempts} times.`, {
          cause: error,
        });
      }
      signal?.throwIfAborted();
      await wait(Math.min(firstPauseMs * 2 ** attempt, longestPauseMs), signal);
    }
  }
}

const mostAttempts = 8;
const firstPauseMs = 10;
const longestPauseMs = 500;
