import { expect, it } from 'vitest';
import { blockAt, firstBlockFrom } from '../../../src/ingest/sources/demo/clock.js';
import { createDemoSource } from '../../../src/ingest/sources/demo/demo-source.js';
import { createFeed } from '../../../src/ingest/sources/demo/feed.js';
import { demoProfiles } from '../../../src/ingest/sources/demo/profiles.js';
import { neverReplaced } from '../../../src/ingest/sources/never-replaced.js';
import type { Part } from '../../../src/ingest/sources/source.js';
import { zeroAddress } from '../../../src/models/address.js';
import { dayMs, startOfDay } from '../../../src/models/calendar.js';
import { describeSource } from '../../support/describe-source.js';

const startDay = '2026-03-02';
const start = startOfDay(startDay).getTime();
const clock = start + 70 * dayMs;
const profile = demoProfiles[0] ?? expect.fail('There is no demo token.');
const truth = createFeed({ profile, lane: 0, startDay, afterBlock: firstBlockFrom(start) - 1, balances: [] }).take({
  untilBlock: blockAt(clock),
});

/** Balances that a store would have behind a block. */
function balancesBehind(block: number): Map<string, bigint> {
  const balances = new Map<string, bigint>();
  for (const { blockNumber, isSuccess, fromAddress, toAddress, value } of truth.transfers) {
    if (blockNumber > block || !isSuccess) continue;
    if (fromAddress !== zeroAddress) balances.set(fromAddress, (balances.get(fromAddress) ?? 0n) - value);
    if (toAddress !== zeroAddress) balances.set(toAddress, (balances.get(toAddress) ?? 0n) + value);
  }
  return balances;
}

function open(now: () => number = () => clock) {
  const asked: Array<number | null> = [];
  const source = createDemoSource({
    ...{ profile, lane: 0, now },
    stand: async (after) => {
      asked.push(after?.blockNumber ?? null);
      return { startDay, balances: balancesBehind(after?.blockNumber ?? -1) };
    },
  });
  const read = async (after: Part['after'] = null): Promise<Part[]> => {
    const { signal } = new AbortController();
    const parts: Part[] = [];
    const request = { address: profile.contractAddress, after, ...neverReplaced, signal };
    for await (const part of source.read(request)) parts.push(part);
    return parts;
  };
  return { source, read, asked };
}

describeSource('of the demo', async () => ({
  source: open().source,
  address: profile.contractAddress,
  facts: { name: profile.name, symbol: profile.symbol, decimals: profile.decimals },
  transfers: truth.transfers,
  headBlock: blockAt(clock),
  close: async () => undefined,
}));

it('gives the prices of the demo with its parts, and a block that stays final', async () => {
  const parts = await open().read();
  expect(parts.flatMap(({ prices = [] }) => prices)).toEqual(truth.prices);
  const finalized = parts.map(({ checkpoint }) => checkpoint?.finalized?.blockNumber ?? -1);
  expect(finalized).toEqual([...finalized].sort((a, b) => a - b));
  expect(parts.map(({ asOf }) => asOf?.finalizedBlock)).toEqual(finalized);
});

it('reads the balances of the store once, and again only where its parts were not committed', async () => {
  let now = start + 3 * dayMs;
  const { read, asked } = open(() => now);
  const [first] = await read();
  now = clock;
  const rest = await read(first?.checkpoint as Part['after']);
  expect(asked).toEqual([null]);
  expect([first, ...rest].flatMap((part) => part?.transfers ?? [])).toEqual(truth.transfers);
  expect((await read(first?.checkpoint as Part['after'])).flatMap(({ transfers = [] }) => transfers)).toEqual(
    rest.flatMap(({ transfers = [] }) => transfers),
  );
  expect(asked).toEqual([null, first?.checkpoint?.blockNumber]);
});

it('gives a part that was not committed once more as it was, also one that only a watcher gets to see', async () => {
  let now = clock;
  const { read } = open(() => now);
  let after = (await read()).at(-1)?.checkpoint as Part['after'];
  let seen: Part[] = [];
  for (let block = 0; block < 2_000 && !seen[0]?.transfers; block += 1) {
    now += 2_000;
    seen = await read(after);
    if (!seen[0]?.transfers) after = seen[0]?.checkpoint as Part['after'];
  }
  expect(seen[0]?.transfers).toHaveLength(1);
  now += 60_000;
  const again = await read(after);
  expect(again[0]?.checkpoint).toEqual(seen[0]?.checkpoint);
  expect(again[0]?.transfers?.map(({ blockNumber }) => blockNumber)).toEqual([seen[0]?.checkpoint?.blockNumber]);
});
