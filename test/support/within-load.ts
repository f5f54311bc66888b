import { availableParallelism, loadavg } from 'node:os';

/** A bound of time as this machine can be held to it: the bound itself where it is idle, up to thrice that where many processes wait for a core. */
export function withinLoad(ms: number): number {
  const [lastMinute = 0] = loadavg();
  return ms * Math.min(3, Math.max(1, lastMinute / availableParallelism()));
}
