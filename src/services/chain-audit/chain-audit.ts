import type { Database } from '../../database.js';
import { SourceError } from '../../errors.js';
import { checkpointId } from '../../ingest/checkpoints.js';
import { collectionOf, inTransaction, type Stored, type Unit } from '../../ingest/transaction.js';
import { decodeAmount } from '../../models/amount.js';
import type { AuditChain, ChainDifference } from './audit-chain.js';
import { type ComparedCounts, compareCounts } from './compare-counts.js';
import { type AuditSample, sampleHolders } from './sample-holders.js';

/** What an audit of one token compared, and what differed. */
export interface ChainAudit {
  readonly tokenId: string;
  readonly symbol: string;
  /** Block at which balances and supply were compared; null when the token is not fed by this chain, and nothing was. */
  readonly atBlock: number | null;
  readonly balancesCompared: number;
  /** Blocks whose transfers were counted; the next audit goes on behind them, and begins anew after the newest final one. */
  readonly blocksCounted: { readonly from: number; readonly to: number } | null;
  readonly differences: readonly ChainDifference[];
}

/**
 * Compares a token with the chain: balances of the largest and of some random holders and the supply at the checkpoint, the number of
 * transfers of each block in the next thousands of final blocks, and the sums with the rows. The outcome stands in the token's audit
 * checkpoint, where `status` finds it. Undefined when the token is gone.
 */
export async function auditAgainstChain({
  database,
  chain,
  tokenId,
  sample = defaultSample,
  random = Math.random,
  signal,
}: AuditRequest): Promise<ChainAudit | undefined> {
  // A reorg between the two reads looks like a difference; a real one is still there at the second look.
  for (let look = 1; ; look += 1) {
    const state = await inTransaction(database, (unit) => readState(unit, { tokenId, sample, random }));
    if (!state) return undefined;
    const audit = await compare({ database, chain, state, sample, signal });
    if (audit.differences.length > 0 && look < looks) continue;
    await note(database, audit);
    return audit;
  }
}

/** What an audit works with. */
export interface AuditRequest {
  readonly database: Pick<Database, 'connection'>;
  readonly chain: AuditChain;
  readonly tokenId: string;
  readonly sample?: AuditSample;
  /** Between 0 and 1, as Math.random gives it. */
  readonly random?: () => number;
  readonly signal?: AbortSignal | undefined;
}

const defaultSample: AuditSample = { largest: 20, others: 30, blocks: 20_000 };
const looks = 2;

interface State {
  readonly token: Stored<'tokens'>;
  readonly atBlock: number | null;
  readonly finalizedBlock: number | null;
  /** Last block that the audit before this one counted. */
  readonly countedTo: number | null;
  readonly firstBlock: number | null;
  readonly storedRows: number;
  readonly holders: ReadonlyArray<{ readonly address: string; readonly balance: string }>;
}

async function readState(
  unit: Unit,
  { tokenId, sample, random }: { tokenId: string; sample: AuditSample; random: () => number },
): Promise<State | undefined> {
  const { session, collection } = unit;
  const token = await collection('tokens').findOne({ _id: tokenId }, { session });
  if (!token) return undefined;
  const checkpoint = await collection('checkpoints').findOne({ _id: checkpointId(tokenId, 'rpc') }, { session });
  const audited = await collection('checkpoints').findOne({ _id: checkpointId(tokenId, 'audit') }, { session });
  const [first] = await collection('transactionActivity')
    .find({ tokenId }, { session, projection: { blockNumber: 1 }, sort: { blockNumber: 1 }, limit: 1 })
    .toArray();
  return {
    token,
    atBlock: checkpoint?.blockNumber ?? null,
    finalizedBlock: token.finalizedBlock,
    countedTo: audited?.blockNumber ?? null,
    firstBlock: token.openingBlock ?? first?.blockNumber ?? null,
    storedRows: await collection('transactionActivity').countDocuments({ tokenId }, { session }),
    holders: checkpoint ? await sampleHolders(unit, { tokenId, sample, random }) : [],
  };
}

