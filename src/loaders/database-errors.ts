import { GatewayError, UpstreamUnavailableError } from '../errors.js';

/** What a caller may see of a failed read: coded errors for an absent, silent or crowded MongoDB; anything else is a defect and stays as it is. */
export function toGatewayError(cause: unknown, deadlineAt: number): unknown {
  if (cause instanceof GatewayError || !(cause instanceof Error)) return cause;
  if (cause.name === 'MongoWaitQueueTimeoutError') {
    return new GatewayError('OVERLOADED', 'All connections to MongoDB are busy; come back in a moment.', { cause });
  }
  const code = 'code' in cause ? cause.code : undefined;
  if (code === maxTimeExpired || cause.name === 'MongoOperationTimeoutError') {
    return Date.now() >= deadlineAt - 5
      ? deadlineError(cause)
      : new UpstreamUnavailableError({ service: 'MongoDB', cause });
  }
  if (unavailableNames.has(cause.name) || (typeof code === 'number' && unavailableCodes.has(code))) {
    return new UpstreamUnavailableError({ service: 'MongoDB', cause });
  }
  return cause;
}

/** The request has used up its time. */
export function deadlineError(cause?: unknown): GatewayError {
  return new GatewayError(
    'DEADLINE_EXCEEDED',
    'The request ran into its deadline; ask for less at once or try again.',
    {
      cause,
    },
  );
}

const maxTimeExpired = 50;
const unavailableNames = new Set([
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoClientClosedError',
  'MongoExpiredSessionError',
  'PoolClearedOnNetworkError',
]);
/** Stepdown, shutdown, no primary, interrupted. */
const unavailableCodes = new Set([6, 7, 89, 91, 189, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436]);
