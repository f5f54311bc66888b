import { describe, expect, it } from 'vitest';
import type { Part } from '../../../../src/ingest/sources/source.js';
import { noAnvil, startAnvil } from '../../../support/anvil.js';
import { deployToken } from '../../../support/anvil-token.js';
import { openRpcSource } from '../../../support/chain-rpc.js';
import type { Chain } from '../../../support/rpc-double-chain.js';
import { transferTopic } from '../../../support/rpc-double-content.js';
import { findTransaction, toReceipt, toTransaction } from '../../../support/rpc-double-json.js';
import { address, closeLater, emptyStore, expectTruth, openDoubles, sync } from '../../../support/rpc-double-reader.js';

type Row = NonNullable<Part['transfers']>[number];

const costOf = ({ gasUsed, gasPrice, methodId }: Row) => ({ gasUsed, gasPrice, methodId });

function costOnChain(chain: Chain, { transactionHash }: Row) {
  const receipt = findTransaction(chain, String(transactionHash), toReceipt);
  const input = findTransaction(chain, String(transactionHash), toTransaction)?.input;
  return {
    gasUsed: String(Number(receipt?.gasUsed)),
    gasPrice: String(Number(receipt?.effectiveGasPrice)),
    methodId: input?.slice(0, 10),
  };
}

/** Those with a Transfer of the token, of whatever kind. */
function transactionsOf(chain: Chain): Set<string | undefined> {
  const found = new Set<string | undefined>();
  for (let number = 0; number < chain.length; number += 1) {
    const block = chain.block(number);
    for (const { address: of, topics, transaction } of block?.logs ?? []) {
      if (of === address && topics[0] === transferTopic) found.add(block?.transactions[transaction]);
    }
  }
  return found;
}

describe('RPC_GAS=on', () => {
  const settings = { RPC_GAS: 'on' };

  for (const receipts of [true, false]) {
    it(`gives what each transaction cost and called, with receipts of ${receipts ? 'blocks' : 'transactions'}`, async () => {
      const { chain, node, source } = await openDoubles({ settings, node: { receipts } });
      const store = emptyStore();
      await sync(source, store);
      expectTruth(store, chain);
      expect(store.rows.map(costOf)).toEqual(store.rows.map((row) => costOnChain(chain, row)));
      expect(new Set(store.rows.map(({ methodId }) => methodId)).size).toBeGreaterThan(1);
      const asked = node.calls.get('eth_getTransactionReceipt') ?? 0;
      expect(asked).toBe(receipts ? 0 : transactionsOf(chain).size);
    });
  }

  it('asks for many blocks in one request', async () => {
    const without = await openDoubles();
    await sync(without.source, emptyStore());
    const { node, source } = await openDoubles({ settings });
    await sync(source, emptyStore());
    // Three parts, each in one or two requests.
    expect(node.requests - without.node.requests).toBeLessThanOrEqual(6);
  });

  it('never gives the gas of another block: a block that is replaced between its logs and its receipts is read anew', async () => {
    const { chain, node, source } = await openDoubles({ settings, node: {} });
    let isReplaced = false;
    node.before(({ method }) => {
      if (method !== 'eth_getBlockByHash') return false;
      isReplaced = true;
      chain.reorg(30);
      return true;
    });
    const store = emptyStore();
    await sync(source, store);
    await sync(source, store);
    expect(isReplaced).toBe(true);
    expectTruth(store, chain);
    expect(store.rows.map(costOf)).toEqual(store.rows.map((row) => costOnChain(chain, row)));
  });

  it('off costs no call and leaves gas unknown', async () => {
    const { node, source } = await openDoubles();
    const store = emptyStore();
    await sync(source, store);
    expect(new Set(store.rows.map(({ methodId }) => methodId))).toEqual(new Set([null]));
    expect(node.calls.get('eth_getBlockByHash')).toBeUndefined();
  });
});

describe.runIf(noAnvil === undefined)('RPC_GAS=on on a real chain', () => {
  it('gives gasUsed, effectiveGasPrice and methodId as the chain has them', { timeout: 30_000 }, async () => {
    const anvil = await startAnvil({ automine: false });
    closeLater(anvil);
    const token = await deployToken(anvil);
    const movements = Array.from({ length: 60 }, (_, i) =>
      i < 20 ? { from: 0, to: 1 + i, value: 1_000n } : { from: 1 + (i % 20), to: i % 5 === 0 ? 0 : 30 + i, value: 7n },
    );
    await token.play(movements, { perBlock: 7 });
    const source = openRpcSource([anvil.url], { RPC_GAS: 'on', RPC_RANGE_BLOCKS: '4', SOURCE_TIMEOUT_MS: '2000' });
    closeLater(source);
    const rows: Row[] = [];
    const request = {
      address: token.address,
      after: null,
      finalized: null,
      trail: async function* () {},
      stored: async function* () {},
      signal: AbortSignal.timeout(20_000),
    };
    for await (const { transfers = [] } of source.read(request)) rows.push(...transfers);
    expect(rows).toHaveLength(60);
    const hashes = rows.map(({ transactionHash }) => transactionHash);
    const receipts = await anvil.batch(hashes.map((hash) => ['eth_getTransactionReceipt', [hash]]));
    const transactions = await anvil.batch(hashes.map((hash) => ['eth_getTransactionByHash', [hash]]));
    const truth = hashes.map((_, i) => {
      const { gasUsed, effectiveGasPrice } = receipts[i] as { gasUsed: string; effectiveGasPrice: string };
      const { input } = transactions[i] as { input: string };
      return {
        gasUsed: BigInt(gasUsed).toString(),
        gasPrice: BigInt(effectiveGasPrice).toString(),
        methodId: input.slice(0, 10),
      };
    });
    expect(rows.map(costOf)).toEqual(truth);
    expect(new Set(truth.map(({ methodId }) => methodId)).size).toBe(3);
  });
});
if (noAnvil !== undefined) console.warn(`gas on a real chain: skipped, ${noAnvil}`);
