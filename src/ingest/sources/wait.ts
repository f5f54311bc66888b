import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or less when the signal ends it; never rejects. */
export async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
}
