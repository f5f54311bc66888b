import { Types } from 'mongoose';
import type { EpochPublisher } from '../cache/publisher.js';
import type { Database } from '../database.js';
import { BadUserInputError, TokenNotFoundError } from '../errors.js';
import { raiseCatalogue, throwConflict } from '../ingest/catalogue.js';
import { recomputePayments } from '../ingest/recompute-payments.js';
import { inTransaction, type Stored, type Unit } from '../ingest/transaction.js';
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
}

/** Makes the service; `chainId` is what a token gets when nothing is said. */
export function createTokenDataService(deps: {
  database: Database;
  publisher: EpochPublisher;
  chainId?: number;
}): TokenDataService {
  const { database, publisher, chainId = 1135 } = deps;
  const publish = async ({ token, catalogueEpoch }: Changed): Promise<void> => {
    const committedAt = Date.now();
    await Promise.all([
      token && publisher.publishToken({ tokenId: token._id, epoch: token.epoch, committedAt }),
      catalogueEpoch && publisher.publishCatalogue({ epoch: catalogueEpoch, committedAt }),
    ]);
  };
  return {
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
      const changed = await inTransaction(database, (unit) => update(unit, id, input)).catch(throwConflict);
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
  };
}

interface Changed {
  readonly token: Stored<'tokens'>;
  /** Set when it rose. */
  readonly catalogueEpoch: number | undefined;
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
    totals: emptyTotals(),
  };
}

async function update(unit: Unit, id: string, input: UpdateToken): Promise<Changed> {
  const tokens = unit.collection('tokens');
  const token = await tokens.findOne({ _id: id }, { session: unit.session });
  if (!token) throw new TokenNotFoundError({ token: id });
  const listed = listedChanges(token, input);
  const paymentRule = input.paymentRule ? checkPaymentRule(input.paymentRule) : token.paymentRule;
  const newRule = JSON.stringify(ruleKey(paymentRule)) !== JSON.stringify(ruleKey(token.paymentRule));
  const decimals = decimalsAfter(token, input.decimals);
  if (Object.keys(listed).length + Object.keys(decimals).length === 0 && !newRule) {
    return { token, catalogueEpoch: undefined };
  }
  const change = { ...listed, ...decimals, ...(newRule ? { paymentRule } : {}), updatedAt: new Date() };
  const after = await tokens.findOneAndUpdate(
    { _id: id },
    { $set: change, $inc: { epoch: 1 } },
    { session: unit.session, returnDocument: 'after' },
  );
  if (!after) throw new TokenNotFoundError({ token: id });
  if (newRule) await recomputePayments(unit, { tokenId: id, paymentRule });
  return { token: after, catalogueEpoch: Object.keys(listed).length > 0 ? await raiseCatalogue(unit) : undefined };
}

/** Changes that lists and look-ups show. */
function listedChanges(token: Stored<'tokens'>, input: UpdateToken): Partial<Stored<'tokens'>> {
  const name = input.name === undefined ? token.name : checkLabel('name', input.name);
  const symbol = input.symbol === undefined ? token.symbol : checkLabel('symbol', input.symbol);
  const isActive = input.isActive ?? token.isActive;
  return {
    ...(name === token.name ? {} : { name }),
    ...(symbol === token.symbol ? {} : { symbol, symbolKey: symbol.toLowerCase() }),
    ...(isActive === token.isActive ? {} : { isActive }),
  };
}

function decimalsAfter(token: Stored<'tokens'>, decimals: number | undefined): Partial<Stored<'tokens'>> {
  if (decimals === undefined || (decimals === token.decimals && !token.decimalsAssumed)) return {};
  if (token.decimalsAssumed) return { decimals: checkDecimals(decimals), decimalsAssumed: false };
  throw new BadUserInputError(
    `decimals: ${token.symbol} has ${token.decimals}, got ${decimals}; leave them out, or delete the token and add it anew.`,
  );
}

const ruleKey = ({ kind, addresses, selectors }: Stored<'tokens'>['paymentRule']) => [kind, addresses, selectors];
