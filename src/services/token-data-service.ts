import { Types } from 'mongoose';
import type { EpochPublisher } from '../cache/publisher.js';
import type { Database } from '../database.js';
import { TokenNotFoundError } from '../errors.js';
import { raiseCatalogue, throwConflict } from '../ingest/catalogue.js';
import { type Buckets, rebuildToken } from '../ingest/rebuild.js';
import { inTransaction, type Stored } from '../ingest/transaction.js';
import type { TokenReads } from '../loaders/token-reads.js';
import type { Row } from '../models/models.js';
import { emptyTotals } from '../models/token-totals.js';
import { runPurges } from './purge.js';
import {
  type CreateToken,
  checkChainId,
  checkContract,
  checkDecimals,
  checkLabel,
  checkPaymentRule,
  type UpdateToken,
} from './token-input.js';
import { type ChangedToken, updateToken } from './token-update.js';

/** The operations on tokens that the command line, GraphQL and REST share. Each resolves when no reader can see the state before it. */
export interface TokenDataService {
  /** A checked token that is not stored: the batch of its first rows makes it. Throws BadUserInputError. */
  draftToken(input: CreateToken): Stored<'tokens'>;
  /** Throws BadUserInputError, or TokenConflictError when symbol, name or address is taken. */
  createToken(input: CreateToken): Promise<Row<'tokens'>>;
  /** Another payment rule counts all weeks anew in the same transaction. Throws TokenNotFoundError as well. */
  updateToken(id: string, input: UpdateToken): Promise<Row<'tokens'>>;
  /** Hides the token at once and writes the job that removes its rows; false when there is no such token. */
  deleteToken(id: string): Promise<boolean>;
  /** Removes the rows of deleted tokens, also of those whose removal was interrupted. */
  runPurges(): Promise<void>;
  /**
   * Counts the given days, hours and weeks anew from the stored transfers, whole buckets in one transaction; those that are right stay as
   * they are. Gives the rows written; without any the epoch stays too. Throws TokenNotFoundError.
   */
  bulkUpsertMetrics(id: string, buckets: Buckets): Promise<number>;
  /**
   * Makes every cached value of the token void, in all processes, by raising its epoch; gives how many entries are known to have gone.
   * Throws TokenNotFoundError.
   */
  invalidateTokenCaches(id: string): Promise<number>;
}

/** What the service works with. */
export interface TokenDataDeps {
  readonly database: Database;
  readonly publisher: EpochPublisher;
  /** What a token gets when nothing is said. */
  readonly chainId?: number;
  /** Removes entries from the cache by a pattern; null when it cannot be reached. */
  readonly invalidatePattern?: (pattern: string) => Promise<number | null>;
  /** Told when the list of tokens has changed, for whoever follows it in this process. */
  readonly onListChange?: () => void;
}

/** Makes the service, with the reads where the loaders are given. */
export function createTokenDataService(deps: TokenDataDeps & { reads: TokenReads }): TokenDataService & TokenReads;
export function createTokenDataService(deps: TokenDataDeps): TokenDataService;
export function createTokenDataService(deps: TokenDataDeps & { reads?: TokenReads }): TokenDataService {
  const { database, publisher, chainId = 1135 } = deps;
  const publish = async ({ token, catalogueEpoch }: ChangedToken): Promise<void> => {
    const committedAt = Date.now();
    await Promise.all([
      token && publisher.publishToken({ tokenId: token._id, epoch: token.epoch, committedAt }),
      catalogueEpoch && publisher.publishCatalogue({ epoch: catalogueEpoch, committedAt }),
    ]);
    if (catalogueEpoch) deps.onListChange?.();
  };
  return {
    ...deps.reads,
    draftToken: (input) => newToken(input, chainId),
    createToken: async (input) => {
      const token = newToken(input, chainId);
      const catalogueEpoch = await inTransaction(database, async (unit) => {
        await unit.collection('tokens').insertOne(token, { session: unit.session });
        return raiseCatalogue(unit);
      }).catch(throwConflict);
      await publish({ token, catalogueEpoch });
      return token as Row<'tokens'>;
    },
    updateToken: async (id, input) => {
      const changed = await inTransaction(database, (unit) => updateToken(unit, id, input)).catch(throwConflict);
      await publish(changed);
      return changed.token as Row<'tokens'>;
    },
    deleteToken: async (id) => {
      const changed = await inTransaction(database, async (unit) => {
        const token = await unit.collection('tokens').findOneAndDelete({ _id: id }, { session: unit.session });
        if (!token) return undefined;
        const job = { _id: `purge:${id}`, kind: 'purge', tokenId: id, createdAt: new Date() };
        await unit.collection('jobs').insertOne(job, { session: unit.session });
        return { token: { ...token, epoch: token.epoch + 1 }, catalogueEpoch: await raiseCatalogue(unit) };
      });
      if (changed) await publish(changed);
      return changed !== undefined;
    },
    runPurges: () => runPurges(database),
    bulkUpsertMetrics: async (id, buckets) => {
      const written = await rebuildToken({ database, publisher }, id, buckets);
      if (written === undefined) throw new TokenNotFoundError({ token: id });
      return written;
    },
    invalidateTokenCaches: async (id) => {
      const token = await inTransaction(database, ({ session, collection }) =>
        collection('tokens').findOneAndUpdate(
          { _id: id },
          { $inc: { epoch: 1 }, $set: { updatedAt: new Date() } },
          { session, returnDocument: 'after' },
        ),
      );
      if (!token) throw new TokenNotFoundError({ token: id });
      await publish({ token, catalogueEpoch: undefined });
      // They are void already: this only frees the room that they take.
      return (await deps.invalidatePattern?.(`token:{${id}}*`)) ?? 0;
    },
  };
}

function newToken(input: CreateToken, chainId: number): Stored<'tokens'> {
  const symbol = checkLabel('symbol', input.symbol);
  const now = new Date();
  return {
    _id: new Types.ObjectId().toHexString(),
    name: checkLabel('name', input.name),
    symbol,
    symbolKey: symbol.toLowerCase(),
    contractAddress: checkContract(input.contractAddress),
    chainId: checkChainId(input.chainId ?? chainId),
    decimals: checkDecimals(input.decimals ?? 18),
    decimalsAssumed: input.decimalsAssumed ?? false,
    isActive: input.isActive ?? true,
    paymentRule: checkPaymentRule(input.paymentRule),
    createdAt: now,
    updatedAt: now,
    epoch: 1,
    asOfBlock: null,
    asOfTime: null,
    finalizedBlock: null,
    source: null,
    openingBlock: null,
    timesInOrder: true,
    ...(input.fromBlock === undefined ? {} : { fromBlock: input.fromBlock }),
    ...(input.priceSource === undefined ? {} : { priceSource: input.priceSource }),
    totals: emptyTotals(),
  };
}
