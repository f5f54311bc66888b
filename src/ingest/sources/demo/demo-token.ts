import { SourceError } from '../../../errors.js';
import { decodeAmount } from '../../../models/amount.js';
import { addDays, countDays, dayOf, startOfDay } from '../../../models/calendar.js';
import type { Models, Row } from '../../../models/models.js';
import type { Batch, CheckpointInput, Position } from '../../batch.js';
import { checkpointId } from '../../checkpoints.js';
import { neverReplaced } from '../never-replaced.js';
import type { Source } from '../source.js';
import { firstBlockFrom } from './clock.js';
import { createDemoSource } from './demo-source.js';
import { type DemoProfile, demoDays } from './profiles.js';
import { blockHash } from './rows.js';

/** One token of the demo in the database. */
export interface DemoToken {
  readonly symbol: string;
  /**
   * Takes it to the newest block: makes the token if there is none, goes on from what is stored if there is, in parts that are committed
   * one by one. Before each part `mayGoOn` is asked; false ends the call early, as the signal does, and as another process does that
   * went on with the token meanwhile.
   */
  advance(options: AdvanceOptions): Promise<void>;
}

/** Who says whether a token goes on, and who hears how far it is. */
export interface AdvanceOptions {
  mayGoOn(): Promise<boolean>;
  onPart(part: PartOfToken): void;
  readonly signal: AbortSignal;
}

/** How far a token is after a part: the transfers of the part, and the part of its time that is filled, 0 to 1. */
export interface PartOfToken {
  readonly transfers: number;
  readonly share: number;
}

/** Prepares a demo token; nothing is read or written before `advance`. */
export function createDemoToken(deps: DemoTokenDeps): DemoToken {
  let open: OpenToken | undefined;
  return {
    symbol: deps.profile.symbol,
    async advance(options) {
      if (open && isOutgrown({ ...open, now: deps.now() })) open = undefined;
      const token = open ?? (await openToken(deps));
      // What is in memory may be behind or ahead of the database after an error, or where another process goes on meanwhile.
      open = undefined;
      if (await commitParts(deps, token, options).catch(refused)) open = token;
    },
  };
}

/** Another process has written meanwhile; the next call reads where it stands. */
function refused(error: unknown): false {
  if (error instanceof SourceError && error.code === 'LEASE_LOST') return false;
  throw error;
}

/** False where the call was ended by `mayGoOn`. */
async function commitParts(
  { pipeline, profile }: DemoTokenDeps,
  open: OpenToken,
  { mayGoOn, onPart, signal }: AdvanceOptions,
): Promise<boolean> {
  const { tokenId, source } = open;
  const from = open.doneBlock;
  const parts = source.read({ address: profile.contractAddress, after: open.position, ...neverReplaced, signal });
  for await (const { headBlock, ...batch } of parts) {
    if (!(await mayGoOn())) return false;
    await pipeline.commit({ ...batch, tokenId, source: source.name, after: open.checkpoint });
    open.position = positionOf(batch.checkpoint);
    open.checkpoint = open.position;
    open.doneBlock = open.position?.blockNumber ?? from;
    const transfers = batch.transfers?.length ?? 0;
    open.rows += transfers;
    onPart({ transfers, share: (open.doneBlock - from) / ((headBlock ?? open.doneBlock) - from) });
  }
  return true;
}

async function openToken(deps: DemoTokenDeps): Promise<OpenToken> {
  const { models, tokens, profile, now } = deps;
  const { contractAddress } = profile;
  let token: Row<'tokens'> | null = await models.tokens.findOne({ contractAddress }).lean();
  if (token && isOutgrown({ startDay: token.totals.firstDay, rows: token.totals.transferRows, now: now() })) {
    await tokens.deleteToken(token._id);
    token = null;
  }
  await tokens.runPurges();
  const { name, symbol, decimals, paymentRule } = profile;
  token ??= await tokens.createToken({ name, symbol, contractAddress, decimals, paymentRule });
  const { _id: tokenId, asOfBlock, totals } = token;
  const startDay = totals.firstDay ?? addDays(dayOf(now()), 1 - demoDays);
  const checkpoint = positionOf(await models.checkpoints.findById(checkpointId(tokenId, `demo:${symbol}`)).lean());
  // Rows of a file may have taken the token further than the demo did.
  const position = asOfBlock === null ? null : { blockNumber: asOfBlock, blockHash: blockHash(asOfBlock) };
  return {
    ...{ tokenId, startDay, position, checkpoint },
    doneBlock: asOfBlock ?? firstBlockFrom(startOfDay(startDay).getTime()) - 1,
    rows: totals.transferRows,
    source: createDemoSource({
      ...deps,
      stand: async () => ({ startDay, balances: await readBalances(models, tokenId) }),
    }),
  };
}

async function readBalances(models: Models, tokenId: string): Promise<Array<readonly [string, bigint]>> {
  const holders = await models.holders.find({ tokenId }, { address: 1, balance: 1, _id: 0 }).lean();
  return holders.map(({ address, balance }) => [address, decodeAmount(balance)] as const);
}

function positionOf(checkpoint: Stand | null | undefined): Position | null {
  if (typeof checkpoint?.blockNumber !== 'number') return null;
  return { blockNumber: checkpoint.blockNumber, blockHash: checkpoint.blockHash };
}

/** Growth on disk is bounded: a token that is too long or too large is made anew. */
function isOutgrown({ startDay, rows, now }: { startDay: string | null; rows: number; now: number }): boolean {
  return rows > maxRows || (startDay !== null && countDays(startDay, dayOf(now)) > maxDays);
}

/** Transfers and days at which a demo token is made anew. */
export const maxRows = 30_000;
const maxDays = demoDays + 60;

interface OpenToken {
  readonly tokenId: string;
  readonly startDay: string;
  readonly source: Source;
  /** Behind which block its rows go on; null before the first. */
  position: Position | null;
  /** Where its checkpoint stands. */
  checkpoint: Position | null;
  doneBlock: number;
  rows: number;
}

type Stand = Pick<CheckpointInput, 'blockNumber' | 'blockHash'>;

/** What a demo token needs; the pipeline and the token service are named by what is used of them. */
export interface DemoTokenDeps {
  readonly models: Models;
  readonly pipeline: { commit(batch: Batch): Promise<unknown> };
  readonly tokens: DemoTokenService;
  readonly profile: DemoProfile;
  readonly lane: number;
  now(): number;
}

/** The part of the token service that the demo uses. */
export interface DemoTokenService {
  createToken(
    input: Pick<DemoProfile, 'name' | 'symbol' | 'contractAddress' | 'decimals' | 'paymentRule'>,
  ): Promise<Row<'tokens'>>;
  deleteToken(id: string): Promise<boolean>;
  runPurges(): Promise<void>;
}
