import { TransientError } from './upstream.js';

/** What `Retry-After` asks for in milliseconds: seconds or an HTTP date; undefined where it is absent or neither. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * The body of an answer. Throws TransientError for what may pass: no connection, a body that was cut, 408, 425, 429 and 5xx.
 * Other statuses are given back, since they are the caller's.
 */
export async function fetchText({ url, init, now = Date.now }: Ask): Promise<{ status: number; text: string }> {
  try {
    const answer = await fetch(url, init);
    const text = await answer.text();
    if (!passing.has(answer.status) && answer.status < 500) return { status: answer.status, text };
    throw new TransientError(`HTTP ${answer.status}`, {
      retryAfterMs: retryAfterMs(answer.headers.get('retry-after'), now()),
    });
  } catch (error) {
    if (error instanceof TransientError) throw error;
    throw new TransientError(`no whole answer: ${reasonOf(error)}`, { cause: error });
  }
}

interface Ask {
  readonly url: string | URL;
  readonly init: RequestInit;
  readonly now?: () => number;
}

/** fetch says only `fetch failed`; the code beneath tells why. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (inner as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : inner instanceof Error ? inner.message : String(inner);
}

const passing: ReadonlySet<number> = new Set([408, 425, 429]);
