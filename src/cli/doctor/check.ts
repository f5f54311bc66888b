/** What `doctor` found out about one thing. */
export interface Check {
  readonly name: string;
  /** warn: it works, but not as it could. fail: it does not work. */
  readonly state: 'ok' | 'warn' | 'fail';
  /** What is there. */
  readonly detail: string;
  /** What to do about it; absent when there is nothing to do. */
  readonly remedy?: string;
}

/** Longest that one thing is waited for. */
export const patienceMs = 5_000;

/** The outcome of a look that may fail or never end; `onFailure` makes the check of it. */
export async function look(
  work: (signal: AbortSignal) => Promise<Check>,
  onFailure: (reason: string) => Check,
): Promise<Check> {
  const signal = AbortSignal.timeout(patienceMs);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${patienceMs / 1_000} s`)), {
      once: true,
    });
  });
  try {
    return await Promise.race([work(signal), late]);
  } catch (error) {
    return onFailure(error instanceof Error ? error.message : String(error));
  }
}
