import type { EpochValue } from '../cache/epoch-value.js';
import { chooseBySymbol } from '../models/choose-by-symbol.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { within } from '../relations/bounds.js';
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
import type { Recent } from './recent.js';
import { createRowBudget } from './row-budget.js';
import type { ScopeState } from './scope-state.js';
import { parseTokenCursor } from './token-cursor.js';
import { relationReadable, type TokenEntity, tokenReadable } from './token-readables.js';

/** All reads of one request: batched, cached, of one epoch per token. */
export interface RequestScope {
  token(id: string, path?: Path): Promise<TokenSnapshot | null>;
  /** In any case; where that leaves several the exact one, else BadUserInputError naming them. */
  tokenBySymbol(symbol: string, path?: Path): Promise<TokenSnapshot | null>;
  tokenByAddress(address: string, path?: Path): Promise<TokenSnapshot | null>;
  /** A page of ids by symbol, then address. */
  tokenList(args: { first: number; after: string | null; isActive: boolean | null }, path?: Path): Promise<TokenPage>;
  /** A list, a row or null. */
  relation(relation: AnyRelation, token: TokenSnapshot, args: object, path?: Path): Promise<unknown>;
  /** Where each value that was read for a path of the answer came from, when recorded; for a token that is its row, not the look-up. */
  readonly outcomes: readonly FieldOutcome[];
  /** A value already used is older than later reads: throw the answer away and resolve the query once more, with the next attempt. */
  readonly moved: boolean;
  close(): Promise<void>;
}

/** Place in the answer, as in `errors[].path`. */
export type Path = readonly (string | number)[];

/** Freshness of one cached field. `epoch` is the token's; the catalogue's for a list, and for a token that is not there. */
export interface FieldOutcome {
  readonly path: Path;
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
  onUse = () => undefined,
}: {
  state: ScopeState;
  deadlineAt: number;
  record: boolean;
  close: () => Promise<void>;
  isMoved: () => boolean;
  setMoved: () => void;
  /** Hears what is asked of tokens. */
  onUse?: Recent['note'];
}): RequestScope {
  const outcomes: FieldOutcome[] = [];
  const mentioned = new Set<string>();
  const { settings } = state.read;
  const budget = createRowBudget(settings.maxRows);
  const load = createLoader(async (readables) => {
    budget.check();
    return before(deadlineAt, readBatch(readables, state));
  });
  const note = (path: Path | undefined, { outcome, epoch, ageMs }: ReadResult, of?: EpochValue | null): void => {
    if (!record || !path) return;
    outcomes.push({ path, outcome, epoch, asOfBlock: of?.asOfBlock ?? null, asOfTime: of?.asOfTime ?? null, ageMs });
  };
  const lookUp = async (readable: Readable): Promise<ReadResult> => {
    const result = await load(readable);
    for (const id of readable.group.mentions?.(result.value) ?? []) mentioned.add(id);
    return result;
  };

  const token = async (id: string, path?: Path): Promise<TokenSnapshot | null> => {
    if (!/^[0-9a-f]{24}$/.test(id)) return null;
    const result = await load(tokenReadable(id));
    const { value } = result;
    const pin = state.pins.get(id);
    note(path, result, pin);
    if (value !== null && pin) return { ...(value as TokenEntity), ...pin };
    // The list that named it belongs to a catalogue in which it was there.
    if (mentioned.has(id)) setMoved();
    return null;
  };

  return {
    token,
    tokenBySymbol: async (symbol, path) => {
      const found = await lookUp(symbolReadable(symbol));
      const match = chooseBySymbol(symbol, found.value as readonly SymbolMatch[]);
      if (match) return token(match.id, path);
      note(path, found);
      return null;
    },
    tokenByAddress: async (address, path) => {
      const found = await lookUp(addressReadable(address));
      if (found.value !== null) return token(found.value as string, path);
      note(path, found);
      return null;
    },
    tokenList: async ({ first, after, isActive }, path) => {
      within({ argument: 'first', value: first, max: settings.maxFirst });
      const found = await lookUp(
        listReadable({ first, isActive, after: after === null ? null : parseTokenCursor(after) }),
      );
      note(path, found);
      return found.value as TokenPage;
    },
    relation: async (relation, owner, args, path = []) => {
      const { id, epoch, asOfBlock, asOfTime, finalizedBlock } = owner;
      state.pins.set(id, { epoch, asOfBlock, asOfTime, finalizedBlock });
      // The caller has the token already, also when another scope gave it out: its epoch is fixed.
      state.pins.hold(id, owner);
      if (state.pins.get(id)?.epoch !== epoch) setMoved();
      const readable = relationReadable({ relation, token: owner, args, settings });
      onUse(id, readable.key, { relation, args });
      budget.add(readable.rows ?? 0);
      const result = await load(readable);
      if (readable.rows === undefined) budget.add((result.value as unknown[]).length);
      // What this request has loaded already comes without a batch, and what only the value tells comes after it.
      budget.check();
      note(path, result, owner);
      return result.value;
    },
    outcomes,
    get moved() {
      return isMoved();
    },
    close,
  };
}

/** Whatever a request waits for, it does not wait longer than its deadline. */
function before(deadlineAt: number, batch: Promise<Array<ReadResult | Error>>): Promise<Array<ReadResult | Error>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(deadlineError()), Math.max(0, deadlineAt - Date.now()));
    batch.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
