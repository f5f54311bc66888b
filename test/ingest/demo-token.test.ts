import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditToken } from '../../src/ingest/audit.js';
import { blockAt, blockMs } from '../../src/ingest/sources/demo/clock.js';
import { createDemoToken } from '../../src/ingest/sources/demo/demo-token.js';
import { demoProfiles } from '../../src/ingest/sources/demo/profiles.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createIngest } from './support.js';

describe('a demo token of two processes', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.close());

  it('is gone on with by the one that stands where the token does; the other one is refused, and reads again', async () => {
    let now = Date.parse('2026-06-30T12:00:00.000Z');
    const profile = demoProfiles[3] ?? expect.fail('There are four demo tokens.');
    const commits: number[] = [];
    const open = (number: number) => {
      const { pipeline, service } = createIngest(test.database);
      const token = createDemoToken({
        models: test.database.models,
        pipeline: {
          commit: async (batch) => {
            const committed = await pipeline.commit(batch);
            commits.push(number);
            return committed;
          },
        },
        ...{ tokens: service, profile, lane: 3, now: () => now },
      });
      const { signal } = new AbortController();
      return () => token.advance({ mayGoOn: async () => true, onPart: () => undefined, signal });
    };
    const [first, second] = [open(1), open(2)];
    const stored = () => test.database.models.tokens.findOne({ symbol: profile.symbol }).lean();

    await first();
    commits.length = 0;
    now += 1_000 * blockMs;
    await second();
    now += 1_000 * blockMs;
    await first();
    expect(commits).toEqual([2]);
    await first();
    expect(commits).toEqual([2, 1]);
    const token = await stored();
    expect(token?.asOfBlock).toBe(blockAt(now));
    expect((await auditToken(test.database, token?._id ?? ''))?.differences).toEqual([]);
  });
});
