import { type Breaker, BreakerOpenError, type BreakerState, createBreaker } from '../../cache/breaker.js';
import type { Config } from '../../config.js';
import { UpstreamUnavailableError } from '../../errors.js';
import type { Telemetry } from '../../telemetry.js';
import { wait } from './wait.js';

/** One node or provider: calls to it end in time, are tried again where that can help, and stop while it is down. */
export interface Upstream {
  readonly name: string;
  /**
   * Runs `attempt` under SOURCE_TIMEOUT_MS, after a TransientError again with exponential back-off and full jitter, as long as the budget
   * of the whole call (SOURCE_BUDGET_MS, or until `deadline` in milliseconds of `now`) lasts; never while the breaker is open. All other
   * errors pass through at once. Throws UpstreamUnavailableError at the end, or the signal's reason.
   */
  call<T>(attempt: (signal: AbortSignal) => Promise<T>, options?: CallOptions): Promise<T>;
  readonly state: BreakerState;
  close(): void;
}

/** Ends of one call that come from its caller. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Absolute, by the clock of the upstream; the budget applies as well. */
  readonly deadline?: number;
}

/** What an attempt throws to be tried again and to count against the breaker; every other error passes through and does not count. */
export class TransientError extends Error {
  /** How long the service asks to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TransientError';
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** An upstream with a breaker of its own. `name` is what errors and counters say: never an URL with a key in it. */
export function createUpstream({ name, settings, telemetry, now = Date.now, random = Math.random }: Deps): Upstream {
  const breaker = createBreaker({ name, settings: settings.breaker, telemetry, counts });
  // Asked by one call to wait, all wait: workers side by side share what the service allows.
  let notBefore = 0;
  // While nothing is asked, this is why.
  let latest: unknown;

  const once = async <T>(attempt: Attempt<T>, end: Ends): Promise<T> => {
    const timeoutMs = Math.min(settings.timeoutMs, end.deadline - now());
    const lateness =
      timeoutMs < settings.timeoutMs ? new CutShortError() : new TransientError(`no answer within ${timeoutMs} ms`);
    return breaker.attempt(() => underDeadline(attempt, { timeoutMs, lateness, signal: end.signal }));
  };

  /** Pause before the next try, or undefined where it would end too late. */
  const pauseFor = (failures: number, deadline: number): number | undefined => {
    const backOff = failures === 0 ? 0 : random() * Math.min(longestBackOffMs, firstBackOffMs * 2 ** (failures - 1));
    const pause = Math.max(notBefore - now(), 0) + backOff;
    return now() + pause < deadline ? pause : undefined;
  };

  return {
    name,
    get state() {
      return breaker.state;
    },
    close: () => breaker.close(),
    call: async (attempt, { signal, deadline = Number.POSITIVE_INFINITY } = {}) => {
      const end = { signal, deadline: Math.min(now() + settings.budgetMs, deadline) };
      let last: unknown = latest ?? new Error(`${name} asked to be left alone for longer than this call may take`);
      for (let failures = 0; ; failures += 1) {
        signal?.throwIfAborted();
        const pause = breaker.state === 'open' ? undefined : pauseFor(failures, end.deadline);
        if (pause === undefined) throw unavailable(name, breaker, last);
        if (pause > 0) await wait(pause, signal);
        signal?.throwIfAborted();
        try {
          const answer = await once(attempt, end);
          latest = undefined;
          return answer;
        } catch (error) {
          if (error instanceof CalledOffError) throw error.cause;
          if (error instanceof BreakerOpenError || error instanceof CutShortError) {
            throw unavailable(name, breaker, failures > 0 ? last : (latest ?? error));
          }
          if (!(error instanceof TransientError)) throw error;
          telemetry.count(`${name}.failures`);
          if (error.retryAfterMs !== undefined) {
            notBefore = Math.max(notBefore, now() + Math.min(error.retryAfterMs, longestPauseMs));
          }
          last = error;
          latest = error;
        }
      }
    },
  };
}

interface Deps {
  readonly name: string;
  readonly settings: Config['source'];
  readonly telemetry: Telemetry;
  readonly now?: () => number;
  readonly random?: () => number;
}

type Attempt<T> = (signal: AbortSignal) => Promise<T>;

interface Ends {
  readonly signal: AbortSignal | undefined;
  readonly deadline: number;
}

/** The call's own time was over before the service had the time that it may take: says nothing about the service. */
class CutShortError extends Error {
  constructor() {
    super('the time of the call was over before an answer came');
  }
}

/**
 * Only what the service did counts. A probe that was called off or cut short has shown nothing, so it must not close the breaker.
 */
function counts(error: unknown, probing: boolean): boolean {
  if (error instanceof TransientError) return true;
  return probing && (error instanceof CutShortError || error instanceof CalledOffError);
}

/** Carries the reason of a caller who gave up past the breaker. */
class CalledOffError extends Error {}

/** Rejects at the deadline or the signal even when the attempt does not listen to its own. */
async function underDeadline<T>(
  attempt: Attempt<T>,
  { timeoutMs, lateness, signal }: { timeoutMs: number; lateness: Error; signal: AbortSignal | undefined },
): Promise<T> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(lateness), Math.max(timeoutMs, 0));
  const callOff = (): void => stop.abort(new CalledOffError('called off', { cause: signal?.reason }));
  signal?.addEventListener('abort', callOff, { once: true });
  try {
    const stopped = new Promise<never>((_, reject) => {
      stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true });
    });
    return await Promise.race([attempt(stop.signal), stopped]);
  } catch (error) {
    // fetch rejects with an error of its own when its signal ends it.
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', callOff);
  }
}

function unavailable(service: string, breaker: Breaker, cause: unknown): UpstreamUnavailableError {
  const isOpen = breaker.state === 'open' ? ' (not asked again for the moment)' : '';
  return new UpstreamUnavailableError({ service: `${service}${isOpen}`, cause });
}

const firstBackOffMs = 200;
const longestBackOffMs = 8000;
/** A slip of the service in Retry-After must not shut it out until the process ends. */
const longestPauseMs = 300_000;
