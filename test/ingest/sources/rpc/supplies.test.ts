import { describe, expect, it } from 'vitest';
import { ContradictionError } from '../../../../src/ingest/sources/rpc/contradiction.js';
import type { Header } from '../../../../src/ingest/sources/rpc/header.js';
import { createSupplies } from '../../../../src/ingest/sources/rpc/supplies.js';

const headAt = (number: number): Header => ({
  number,
  hash: `0x${number.toString(16).padStart(64, '0')}`,
  parentHash: `0x${(number - 1).toString(16).padStart(64, '0')}`,
  time: number * 2_000,
  bloom: `0x${'0'.repeat(512)}`,
});

/** A chain on which the supply of token n is n, times a factor that a rebase changes; null of token 9. */
function openChain() {
  let now = 1_000_000;
  let factor = 1n;
  const asked: string[] = [];
  const supplyOf = (address: string): bigint | null => (address === '9' ? null : BigInt(address) * factor);
  const replaced = new Set<number>();
  const supplies = createSupplies({
    now: () => now,
    tokens: {
      totalSupply: async ({ address }) => {
        asked.push(address);
        return supplyOf(address) ?? 0n;
      },
      supplies: async ({ addresses }) => {
        asked.push(addresses.toSorted().join('+'));
        return new Map(addresses.map((address) => [address, supplyOf(address)]));
      },
    },
    headers: {
      fresh: async (numbers) =>
        numbers.map((number) => ({ ...headAt(number), ...(replaced.has(number) ? { hash: '0xother' } : {}) })),
    },
  });
  const tokens = ['1', '2', '3'];
  const all = (number: number) =>
    Promise.all(tokens.map((address) => supplies.at({ address, head: headAt(number), isMoved: false })));
  return {
    supplies,
    asked,
    replaced,
    all,
    wait: (ms: number) => {
      now += ms;
    },
    rebase: () => {
      factor *= 2n;
    },
  };
}

describe('the supplies of tokens', () => {
  it('are read once, and not again while nothing moves', async () => {
    const { all, asked, wait } = openChain();
    expect(await all(1)).toEqual([1n, 2n, 3n]);
    for (let block = 2; block < 10; block += 1) {
      wait(2_000);
      expect(await all(block)).toEqual([undefined, undefined, undefined]);
    }
    expect(asked).toEqual(['1', '2', '3']);
  });

  it('are read for all tokens in one question after half a minute, and show a rebase', async () => {
    const { all, asked, wait, rebase } = openChain();
    await all(1);
    rebase();
    wait(30_000);
    expect(await all(2)).toEqual([2n, 4n, 6n]);
    expect(asked.slice(3)).toEqual(['1+2+3']);
  });

  it('are read at once where transfers came, or where what was told does not count any more', async () => {
    const { all, asked, supplies } = openChain();
    await all(1);
    expect(await supplies.at({ address: '2', head: headAt(2), isMoved: true })).toBe(2n);
    supplies.forget('3');
    expect(await supplies.at({ address: '3', head: headAt(2), isMoved: false })).toBe(3n);
    expect(asked.slice(3)).toEqual(['2', '3']);
  });

  it('are not told of a block that was replaced meanwhile', async () => {
    const { all, replaced, supplies, wait } = openChain();
    await all(1);
    replaced.add(2);
    await expect(supplies.at({ address: '1', head: headAt(2), isMoved: true })).rejects.toThrow(ContradictionError);
    wait(30_000);
    await expect(all(2)).rejects.toThrow(ContradictionError);
    replaced.clear();
    expect(await all(2)).toEqual([1n, 2n, 3n]);
  });
});
