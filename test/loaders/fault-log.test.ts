import { describe, expect, it } from 'vitest';
import { GatewayError, UpstreamUnavailableError } from '../../src/errors.js';
import { createFaultLog } from '../../src/loaders/fault-log.js';
import { createTelemetry } from '../../src/telemetry.js';

const unavailable = (name: string, message: string) =>
  new UpstreamUnavailableError({ service: 'MongoDB', cause: Object.assign(new Error(message), { name }) });

describe('log of faults of the database', () => {
  it('has one line a second for each cause, and says how many were left out', () => {
    const lines: Array<[string, unknown]> = [];
    let now = 0;
    const telemetry = createTelemetry({ log: (message, details) => void lines.push([message, details.omitted]) });
    const report = createFaultLog({ telemetry, now: () => now });
    for (let request = 0; request < 500; request++)
      report(unavailable('MongoNetworkError', `socket ${request} closed`));
    report(unavailable('MongoServerSelectionError', 'no server'));
    now = 999;
    report(unavailable('MongoNetworkError', 'still closed'));
    now = 1_000;
    report(unavailable('MongoNetworkError', 'closed again'));
    expect(lines).toEqual([
      ['MongoDB could not be read: MongoNetworkError: socket 0 closed', 0],
      ['MongoDB could not be read: MongoServerSelectionError: no server', 0],
      ['MongoDB could not be read: MongoNetworkError: closed again', 500],
    ]);
    expect(telemetry.counts()['database.unavailable']).toBe(503);
  });

  it('is silent about deadlines of requests, bad input and defects, which are told elsewhere', () => {
    const lines: string[] = [];
    const report = createFaultLog({ telemetry: createTelemetry({ log: (message) => void lines.push(message) }) });
    report(new GatewayError('DEADLINE_EXCEEDED', 'late', { cause: new Error('late') }));
    report(new GatewayError('BAD_USER_INPUT', 'first: too large', { cause: new Error('x') }));
    report(new Error('a defect'));
    expect(lines).toEqual([]);
  });
});
