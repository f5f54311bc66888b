import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { UpstreamUnavailableError } from '../../src/errors.js';
import { fetchText, retryAfterMs } from '../../src/ingest/sources/http-answers.js';
import { createUpstream, TransientError, type Upstream } from '../../src/ingest/sources/upstream.js';
import { createTelemetry } from '../../src/telemetry.js';

const closers: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server that answers its calls by the listeners in turn, the last one for ever, and remembers when each came. */
async function serve(...listeners: RequestListener[]) {
  const times: number[] = [];
  const server: Server = createServer((request, response) => {
    times.push(performance.now());
    listeners[Math.min(times.length, listeners.length) - 1]?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { times, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

function open(
  { timeoutMs = 100, budgetMs = 1000, failures = 100, resetMs = 5000 } = {},
  options: { now?: () => number; random?: () => number } = {},
): Upstream {
  const breaker = { failures, errorPercent: 100, volume: 1000, resetMs };
  const settings = { timeoutMs, budgetMs, breaker };
  const upstream = createUpstream({ name: 'node', settings, telemetry: createTelemetry(), ...options });
  closers.push(() => upstream.close());
  return upstream;
}

const answers: RequestListener = (_, response) => response.end('yes');
const stalls: RequestListener = () => undefined;
const fails: RequestListener = (_, response) => response.writeHead(500).end();
const cuts: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-length': '100' }).write('{"half":');
  setImmediate(() => response.destroy());
};
const limited =
  (retryAfter: string): RequestListener =>
  (_, response) =>
    response.writeHead(429, { 'retry-after': retryAfter }).end();

const get = (upstream: Upstream, url: string, options?: Parameters<Upstream['call']>[1]) =>
  upstream.call(async (signal) => (await fetchText({ url, init: { signal } })).text, options);

/** How long a call takes until it is rejected, and with what. */
async function refusal(call: Promise<unknown>): Promise<{ ms: number; error: unknown }> {
  const start = performance.now();
  const error = await call.then(
    (value) => expect.fail(`answered ${value}`),
    (reason: unknown) => reason,
  );
  return { ms: performance.now() - start, error };
}

describe('an upstream', () => {
  it('asks once when the answer comes', async () => {
    const { url, times } = await serve(answers);
    expect(await get(open(), url)).toBe('yes');
    expect(times).toHaveLength(1);
  });

  it('asks again after a stall, a cut answer and a 500, and gives the answer that comes then', async () => {
    const { url, times } = await serve(stalls, cuts, fails, answers);
    const starts: number[] = [];
    const attempt = async (signal: AbortSignal) => {
      starts.push(performance.now());
      return (await fetchText({ url, init: { signal } })).text;
    };
    expect(await open({}, { random: () => 0.1 }).call(attempt)).toBe('yes');
    expect(times).toHaveLength(4);
    // The stalled attempt's own time (100) and a tenth of the first back-off (200); then a tenth of 400 and of 800. Timers may be 1 ms early.
    const gaps = starts.slice(1).map((time, i) => time - (starts[i] ?? 0));
    for (const [i, least] of [120, 40, 80].entries()) expect(gaps[i]).toBeGreaterThanOrEqual(least - 3);
  });

  it('ends within its budget, whether the service stalls or fails', async () => {
    for (const listener of [stalls, fails, cuts]) {
      const { url, times } = await serve(listener);
      const { ms, error } = await refusal(get(open({ budgetMs: 500 }), url));
      expect(ms).toBeLessThanOrEqual(550);
      expect(error).toBeInstanceOf(UpstreamUnavailableError);
      expect((error as Error).cause).toBeInstanceOf(Error);
      expect(times.length).toBeGreaterThan(1);
    }
  });

  it('ends in time although the attempt does not listen to its signal', async () => {
    const deaf = () => new Promise<never>(() => undefined);
    const { ms } = await refusal(open({ budgetMs: 250 }).call(deaf));
    expect(ms).toBeLessThanOrEqual(300);
  });

  it('starts nothing after the deadline of the caller', async () => {
    const { url, times } = await serve(fails);
    const upstream = open();
    const { ms } = await refusal(get(upstream, url, { deadline: Date.now() + 300 }));
    expect(ms).toBeLessThanOrEqual(350);
    const made = times.length;
    const { error } = await refusal(get(upstream, url, { deadline: Date.now() - 1 }));
    expect(error).toBeInstanceOf(UpstreamUnavailableError);
    expect(times).toHaveLength(made);
  });

  it('waits as long as Retry-After asks, and so do other calls', async () => {
    const { url, times } = await serve(limited('1'), answers);
    const upstream = open({ budgetMs: 3000 }, { random: () => 0 });
    const first = get(upstream, url);
    await expect.poll(() => times.length, { interval: 5 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = get(upstream, url);
    expect(await Promise.all([first, second])).toEqual(['yes', 'yes']);
    expect(times).toHaveLength(3);
    for (const time of times.slice(1)) expect(time - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('does not shut a service out for longer than five minutes, whatever it asked for', async () => {
    const { times, url } = await serve(limited('31536000'), answers);
    let time = Date.now();
    const upstream = open({}, { now: () => time });
    await refusal(get(upstream, url));
    time += 299_000;
    await refusal(get(upstream, url));
    expect(times).toHaveLength(1);
    time += 2_000;
    expect(await get(upstream, url)).toBe('yes');
  });

  it('ends at once when Retry-After goes beyond the budget', async () => {
    const { url, times } = await serve(limited('60'));
    const upstream = open();
    const { ms, error } = await refusal(get(upstream, url));
    expect(ms).toBeLessThan(500);
    expect((error as Error).cause).toMatchObject({ message: 'HTTP 429', retryAfterMs: 60_000 });
    await refusal(get(upstream, url));
    expect(times).toHaveLength(1);
  });

  it('passes a refusal on at once and does not hold it against the service', async () => {
    const upstream = open({ failures: 2 });
    let calls = 0;
    const refuse = async () => {
      calls += 1;
      throw new RangeError('not like this');
    };
    for (let i = 0; i < 5; i++) await expect(upstream.call(refuse)).rejects.toThrow(RangeError);
    expect(calls).toBe(5);
    expect(upstream.state).toBe('closed');
  });

  it('stops asking, in the middle of a call too, when the breaker opens, and recovers through one probe', async () => {
    const { url, times } = await serve(fails, fails, fails, answers);
    const upstream = open({ failures: 3, budgetMs: 10_000, resetMs: 300 }, { random: () => 0 });
    await refusal(get(upstream, url));
    expect(times).toHaveLength(3);
    expect(upstream.state).toBe('open');
    for (let i = 0; i < 50; i++) expect((await refusal(get(upstream, url))).ms).toBeLessThan(20);
    expect(times).toHaveLength(3);
    await expect.poll(() => upstream.state).toBe('half-open');
    const outcomes = await Promise.allSettled([get(upstream, url), get(upstream, url), get(upstream, url)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(times).toHaveLength(4);
    expect(upstream.state).toBe('closed');
  });

  it('says why it is not asked while the breaker is open, and no longer once it has answered', async () => {
    const { url } = await serve(fails, answers);
    const upstream = open({ failures: 1, resetMs: 50, budgetMs: 1_000 });
    const causeOf = async () => ((await refusal(get(upstream, url))).error as Error).cause;
    expect(await causeOf()).toMatchObject({ message: 'HTTP 500' });
    expect(await causeOf()).toMatchObject({ message: 'HTTP 500' });
    await expect.poll(() => upstream.state).toBe('half-open');
    expect(await get(upstream, url)).toBe('yes');
  });

  it('ends with the reason of the signal, in an attempt and in a pause, without blame for the service', async () => {
    const { url } = await serve(stalls);
    const upstream = open({ failures: 1, timeoutMs: 5000, budgetMs: 5000 });
    const inAttempt = new AbortController();
    const attempt = refusal(get(upstream, url, { signal: inAttempt.signal }));
    inAttempt.abort(new Error('enough'));
    expect((await attempt).error).toMatchObject({ message: 'enough' });
    expect(upstream.state).toBe('closed');
    const inPause = new AbortController();
    const patient = open({ budgetMs: 5000 }, { random: () => 0 });
    const pause = refusal(
      patient.call(
        async () => {
          throw new TransientError('later', { retryAfterMs: 4000 });
        },
        { signal: inPause.signal },
      ),
    );
    setImmediate(() => inPause.abort(new Error('enough')));
    const { ms, error } = await pause;
    expect(error).toMatchObject({ message: 'enough' });
    expect(ms).toBeLessThan(500);
  });
});

describe('Retry-After', () => {
  it('is read as seconds and as an HTTP date', () => {
    const now = Date.UTC(2026, 0, 1, 12, 0, 0);
    expect(retryAfterMs('7', now)).toBe(7000);
    expect(retryAfterMs('Thu, 01 Jan 2026 12:00:30 GMT', now)).toBe(30_000);
    expect(retryAfterMs('Thu, 01 Jan 2026 11:00:00 GMT', now)).toBe(0);
    for (const text of [null, '', '-3', 'soon', '1e9']) expect(retryAfterMs(text, now)).toBeUndefined();
  });
});
