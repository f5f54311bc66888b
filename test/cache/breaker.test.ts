import { afterEach, describe, expect, it } from 'vitest';
import { type Breaker, createBreaker } from '../../src/cache/breaker.js';
import { createTelemetry } from '../../src/telemetry.js';

let breaker: Breaker | undefined;
afterEach(() => breaker?.close());

function open(settings: { failures?: number; errorPercent?: number; volume?: number; resetMs?: number } = {}) {
  const log: string[] = [];
  const telemetry = createTelemetry({ log: (message) => log.push(message) });
  breaker = createBreaker({
    name: 'thing',
    timeoutMs: 20,
    settings: { failures: 3, errorPercent: 50, volume: 10, resetMs: 100, ...settings },
    telemetry,
  });
  return { breaker, log, telemetry };
}
const works = () => Promise.resolve('yes');
const fails = () => Promise.reject(new Error('no'));
const hangs = () => new Promise<never>(() => undefined);

describe('breaker', () => {
  it('hands answers through and turns failures and lateness into an outcome', async () => {
    const { breaker: used, telemetry } = open();
    expect(await used.run(works)).toEqual({ reachable: true, value: 'yes' });
    expect(await used.run(fails)).toEqual({ reachable: false });
    expect(await used.run(hangs)).toEqual({ reachable: false });
    expect(telemetry.counts()).toMatchObject({ 'thing.errors': 1, 'thing.timeouts': 1 });
    expect(used.state).toBe('closed');
  });

  it('opens after failures in a row, not after as many among successes', async () => {
    const { breaker: used } = open({ volume: 1000 });
    for (let i = 0; i < 10; i++) await used.run(i % 3 === 2 ? works : fails);
    expect(used.state).toBe('closed');
    for (let i = 0; i < 3; i++) await used.run(fails);
    expect(used.state).toBe('open');
  });

  it('opens on the share of failures once there are enough calls', async () => {
    const { breaker: used } = open({ failures: 1000, resetMs: 5000 });
    for (let i = 0; i < 9; i++) await used.run(i % 3 === 0 ? works : fails);
    expect(used.state).toBe('closed');
    for (let i = 0; i < 2; i++) await used.run(fails);
    expect(used.state).toBe('open');
  });

  it('calls nothing while it is open, and says once that it opened', async () => {
    const { breaker: used, log, telemetry } = open({ resetMs: 5000 });
    let calls = 0;
    const count = () => {
      calls += 1;
      return fails();
    };
    await Promise.all(Array.from({ length: 20 }, () => used.run(count)));
    for (let i = 0; i < 100; i++) await used.run(count);
    expect(calls).toBe(20);
    expect(log).toHaveLength(1);
    expect(telemetry.counts()['thing.opened']).toBe(1);
  });

  it('lets one probe through after the reset time, closes on its success, and opens again on its failure', async () => {
    const { breaker: used } = open();
    for (let i = 0; i < 3; i++) await used.run(fails);
    await expect.poll(() => used.state).toBe('half-open');
    let calls = 0;
    const probe = async () => {
      calls += 1;
      throw new Error('still no');
    };
    await Promise.all([used.run(probe), used.run(probe), used.run(probe)]);
    expect(calls).toBe(1);
    expect(used.state).toBe('open');
    await expect.poll(() => used.state).toBe('half-open');
    expect(await used.run(works)).toEqual({ reachable: true, value: 'yes' });
    expect(used.state).toBe('closed');
  });

  it('is not stuck when the probe hangs', async () => {
    const { breaker: used } = open();
    for (let i = 0; i < 3; i++) await used.run(fails);
    await expect.poll(() => used.state).toBe('half-open');
    await used.run(hangs);
    expect(used.state).toBe('open');
    await expect.poll(async () => (await used.run(works)).reachable).toBe(true);
  });

  it('takes an answer for timely that was there while this process was busy', async () => {
    const { breaker: used } = open();
    const answer = used.run(() => new Promise((resolve) => setTimeout(resolve, 5, 'yes')));
    await new Promise((resolve) => setImmediate(resolve));
    const busyUntil = performance.now() + 80;
    while (performance.now() < busyUntil);
    expect(await answer).toEqual({ reachable: true, value: 'yes' });
  });
});
