import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPriceReader } from '../../../src/ingest/sources/prices/price-setting.js';
import { createScriptedChain, type SwapLog, swapLog, timeOf } from './scripted-chain.js';

const pool = `0x${'cc'.repeat(20)}`;
const token = `0x${'aa'.repeat(20)}`;
const usd = `0x${'bb'.repeat(20)}`;
const other = `0x${'dd'.repeat(20)}`;

/** A pool of the token (18 decimals) and US dollars (6 decimals). */
function createPool({ logs, sides = [token, usd] }: { logs: readonly SwapLog[]; sides?: readonly [string, string] }) {
  const { chain, calls } = createScriptedChain({
    contracts: {
      [pool]: { token0: () => sides[0], token1: () => sides[1] },
      [token]: { decimals: () => 18 },
      [usd]: { decimals: () => 6 },
    },
    logs,
  });
  const reader = createPriceReader({ setting: `pool:${pool}:${usd}`, address: token, chain });
  return {
    calls,
    read: (blocks: { fromBlock: number; toBlock: number } = { fromBlock: 0, toBlock: 1_000 }) =>
      reader.read({
        ...blocks,
        finalizedBlock: null,
        isHead: false,
        newest: null,
        signal: new AbortController().signal,
      }),
  };
}

const swap = (blockNumber: number, amounts: [bigint, bigint, bigint, bigint], logIndex = 0): SwapLog =>
  swapLog({ address: pool, blockNumber, amounts, logIndex });
const e18 = 10n ** 18n;

describe('prices of a pool', () => {
  it('are what was paid divided by what was got, at the time of the block, with what was paid as volume', async () => {
    const { read } = createPool({ logs: [swap(7, [2n * e18, 0n, 0n, 3_000_000n])] });
    expect(await read()).toEqual([
      { timestamp: timeOf(7), price: '1.5', volume: '3', blockNumber: 7, where: `pool ${pool}, block 7` },
    ]);
  });

  it('are the same whichever side of the pool the dollars are, and for purchases and sales', async () => {
    const { read } = createPool({ sides: [usd, token], logs: [swap(7, [3_000_000n, 0n, 0n, 2n * e18])] });
    expect((await read()).map(({ price }) => price)).toEqual(['1.5']);
  });

  it('have one row for a block: its swaps weigh by their size, so dust sets no price', async () => {
    const { read } = createPool({
      logs: [
        swap(7, [2n * e18, 0n, 0n, 3_000_000n]),
        swap(7, [1n, 0n, 0n, 1_000n], 1),
        swap(8, [e18, 0n, 0n, 1_000_000n]),
      ],
    });
    expect((await read()).map(({ price, volume }) => [price, volume])).toEqual([
      ['1.5005', '3.001'],
      ['1', '1'],
    ]);
  });

  it('have one row for a second, however many blocks it has and in however many reads they come', async () => {
    const at = (blockNumber: number, dollars: bigint, logIndex = 0): SwapLog => ({
      ...swap(blockNumber, [e18, 0n, 0n, dollars * 1_000_000n], logIndex),
      // Four blocks in a second.
      time: timeOf(Math.floor(blockNumber / 4)),
    });
    const { read } = createPool({ logs: [at(7, 9n), at(8, 1n), at(9, 2n), at(10, 3n), at(11, 6n), at(12, 5n)] });
    const whole = [
      [timeOf(1), '9', '9', 7],
      [timeOf(2), '3', '12', 11],
      [timeOf(3), '5', '5', 12],
    ];
    const rows = async (fromBlock: number, toBlock: number) =>
      (await read({ fromBlock, toBlock })).map((row) => [row.timestamp, row.price, row.volume, row.blockNumber]);
    expect(await rows(0, 100)).toEqual(whole);
    expect(await rows(0, 9)).toEqual([whole[0], [timeOf(2), '1.5', '3', 9]]);
    expect(await rows(10, 100)).toEqual(whole.slice(1));
    expect(await rows(11, 11)).toEqual([whole[1]]);
  });

  it('understand the events of Velodrome pools', async () => {
    const signature = 'Swap(address,address,uint256,uint256,uint256,uint256)';
    const log = swapLog({ address: pool, blockNumber: 3, amounts: [e18, 0n, 0n, 250_000n], signature });
    expect((await createPool({ logs: [log] }).read()).map(({ price }) => price)).toEqual(['0.25']);
  });

  it('leave out events that priced nothing: one side only, or data of another form', async () => {
    const odd = { ...swap(4, [e18, 0n, 0n, 1n]), data: '0x1234' };
    const { read } = createPool({ logs: [swap(3, [e18, 0n, e18, 0n]), odd, swap(5, [0n, 5n, 0n, 0n])] });
    expect(await read()).toEqual([]);
  });

  it('equal the exact quotient rounded half up to 8 places, for amounts of any size', async () => {
    const amount = fc.bigInt({ min: 1n, max: 2n ** 112n - 1n });
    await fc.assert(
      fc.asyncProperty(amount, amount, async (tokens, dollars) => {
        const [row] = await createPool({ logs: [swap(1, [tokens, 0n, 0n, dollars])] }).read();
        const [whole = '', fraction = ''] = (row?.price ?? '').split('.');
        const got = BigInt(whole + fraction.padEnd(8, '0'));
        // price x 10^8 = dollars x 10^(18 - 6 + 8) / tokens; off by half a unit at most, and by exactly half only upwards.
        const twiceError = 2n * (got * tokens - dollars * 10n ** 20n);
        expect(twiceError > -tokens && twiceError <= tokens).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('ask for the sides of the pool once', async () => {
    const { read, calls } = createPool({ logs: [] });
    await read();
    await read({ fromBlock: 1_001, toBlock: 2_000 });
    expect(calls).toHaveLength(4);
  });

  it('are refused with a sentence when the pool swaps other tokens', async () => {
    const { read } = createPool({ sides: [token, other], logs: [] });
    await expect(read()).rejects.toThrow(new RegExp(`swaps ${token} and ${other}, expected the token ${token}`));
  });
});
