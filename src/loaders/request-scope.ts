import { BadUserInputError } from '../errors.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import type { AnyRelation } from '../relations/relation.js';
import {
  addressReadable,
  listReadable,
  type SymbolMatch,
  symbolReadable,
  type TokenPage,
} from './catalogue-readables.js';
import { deadlineError } from './database-errors.js';
import { createLoader } from './loader.js';
import { readBatch } from './read-batch.js';
import type { Outcome, Readable, ReadResult } from './readable.js';
import type { ScopeState } from './scope-state.js';
import { parseTokenCursor } from './token-cursor.js';
import { relationReadable, type TokenEntity, tokenReadable } from './token-readables.js';

/** All reads of one request: batched, cached, of one epoch per token. */
export interface RequestScope {
  token(id: string): Promise<TokenSnapshot | null>;
  /** In any case; where that leaves several the exact one, else BadUserInputError naming them. */
  tokenBySymbol(symbol: string): Promise<TokenSnapshot | null>;
  tokenByAddress(address: string): Promise<TokenSnapshot | null>;
  /** A page of ids by symbol, then address. */
  tokenList(args: { first: number; after: string | null; isActive: boolean | null }): Promise<TokenPage>;
  /** A list, a row or null. */
  relation(
    relation: AnyRelation,
    token: TokenSnapshot,
    args: object,
    path?: readonly (string | number)[],
  ): Promise<unknown>;
  /** Where each relation of the answer came from, when recorded. */
  readonly outcomes: readonly FieldOutcome[];
  /** A value already used is older than later reads: throw the answer away and resolve the query once more, with the next attempt. */
  readonly moved: boolean;
  close(): Promise<void>;
}

/** Freshness of one cached field. */
export interface FieldOutcome {
  readonly path: readonly (string | number)[];
  readonly outcome: Outcome;
  readonly epoch: number;
  readonly asOfBlock: number | null;
  readonly asOfTime: string | null;
  readonly ageMs: number;
}

/** Builds the scope around the state of a request. */
export function createRequestScope({
  state,
  deadlineAt,
  record,
  close,
  isMoved,
  setMoved,
}: {
  state: ScopeState;
  deadlineAt: number;
  record: boolean;
  close: () => Promise<void>;
  isMoved: () => boolean;
  setMoved: () => void;
}): RequestScope {
  const outcomes: FieldOutcome[] = [];
  const mentioned = new Set<string>();
  const load = createLoader((readables) => before(deadlineAt, readBatch(readables, state)));
  const lookUp = async <T>(readable: Readable): Promise<T> => {
    const { value } = await load(readable);
    for (const id of readable.group.mentions?.(value) ?? []) mentioned.add(id);
    return value as T;
  };

  const token = async (id: string): Promise<TokenSnapshot | null> => {
    if (!/^[0-9a-f]{24}$/.test(id)) return null;
    const { value } = await load(tokenReadable(id));
    const pin = state.pins.get(id);
    if (value !== null && pin) return { ...(value as TokenEntity), ...pin };
    // The list that named it belongs to a catalogue in which it was there.
    if (mentioned.has(id)) setMoved();
    return null;
  };

  return {
    token,
    tokenBySymbol: async (symbol) => {
      const id = choose(symbol, await lookUp<readonly SymbolMatch[]>(symbolReadable(symbol)));
      return id === null ? null : token(id);
    },
    tokenByAddress: async (address) => {
      const id = await lookUp<string | null>(addressReadable(address));
      return id === null ? null : token(id);
    },
    tokenList: async ({ first, after, isActive }) => {
      const { maxFirst } = state.read.settings;
      if (!Number.isInteger(first) || first < 1 || first > maxFirst) {
        throw new BadUserInputError(`first: expected 1 to ${maxFirst}, got ${first}.`);
      }
      return lookUp<TokenPage>(
        listReadable({ first, isActive, after: after === null ? null : parseTokenCursor(after) }),
      );
    },
    relation: async (relation, owner, args, path = []) => {
      const { id, epoch, asOfBlock, asOfTime, finalizedBlock } = owner;
      state.pins.set(id, { epoch, asOfBlock, asOfTime, finalizedBlock });
      // The caller has the token already, also when another scope gave it out: its epoch is fixed.
      state.pins.hold(id, owner);
      if (state.pins.get(id)?.epoch !== epoch) setMoved();
      const readable = relationReadable({ relation, token: owner, args, settings: state.read.settings });
      const { value, outcome, epoch: loadedEpoch, ageMs } = await load(readable);
      if (record) outcomes.push({ path, outcome, epoch: loadedEpoch, asOfBlock, asOfTime, ageMs });
      return value;
    },
    outcomes,
    get moved() {
      return isMoved();
    },
    close,
  };
}

function choose(symbol: string, matches: readonly SymbolMatch[]): string | null {
  const exact = matches.find((match) => match.symbol === symbol) ?? (matches.length === 1 ? matches[0] : undefined);
  if (exact || matches.length === 0) return exact?.id ?? null;
  const names = matches.map((match) => match.symbol).join(', ');
  throw new BadUserInputError(`symbol: ${JSON.stringify(symbol)} may be any of ${names}; give one of them exactly.`);
}

/** Whatever a request waits for, it does not wait longer than its deadline. */
function before(deadlineAt: number, batch: Promise<Array<ReadResult | Error>>): Promise<Array<ReadResult | Error>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(deadlineError()), Math.max(0, deadlineAt - Date.now()));
    batch.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
