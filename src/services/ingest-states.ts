import type { Database } from '../database.js';
import { checkpointId } from '../ingest/checkpoints.js';
import { roundId } from '../ingest/sources/moralis/usage.js';
import type { FeedState } from '../models/checkpoint.js';
import type { Row } from '../models/models.js';
import { leaseName } from './feeding/token-feed.js';

/** How far one token is and what its source is doing, as the database tells it to every process. */
export interface IngestState {
  readonly tokenId: string;
  readonly symbol: string;
  readonly source: string;
  readonly asOfBlock: number | null;
  readonly headBlock: number | null;
  readonly lagSeconds: number | null;
  /**
   * empty: nothing came yet · static: files · backfilling, live, failing or halted, as the process that feeds it says · waiting: no process
   * feeds it at the moment.
   */
  readonly state: 'empty' | 'static' | 'waiting' | 'backfilling' | 'live' | 'failing' | 'halted';
  /** What stands in the way; without that, what the audit found that differs from the chain, or what is uncertain about the balances. */
  readonly lastError: string | null;
  /** While backfilling. */
  readonly rowsPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** States of the tokens by symbol, a thousand at most, in three commands. */
export async function readIngestStates(
  { models }: Pick<Database, 'models'>,
  { now = Date.now() }: { now?: number } = {},
): Promise<IngestState[]> {
  const tokens: TokenHead[] = await models.tokens
    .find(
      {},
      { symbol: 1, source: 1, asOfBlock: 1, asOfTime: 1, fromBlock: 1, openingBlock: 1, openingsApproximate: 1 },
    )
    .sort({ symbol: 1, contractAddress: 1 })
    .limit(maxTokens)
    .lean();
  if (tokens.length === 0) return [];
  const ids = tokens.map(({ _id }) => _id);
  const [checkpoints, leases] = await Promise.all([
    models.checkpoints.find({ _id: { $in: ids.flatMap(checkpointsOf) } }).lean(),
    models.jobs
      .find({ _id: { $in: [...ids.map(leaseId), roundId] }, expiresAt: { $gt: new Date(now) } }, { _id: 1 })
      .lean(),
  ]);
  const held = new Set(leases.map(({ _id }) => _id));
  const newest = new Map<string, Row<'checkpoints'>>();
  const findings = new Map<string, string | null>();
  for (const checkpoint of checkpoints.sort((a, b) => a.updatedAt.getTime() - b.updatedAt.getTime())) {
    const { feed, tokenId } = checkpoint;
    if (checkpoint.source !== 'audit') {
      if (feed) newest.set(tokenId, checkpoint);
    } else if (feed?.state === 'differs') findings.set(tokenId, feed.lastError);
  }
  return tokens.map((token) => {
    const checkpoint = newest.get(token._id);
    const isFed =
      held.has(leaseId(token._id)) ||
      (checkpoint?.source === 'moralis' && held.has(roundId)) ||
      (checkpoint && now - checkpoint.updatedAt.getTime() < quietMs) === true;
    return toState({
      token,
      source: checkpoint?.source,
      feed: checkpoint?.feed,
      isFed,
      now,
      finding: findings.get(token._id),
    });
  });
}

type TokenHead = Pick<Row<'tokens'>, '_id' | 'symbol' | 'source' | 'asOfBlock' | 'asOfTime'> &
  Partial<Pick<Row<'tokens'>, 'fromBlock' | 'openingBlock' | 'openingsApproximate'>>;

/** Why balances of a token are not certain, in a sentence; null where they are. */
function openingsNotice({ fromBlock = 0, openingBlock = null, openingsApproximate }: TokenHead): string | null {
  if (!openingsApproximate) return null;
  return openingBlock === null
    ? `Balances before block ${fromBlock} are missing, so the holders are not those of the chain: import opening balances, or read from the creation of the contract (backfill without --from).`
    : `Opening balances before block ${openingBlock} are approximate: they come from Moralis, which names no block for them, and no node has confirmed them (RPC_URL).`;
}

const maxTokens = 1_000;
/** A token that is synced by schedule has no lease in between. */
const quietMs = 120_000;

function toState({ token, source, feed, isFed, now, finding = null }: Told): IngestState {
  const { _id: tokenId, symbol, asOfBlock, asOfTime } = token;
  const name = source ?? token.source;
  const isLive = name !== null && name !== 'file';
  const heads = [feed?.headBlock ?? null, asOfBlock].filter((block) => block !== null);
  const state = stateOf({ name, feed, isFed });
  return {
    tokenId,
    symbol,
    source: name ?? 'none',
    asOfBlock,
    headBlock: isLive && heads.length > 0 ? Math.max(...heads) : null,
    lagSeconds: isLive && asOfTime ? Math.max(0, (now - asOfTime.getTime()) / 1000) : null,
    state,
    lastError: feed?.lastError ?? finding ?? openingsNotice(token),
    rowsPerSecond: state === 'backfilling' ? (feed?.rowsPerSecond ?? null) : null,
    secondsLeft: state === 'backfilling' ? (feed?.secondsLeft ?? null) : null,
  };
}

interface Told {
  readonly token: TokenHead;
  /** Where the token is fed from, when a feed has said something. */
  readonly source: string | undefined;
  readonly feed: FeedState | undefined;
  readonly isFed: boolean;
  /** What the audit found that differs from the chain. */
  readonly finding: string | null | undefined;
  readonly now: number;
}

function stateOf({ name, feed, isFed }: { name: string | null } & Pick<Told, 'feed' | 'isFed'>): IngestState['state'] {
  if (feed?.state === 'halted' || feed?.state === 'failing') return feed.state;
  if (feed?.state === 'live' || feed?.state === 'backfilling') return isFed ? feed.state : 'waiting';
  if (name === null) return 'empty';
  if (name === 'file') return 'static';
  return name === 'demo' ? 'live' : 'waiting';
}

const checkpointsOf = (tokenId: string): string[] =>
  ['rpc', 'moralis', 'audit'].map((name) => checkpointId(tokenId, name));
const leaseId = (tokenId: string): string => `lease:${leaseName(tokenId)}`;
