import { GatewayError } from '../../errors.js';

/**
 * Code and sentence of an error, as status and the log show it, with the cause beneath where that says more (refused, late, HTTP 503). Of an
 * URL only the host is told: what stands behind it, or before it, may be a key. A defect says no more than its message.
 */
export function errorText(error: unknown): string {
  const code = error instanceof GatewayError ? error.code : 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  const cause = causeOf(error);
  const why = cause === undefined || message.includes(cause) ? '' : ` Cause: ${cause}.`;
  return withoutKeys(`${code}: ${message}${why}`).slice(0, mostCharacters);
}

/** The first cause that is no error of ours: those say what the caller has to know, it says what happened. */
function causeOf(error: unknown): string | undefined {
  let at = error;
  for (let depth = 0; depth < deepest && at instanceof Error; depth += 1) {
    if (!(at instanceof GatewayError)) return depth === 0 ? undefined : at.message.replace(/\.$/, '');
    at = at.cause;
  }
  return undefined;
}

function withoutKeys(text: string): string {
  return text.replace(/\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s/@]*@)?([^\s/?#'"]+)[^\s'"]*/gi, '$1');
}

const deepest = 5;
const mostCharacters = 500;