async function compare({
  database,
  chain,
  state,
  sample,
  signal,
}: Pick<AuditRequest, 'database' | 'chain' | 'signal'> & { state: State; sample: AuditSample }): Promise<ChainAudit> {
  const { token, atBlock, holders } = state;
  const local = compareSums(state);
  const about = { tokenId: token._id, symbol: token.symbol, atBlock, balancesCompared: holders.length };
  if (atBlock === null) return { ...about, blocksCounted: null, differences: local };
  const address = token.contractAddress;
  const wallets = holders.map((holder) => holder.address);
  const until = signal ? { signal } : {};
  const [balances, supply, counts] = await Promise.all([
    chain.balances({ address, wallets, blockNumber: atBlock, ...until }),
    chain.totalSupply({ address, blockNumber: atBlock, ...until }).catch(unlessUntold),
    compareCounts({ database, chain, token, window: nextWindow(state, sample.blocks), signal }),
  ]);
  const wrong = holders.flatMap((holder): ChainDifference[] => {
    const [stored, expected] = [decodeAmount(holder.balance), balances.get(holder.address)];
    if (stored === expected) return [];
    return [{ what: 'balance', of: holder.address, stored: String(stored), expected: String(expected) }];
  });
  const stored = decodeAmount(token.totals.supply);
  const supplied: ChainDifference[] =
    supply === null || stored === supply
      ? []
      : [{ what: 'totalSupply', of: '', stored: String(stored), expected: String(supply) }];
  return {
    ...about,
    blocksCounted: counts.counted,
    differences: [...local, ...wrong, ...supplied, ...counts.differences],
  };
}

/** A contract need not tell its supply: then there is nothing to compare. */
function unlessUntold(error: unknown): null {
  if (error instanceof SourceError && error.code === 'SOURCE_REFUSED') return null;
  throw error;
}

/** What is wrong without asking anybody. */
function compareSums({ token: { totals }, storedRows }: State): ChainDifference[] {
  const found: ChainDifference[] = [];
  if (storedRows !== totals.transferRows) {
    found.push({
      what: 'stored transfers',
      of: '',
      stored: String(storedRows),
      expected: String(totals.transferRows),
    });
  }
  if (totals.negativeBalanceCount > 0) {
    found.push({ what: 'negative balances', of: '', stored: String(totals.negativeBalanceCount), expected: '0' });
  }
  return found;
}

/** The blocks behind those that were counted last, up to the newest final one; behind that from the start again. */
function nextWindow(state: State, blocks: number): ComparedCounts['counted'] {
  const { firstBlock, finalizedBlock, countedTo, atBlock } = state;
  if (firstBlock === null || finalizedBlock === null || atBlock === null) return null;
  const last = Math.min(finalizedBlock, atBlock);
  if (last < firstBlock) return null;
  const from = countedTo === null || countedTo >= last || countedTo < firstBlock ? firstBlock : countedTo + 1;
  return { from, to: Math.min(last, from + blocks - 1) };
}

async function note(database: Pick<Database, 'connection'>, audit: ChainAudit): Promise<void> {
  const { tokenId, blocksCounted, differences } = audit;
  const [first] = differences;
  const lastError = first
    ? `The audit found ${differences.length} differences to the chain, first: ${first.what} ${first.of}: stored ${first.stored}, expected ${first.expected}.`
    : null;
  const feed = {
    state: first ? 'differs' : 'clean',
    lastError,
    headBlock: null,
    rowsPerSecond: null,
    secondsLeft: null,
  };
  const moved = blocksCounted ? { blockNumber: blocksCounted.to } : {};
  const checkpoints = collectionOf(database, 'checkpoints');
  const _id = checkpointId(tokenId, 'audit');
  await checkpoints.updateOne(
    { _id },
    { $set: { tokenId, source: 'audit', ...moved, feed, updatedAt: new Date() } },
    { upsert: true },
  );
  // Deleted meanwhile, and its rows perhaps removed already: nobody would come for this one.
  if (!(await collectionOf(database, 'tokens').findOne({ _id: tokenId }))) await checkpoints.deleteOne({ _id });
}
