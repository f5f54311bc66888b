import { GatewayError } from '../errors.js';
import type { Telemetry } from '../telemetry.js';

/** Tells the log why MongoDB could not be read. */
export type FaultLog = (error: unknown) => void;

/**
 * Callers see only that the database does not answer; this says why, at most once a second for each cause, because an outage fails every
 * request. A line says how many were left out before it.
 */
export function createFaultLog({ telemetry, now = Date.now }: { telemetry: Telemetry; now?: () => number }): FaultLog {
  const told = new Map<string, { at: number; omitted: number }>();
  return (error) => {
    if (!(error instanceof GatewayError) || !(error.cause instanceof Error) || !isOutage(error)) return;
    telemetry.count('database.unavailable');
    const { cause } = error;
    const kind = `${cause.name} ${'code' in cause ? cause.code : ''}`;
    const last = told.get(kind);
    if (last && now() - last.at < everyMs) {
      last.omitted += 1;
      return;
    }
    told.set(kind, { at: now(), omitted: 0 });
    telemetry.warn(`MongoDB could not be read: ${cause.name}: ${cause.message}`, {
      code: error.code,
      omitted: last?.omitted ?? 0,
    });
  };
}

const everyMs = 1_000;

/** A request that runs into its own deadline says nothing about the database. */
function isOutage({ code }: GatewayError): boolean {
  return code === 'UPSTREAM_UNAVAILABLE' || code === 'OVERLOADED';
}
