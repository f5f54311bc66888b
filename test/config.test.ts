import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.js';

describe('configuration', () => {
  it('needs no variable at all', () => {
    const config = readConfig({});
    expect(config.http.port).toBe(4000);
    expect(config.database.uri).toBeUndefined();
    expect(config.cache.redisUrl).toBeUndefined();
    expect(config.answers.holderBands.map(({ name }) => name)).toEqual(['whale', 'large', 'medium', 'small']);
  });

  it('counts an empty variable as unset', () => {
    expect(readConfig({ REDIS_URL: '', PORT: '' })).toEqual(readConfig({}));
  });

  it('names every problem at once, with what was expected and what came', () => {
    const schedules = { AUDIT_SCHEDULE: '61 * * * *', SYNC_SCHEDULE: 'never' };
    const read = () =>
      readConfig({
        PORT: '70000',
        MAX_FIRST: 'many',
        HOLDER_BANDS: 'a:1,b:2',
        EMBEDDED_PORT: '-1',
        DEMO: 'maybe',
        ...schedules,
      });
    for (const part of [
      /PORT: expected a whole number from 0 to 65535, got "70000"/,
      /MAX_FIRST: .*"many"/,
      /HOLDER_BANDS/,
      /EMBEDDED_PORT/,
      /DEMO: expected on or off/,
      /AUDIT_SCHEDULE: expected a cron pattern .*minute: 61, got "61 \* \* \* \*"/,
      /SYNC_SCHEDULE: expected a cron pattern .*"never"/,
    ]) {
      expect(read).toThrow(part);
    }
  });

  it.each(['https://[x', 'https://user:p%w@host/v2/hunter2', 'host/hunter2', 'https://good,https://[hunter2'])(
    'refuses the RPC_URL %s without repeating it',
    (text) => {
      expect(() => readConfig({ RPC_URL: text })).toThrow(/RPC_URL: expected http:\/\/ or https:\/\/ URLs/);
      expect(() => readConfig({ RPC_URL: text })).not.toThrow(/hunter2|\[x/);
    },
  );

  it('repeats no password in its message', () => {
    expect(() => readConfig({ REDIS_URL: 'http://user:hunter2@host' })).toThrow(/REDIS_URL/);
    expect(() => readConfig({ REDIS_URL: 'http://user:hunter2@host' })).not.toThrow(/hunter2/);
  });
});
