import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSharedHead } from '../../../src/ingest/sources/moralis/shared-head.js';
import { createSpread } from '../../../src/ingest/sources/moralis/spread.js';
import { createUsageStore, type UsageStore } from '../../../src/ingest/sources/moralis/usage.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

const limit = 40_000;
const dayMs = 86_400_000;
const midnight = Date.UTC(2026, 2, 2);
const hourOf = (ms: number): number => Math.floor((ms - midnight) / 3_600_000);

describe('the compute units of a day', () => {
  let test: TestDatabase;
  let now = midnight;
  const told: string[] = [];
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  beforeEach(async () => {
    now = midnight;
    told.length = 0;
    await test.database.models.jobs.deleteMany({});
  });
  afterAll(() => test?.close());

  /** A process: its head costs 11 units, a token 50, as Moralis charges. */
  const open = (usage: UsageStore = createUsageStore({ database: test.database, limit, now: () => now })) => {
    const head = createSharedHead(async () => {
      await usage.charge(11);
      return { blockNumber: 1, time: now, hash: null, finalizedBlock: 0 };
    });
    const spread = createSpread({ usage, head, warn: (message) => told.push(message), now: () => now });
    const sync = async (): Promise<void> => {
      await head.ask(new AbortController().signal);
      await usage.charge(50);
    };
    const round = (tokens: number) =>
      spread.round(tokens, async () => {
        for (let i = 0; i < tokens; i += 1) await sync();
      });
    return { usage, spread, sync, round };
  };

  it.each([1, 3])(
    'last a whole day of a schedule of 30 s for %i quiet tokens, synced in every hour',
    async (tokens) => {
      const { round, usage } = open(countUnits());
      const rounds: number[] = [];
      for (; now < midnight + dayMs; now += 30_000) if (await round(tokens)) rounds.push(now);
      const { used, left } = await budgetAt(usage, midnight + dayMs - 1);
      expect(new Set(rounds.map(hourOf)).size).toBe(24);
      // One look at the newest block serves all tokens of a round.
      expect(used).toBe(rounds.length * (11 + 50 * tokens));
      expect(left).toBeGreaterThanOrEqual(0);
      expect(used).toBeGreaterThan(limit * 0.8);
    },
  );

  /** The same without a database, for days of thousands of rounds. */
  const countUnits = (): UsageStore => {
    let used = 0;
    let last = 0;
    return {
      charge: async (units) => {
        if (used + units > limit) throw new Error('beyond the limit of the day');
        used += units;
      },
      budget: async () => ({ used, limit, left: limit - used }),
      claimRound: async (pauseMs) => {
        if (now - last < pauseMs) return false;
        last = now;
        return true;
      },
    };
  };
  const budgetAt = (usage: ReturnType<typeof open>['usage'], at: number) => {
    now = at;
    return usage.budget();
  };

  it('are spread over what is left of it, whatever was used before', async () => {
    const { round, usage } = open(countUnits());
    now += dayMs / 2;
    await usage.charge(limit - 1_000);
    const rounds: number[] = [];
    for (; now < midnight + dayMs; now += 30_000) if (await round(1)) rounds.push(now);
    expect(new Set(rounds.map(hourOf)).size).toBeGreaterThan(6);
    expect(rounds.length).toBeGreaterThan(8);
    expect(told[0]).toMatch(/1000 of the 40000 compute units .* are left.*rounds start every 263\d s/);
  });

  it('are spread over all processes, and a restart does not forget the last round', async () => {
    expect(await open().round(1)).toBe(true);
    now += 30_000;
    expect(await open().round(1)).toBe(false);
    now += 132_000;
    const [one, other] = [open(), open()];
    expect((await Promise.all([one.round(1), other.round(1)])).filter(Boolean)).toHaveLength(1);
  });

  it('start no round when not even one is left, and again on the next day', async () => {
    const { round, usage } = open();
    await usage.charge(limit - 60);
    expect(await round(1)).toBe(false);
    expect(told[0]).toContain('tomorrow');
    now += dayMs;
    expect(await round(1)).toBe(true);
  });

  it('are there for hints at once, but a flood of them never uses the day up', async () => {
    const { spread, sync, round, usage } = open(countUnits());
    const followed: number[] = [];
    for (; now < midnight + dayMs; now += 60_000) {
      await round(1);
      if (!(await spread.mayFollowHint())) continue;
      await sync();
      followed.push(now);
    }
    expect(followed.slice(0, 3)).toEqual([0, 60_000, 120_000].map((ms) => midnight + ms));
    expect(new Set(followed.map(hourOf)).size).toBe(24);
    expect((await budgetAt(usage, midnight + dayMs - 1)).left).toBeGreaterThanOrEqual(0);
  });

  it('a hint during a round has the newest block asked anew', async () => {
    const { usage, spread, sync } = open();
    await spread.round(2, async () => {
      await sync();
      expect(await spread.mayFollowHint()).toBe(true);
      await sync();
      await sync();
    });
    expect((await usage.budget()).used).toBe(2 * 11 + 3 * 50);
  });
});
