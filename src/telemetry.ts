/** Where parts report what happened to them: counters for metrics and health, warnings for the log. */
export interface Telemetry {
  /** Adds to a counter; names are dotted, the part first: `store.timeout`. */
  count(name: string, by?: number): void;
  /** Says once that something changed for the worse or the better; never called per request. */
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  /** All counters so far. */
  counts(): Readonly<Record<string, number>>;
}

/** Counters in memory; warnings go to `log` where one is given. */
export function createTelemetry({
  log = () => undefined,
}: {
  log?: (message: string, details: Readonly<Record<string, unknown>>) => void;
} = {}): Telemetry {
  const counters = new Map<string, number>();
  return {
    count: (name, by = 1) => {
      counters.set(name, (counters.get(name) ?? 0) + by);
    },
    warn: (message, details = {}) => log(message, details),
    counts: () => Object.fromEntries(counters),
  };
}
