import { describe, expect, it } from 'vitest';
import { noAnvil, startAnvil } from '../support/anvil.js';
import { deployToken } from '../support/anvil-token.js';
import { readTruth } from '../support/anvil-truth.js';
import { bloomOf } from '../support/rpc-double-bloom.js';
import { balancesOnChain, supplyOnChain } from '../support/rpc-double-truth.js';

if (noAnvil !== undefined) console.warn(`test/chain/anvil-check: skipped, ${noAnvil}`);

describe.skipIf(noAnvil !== undefined)('a real chain', () => {
  it('plays mints, transfers and burns, reorganises itself, and comes back from a restart as it was', async () => {
    const anvil = await startAnvil({ automine: false });
    try {
      const token = await deployToken(anvil);
      const movements = Array.from({ length: 500 }, (_, i) =>
        i < 20
          ? { from: 0, to: i + 1, value: 1_000n }
          : { from: 1 + (i % 20), to: i % 50 === 0 ? 0 : 1 + (i % 7), value: 3n },
      );
      await token.play(movements);
      const truth = await readTruth(anvil, token);
      expect(truth.transfers).toHaveLength(500);
      expect(balancesOnChain(truth.transfers)).toEqual(truth.balances);
      expect(supplyOnChain(truth.transfers)).toBe(truth.totalSupply);
      for (const n of [2, 20, 40]) {
        const block = await anvil.ask<{ hash: string; logsBloom: string }>('eth_getBlockByNumber', [
          `0x${n.toString(16)}`,
          false,
        ]);
        const logs = await anvil.ask<Array<{ address: string; topics: string[] }>>('eth_getLogs', [
          { blockHash: block.hash },
        ]);
        expect(logs.length).toBeGreaterThan(0);
        expect(bloomOf(logs)).toBe(block.logsBloom);
      }
      const tx = token.toTransaction({ from: 0, to: 5, value: 7n });
      await anvil.ask('anvil_reorg', [5, [[tx, 2]]]);
      const after = await readTruth(anvil, token);
      await anvil.restart();
      const again = await readTruth(anvil, token);
      expect({ ...again, hashOf: null }).toEqual({ ...after, hashOf: null });
    } finally {
      await anvil.close();
    }
  });
});
