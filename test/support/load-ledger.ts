import { randomBytes } from 'node:crypto';
import type { Database } from '../../src/database.js';
import type { TransferInput } from '../../src/ingest/batch.js';
import { createPipeline } from '../../src/ingest/pipeline.js';
import { type TokenSnapshot, toTokenSnapshot } from '../../src/models/token-snapshot.js';
import { createTokenDataService } from '../../src/services/token-data-service.js';
import type { Ledger, LedgerTransfer } from './oracle-numbers.js';

const publisher = { publishToken: async () => {}, publishCatalogue: async () => {}, refreshToken: async () => {} };

/**
 * Makes a token of a ledger in the way every source does, in `parts` commits that each hold every so manyeth row, so that rows come
 * late; answers its id.
 */
export async function loadLedger(database: Database, ledger: Ledger, { parts = 1 } = {}): Promise<string> {
  const deps = { database, publisher };
  const pipeline = createPipeline(deps);
  const contractAddress = `0x${randomBytes(20).toString('hex')}`;
  const { decimals, paymentRule, openings, transfers, prices, asOf } = ledger;
  const label = contractAddress.slice(2, 14);
  const { _id: tokenId } = await createTokenDataService(deps).createToken({
    name: label,
    symbol: label,
    contractAddress,
    decimals,
    paymentRule,
  });
  for (let part = 0; part < parts; part += 1) {
    await pipeline.commit({
      tokenId,
      source: asOf ? 'rpc' : 'file',
      ...(asOf && part === parts - 1
        ? { asOf: { blockNumber: asOf.block, time: asOf.time, hash: null, finalizedBlock: null } }
        : {}),
      transfers: transfers.filter((_, i) => i % parts === part).map(toInput),
      ...(part === 0
        ? {
            prices: prices.map((row) => ({
              timestamp: row.time,
              price: row.price,
              volume: row.volume,
              where: 'prices',
            })),
          }
        : {}),
      ...(part === 0 && openings.size > 0 ? { openings: { blockNumber: 0, balances: openings } } : {}),
    });
  }
  return tokenId;
}

/** The token as relations see it. */
export async function snapshotOf(database: Database, id: string): Promise<TokenSnapshot> {
  const row = await database.models.tokens.findById(id).lean();
  if (!row) throw new Error(`no token ${id}`);
  return toTokenSnapshot(row);
}

/** A transfer as the pipeline takes it. */
export function toInput(row: LedgerTransfer): TransferInput {
  return {
    blockNumber: row.block,
    logIndex: row.log,
    timestamp: row.time,
    transactionHash: row.hash,
    transactionIndex: null,
    blockHash: null,
    fromAddress: row.from,
    toAddress: row.to,
    value: row.value,
    gasUsed: '0',
    gasPrice: '0',
    isSuccess: row.success,
    methodId: row.methodId,
    where: `${row.block}:${row.log}`,
  };
}

/** One more transfer and one more price a day after the last of a ledger: moves every relation. */
export async function addTransfer(database: Database, tokenId: string, { transfers, prices }: Ledger): Promise<void> {
  const last = transfers.at(-1);
  const price = prices.at(-1);
  if (!last || !price) throw new Error('a ledger with transfers and prices is expected');
  const time = last.time + 86_400_000;
  await createPipeline({ database, publisher }).commit({
    tokenId,
    source: 'file',
    transfers: [toInput({ ...last, block: last.block + 100, time, value: 12_345n * 10n ** 18n, success: true })],
    prices: [{ timestamp: time, price: '9', volume: '1', where: 'prices' }],
  });
}
