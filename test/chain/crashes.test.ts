import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../ingest/support.js';
import { expectNoStrangers } from '../support/chain-checks.js';
import { createChildren, type SyncChild } from '../support/chain-children.js';
import { type Scene, setScene } from '../support/chain-scene.js';
import { type ChainStack, createChainStack } from '../support/chain-stack.js';
import type { Chain } from '../support/rpc-double-chain.js';
import { type LieName, lieNames } from '../support/rpc-double-lies.js';

/** More of them for a soak: CHAIN_KILLS=1000 CHAIN_SEEDS=500. */
const kills = Number(process.env.CHAIN_KILLS ?? 50);
const seeds = Number(process.env.CHAIN_SEEDS ?? 20);
const firstSeed = Number(process.env.CHAIN_SEED ?? 1);
console.info(`CHAIN_SEED=${firstSeed}`);

/** They cost seconds: CHAIN_SLOW_LIES=on tells them as well. */
const left: readonly LieName[] = process.env.CHAIN_SLOW_LIES === 'on' ? [] : ['otherChain', 'stall', 'http429Later'];

let stack: ChainStack;
let children: ReturnType<typeof createChildren>;
/** Whose lease outlives the pauses of a busy machine. */
let steady: ReturnType<typeof createChildren>;
let scene: Scene | undefined;
beforeAll(async () => {
  stack = await createChainStack();
  children = createChildren(stack.test.environment);
  steady = createChildren({ ...stack.test.environment, LEASE_MS: '5000' });
}, 180_000);
afterEach(() => scene?.close());
afterAll(async () => {
  await Promise.all([children?.close(), steady?.close()]);
  if (stack) await expectNoStrangers(stack.test.database);
  await stack?.close();
});

const begin = async ({ node, tokenId }: Scene, from = children): Promise<SyncChild> => {
  const child = await from.next();
  child.begin({ tokenId, url: node.url });
  return child;
};

/** Resolves at the so manyeth call of the node from now on, or after a while when there are not so many. */
const nthCall = ({ node }: Scene, nth: number): Promise<void> => {
  let left = nth;
  const asked = new Promise<void>((resolve) =>
    node.before(() => {
      left -= 1;
      if (left <= 0) resolve();
      return left <= 0;
    }),
  );
  return Promise.race([asked, pause(1_500)]);
};

/** The lease of a process that was killed has to run out. */
const settleAfter = async (over: Scene): Promise<void> => {
  await expect.poll(() => over.settle().then(() => 'current', String), { timeout: 20_000 }).toBe('current');
};

/** What is final stays. */
const reorgWithin = (chain: Chain, depth: number, length: number): void => {
  const most = chain.head.number - chain.finalizedBlock;
  if (most > 0) chain.reorg(Math.min(depth, most), { length });
};

describe('a process that feeds a token', () => {
  it(`may be killed at ${kills} points: nothing is lost and nothing is there twice`, async () => {
    const random = createRandom(firstSeed);
    scene = await setScene(stack, { seed: 3_000 + firstSeed, blocks: 400 });
    const { chain } = scene;
    let worked = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const child = await begin(scene);
      await nthCall(scene, 1 + Math.floor(random() * 25));
      await pause(random() * 25);
      await child.kill();
      if (child.said.length > 0) worked += 1;
      if (random() < 0.4) reorgWithin(chain, 1 + Math.floor(random() * 30), Math.floor(random() * 40));
      chain.mine(Math.floor(random() * 30));
    }
    expect(worked).toBeGreaterThan(0);
    await settleAfter(scene);
    await scene.check();
  }, 600_000);

  it('shares a token with another one: one of them writes, the other waits and takes over when the first is gone', async () => {
    scene = await setScene(stack, { seed: 3_500, blocks: 200 });
    const { chain } = scene;
    const [one, other] = [await begin(scene, steady), await begin(scene, steady)];
    const isCurrent = ({ said }: SyncChild) => said.at(-1)?.startsWith(`current ${chain.head.number}`);
    await expect.poll(() => isCurrent(one) || isCurrent(other), { timeout: 20_000 }).toBe(true);
    expect([one, other].filter(isCurrent)).toHaveLength(1);
    const [writer, waiter] = isCurrent(one) ? [one, other] : [other, one];
    expect(new Set(waiter.said.slice(1).map((line) => line.split(' ')[0]))).toEqual(new Set(['busy']));
    await writer.kill();
    chain.reorg(10, { length: 12 });
    await expect.poll(() => isCurrent(waiter), { timeout: 20_000 }).toBe(true);
    await waiter.kill();
    await settleAfter(scene);
    await scene.check();
  }, 60_000);

  it('that is paused past its lease is refused when it wakes up, wherever it was paused', async () => {
    const random = createRandom(firstSeed + 7);
    scene = await setScene(stack, { seed: 3_600, blocks: 300 });
    const { chain } = scene;
    for (let round = 0; round < 2; round += 1) {
      const [paused, other] = [await begin(scene), await begin(scene)];
      await nthCall(scene, 3 + Math.floor(random() * 12));
      await pause(random() * 15);
      const [sleeper, worker] = random() < 0.5 ? [paused, other] : [other, paused];
      sleeper.pause();
      chain.reorg(5, { length: 25 });
      const before = worker.said.length;
      const caughtUp = () => worker.said.slice(before).includes(`current ${chain.head.number}`);
      await expect.poll(caughtUp, { timeout: 20_000 }).toBe(true);
      sleeper.resume();
      const woken = sleeper.said.length;
      await expect.poll(() => sleeper.said.length, { timeout: 20_000 }).toBeGreaterThan(woken + 1);
      await Promise.all([paused.kill(), other.kill()]);
      await settleAfter(scene);
      await scene.check();
    }
  }, 120_000);
});

describe('everything together', () => {
  it.each(Array.from({ length: seeds }, (_, i) => firstSeed + i))('seed %i: lies, reorgs and kills', async (seed) => {
    const random = createRandom(seed * 7_919);
    const whole = (below: number): number => Math.floor(random() * below);
    scene = await setScene(stack, { seed: 4_000 + seed, blocks: 100 + whole(100) });
    const { chain, node } = scene;
    const lieAgain = (): void => {
      const name = lieNames[whole(lieNames.length)] as LieName;
      if (!left.includes(name)) node.lie(name, 1 + whole(3));
    };
    const change = (): void => {
      if (random() < 0.5) reorgWithin(chain, 1 + whole(63), whole(70));
      chain.mine(whole(20));
    };
    for (let life = 0; life < 2; life += 1) {
      lieAgain();
      const child = await begin(scene);
      await nthCall(scene, 1 + whole(15));
      change();
      lieAgain();
      await nthCall(scene, 1 + whole(15));
      await pause(random() * 20);
      await child.kill();
      change();
    }
    await settleAfter(scene);
    await scene.check();
  });
});
