import CircuitBreaker from 'opossum';
import type { Telemetry } from '../telemetry.js';

/** Outcome of a guarded call: failure is in the type, nothing rejects. */
export type Guarded<T> = { readonly reachable: true; readonly value: T } | { readonly reachable: false };

/** State of a breaker, as health shows it. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** Bounds of a breaker and of each call. */
export interface BreakerSettings {
  readonly failures: number;
  readonly errorPercent: number;
  readonly volume: number;
  readonly resetMs: number;
}

/** Guards calls to one dependency. */
export interface Breaker {
  /** Runs the call under the deadline; at once unreachable while open. Errors and lateness count against the dependency. */
  run<T>(call: () => Promise<T>): Promise<Guarded<T>>;
  /** The same for a caller that needs the reason: rejects with the error of the call, or with BreakerOpenError where it was not made. */
  attempt<T>(call: () => Promise<T>): Promise<T>;
  readonly state: BreakerState;
  close(): void;
}

/** The dependency was not called because its breaker is open or waits for the outcome of its probe. */
export class BreakerOpenError extends Error {}

/** A breaker that opens after failures in a row or a share of failures, and lets one probe through after the reset time. */
export function createBreaker({
  name,
  timeoutMs,
  settings,
  telemetry,
  counts = isFailure,
}: {
  name: string;
  /** Absent where calls end by themselves. */
  timeoutMs?: number;
  settings: BreakerSettings;
  telemetry: Telemetry;
  /** Whether an error speaks against the dependency; `probing` is true for the outcome of the probe, which closes the breaker when it does not. */
  counts?: (error: unknown, probing: boolean) => boolean;
}): Breaker {
  const guarded = (call: () => Promise<unknown>): Promise<unknown> =>
    timeoutMs === undefined ? call() : withDeadline(call(), timeoutMs);
  const circuit: CircuitBreaker<[() => Promise<unknown>], unknown> = new CircuitBreaker(guarded, {
    name,
    // The deadline is ours: opossum's would neither wait for an answer that already lies in the socket nor tell lateness apart.
    timeout: false,
    errorThresholdPercentage: settings.errorPercent,
    volumeThreshold: settings.volume,
    resetTimeout: settings.resetMs,
    // Rejected calls stay in the window: a longer one would open the breaker again right after it recovered.
    rollingCountTimeout: settings.resetMs,
    rollingCountBuckets: 1,
    rollingPercentilesEnabled: false,
    errorFilter: (error: unknown) => !counts(error, circuit.halfOpen),
  });
  let inARow = 0;
  circuit.on('success', () => {
    inARow = 0;
  });
  circuit.on('failure', () => {
    inARow += 1;
    if (inARow >= settings.failures && circuit.closed) circuit.open();
  });
  circuit.on('open', () => {
    telemetry.count(`${name}.opened`);
    telemetry.warn(`${name}: not used for ${settings.resetMs} ms after ${inARow} failures in a row`);
  });
  circuit.on('close', () => {
    inARow = 0;
    telemetry.warn(`${name}: used again`);
  });
  const attempt = async <T>(call: () => Promise<T>): Promise<T> => {
    // Asking first is much cheaper than letting an open circuit reject.
    if (circuit.opened) throw new BreakerOpenError(`${name}: the breaker is open`);
    try {
      return (await circuit.fire(call)) as T;
    } catch (error) {
      if (CircuitBreaker.isOurError(error as Error)) throw new BreakerOpenError(`${name}: the breaker is open`);
      throw error;
    }
  };
  return {
    attempt,
    run: async <T>(call: () => Promise<T>): Promise<Guarded<T>> => {
      if (circuit.opened) return unreachable;
      try {
        return { reachable: true, value: await attempt(call) };
      } catch (error) {
        telemetry.count(error instanceof LateError ? `${name}.timeouts` : `${name}.errors`);
        return unreachable;
      }
    },
    get state() {
      return circuit.opened ? 'open' : circuit.closed ? 'closed' : 'half-open';
    },
    close: () => circuit.shutdown(),
  };
}

/** A full Redis refuses writes but is there: reads must go on. */
function isFailure(error: unknown): boolean {
  return !(error instanceof Error && /^(OOM|MISCONF|EXECABORT)\b/.test(error.message));
}

class LateError extends Error {}

/**
 * Rejects when the answer is late. Time in which this process itself stood still does not count: an answer that waits in the socket
 * meanwhile is not late.
 */
export function withDeadline<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const arm = (extensions: number): void => {
      const start = performance.now();
      timer = setTimeout(() => {
        const oversleptMs = performance.now() - start - timeoutMs;
        if (oversleptMs > standstillMs && extensions > 0) arm(extensions - 1);
        else setImmediate(() => setImmediate(late));
      }, timeoutMs);
    };
    const late = () => reject(new LateError(`no answer within ${timeoutMs} ms`));
    arm(mostExtensions);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** A timer this late tells that nothing else was seen in time either. */
const standstillMs = 10;
const mostExtensions = 3;
const unreachable = { reachable: false } as const;
