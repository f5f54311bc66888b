import type { PipelineStage, QueryFilter } from 'mongoose';
import type { ClassType } from 'type-graphql';
import type { Tier } from '../cache/tiers.js';
import type { CollectionName, Row } from '../models/models.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';

/**
 * Declares an analytics field of Token. From the value follow the GraphQL field, its loader, the cache key, the TTL and the docs.
 *
 * `load` is given tokens that stand at one epoch each and answers rows of all of them, in any order between tokens, in the field's order
 * within one, with a number of commands that does not depend on the number of tokens. Rows hold plain JSON values only (amounts as
 * decimals in tokens, instants as ISO text, counts as integers), so that a row is equal after a round trip through the cache.
 */
export function relation<Args extends object, Normal extends PlainArgs, Value extends object>(
  definition: RelationDefinition<Args, Normal, Value>,
): Relation<Args, Normal, Value> {
  return Object.freeze(definition);
}

/** What `relation` is given. */
export interface RelationDefinition<Args extends object, Normal extends PlainArgs, Value extends object> {
  /** Name of the GraphQL field, the loader and the part of the cache key. */
  readonly name: string;
  /** One sentence for the schema: what, unit, order. Freshness is added from the tier. */
  readonly description: string;
  /** `[T]` a list of rows per token; `T` one row per token. */
  readonly type: ClassType<Value> | readonly [ClassType<Value>];
  /** TypeGraphQL ArgsType with the contract's defaults; absent when the field has none. */
  readonly args?: ClassType<Args>;
  /** Canonical form: which requests count as the same. Throws BadUserInputError outside the limits. Every part goes into the key. */
  readonly normalize: (args: Args, settings: AnswerSettings) => Normal;
  readonly tier: Tier;
  /**
   * Most rows that a token gives for these arguments, told by what is known of it before anything is read. Without it a single row is
   * one, and a list is counted once it is there.
   */
  readonly rows?: (token: TokenSnapshot, args: Normal, settings: AnswerSettings) => number;
  readonly load: (tokens: readonly TokenSnapshot[], args: Normal, read: Reader) => Promise<Array<OfToken<Value>>>;
  /** Value of a token without a row: `[]` for lists; `null` makes a single field nullable. */
  readonly empty?: null;
}

/** A declared relation. */
export interface Relation<
  Args extends object = object,
  Normal extends PlainArgs = PlainArgs,
  Value extends object = object,
> extends RelationDefinition<Args, Normal, Value> {}

/** A relation of any arguments and rows, for code that handles all of them alike. */
export type AnyRelation = Pick<Relation, 'name' | 'description' | 'tier' | 'empty'> & {
  readonly type: ClassType<object> | readonly [ClassType<object>];
  readonly args?: ClassType<object>;
  normalize(args: object, settings: AnswerSettings): PlainArgs;
  rows?(token: TokenSnapshot, args: PlainArgs, settings: AnswerSettings): number;
  load(tokens: readonly TokenSnapshot[], args: PlainArgs, read: Reader): Promise<Array<OfToken<object>>>;
};

/** Arguments as plain JSON values. */
export type PlainArgs = Readonly<Record<string, string | number | boolean | null>>;

/** A public row (as the cache and GraphQL see it) with the token it belongs to. */
export type OfToken<Value> = Plain<Value> & { readonly tokenId: string };

/** JSON form of a row: instants become text; what only the store needs is left out. */
export type Plain<Value> = {
  readonly [K in keyof Value as K extends 'tokenId' | '_id' ? never : K]: Value[K] extends Date
    ? string
    : Value[K] extends Date | null
      ? string | null
      : Value[K];
};

/** Configuration that bounds or changes answers. */
export interface AnswerSettings {
  /** Largest `first`, `limit`, `weeks`, projection weeks, days of a window, prices of an answer. */
  readonly maxFirst: number;
  readonly maxLimit: number;
  readonly maxWeeks: number;
  readonly maxProjectionWeeks: number;
  readonly maxWindowDays: number;
  readonly maxPrices: number;
  /** Rows of one answer, over all its fields and tokens. */
  readonly maxRows: number;
  /** Bands of holders from the top: name and lowest share in percent (inclusive) as a plain decimal; `0` for the lowest. */
  readonly holderBands: ReadonlyArray<{ readonly name: string; readonly minShare: string }>;
}

/** Batched, lean reads of MongoDB under the deadline (and, where needed, the snapshot) of the request. */
export interface Reader {
  readonly settings: AnswerSettings;
  /** One `find` command; rows as stored, `projection` lists the wanted fields (1). */
  find<N extends CollectionName>(
    collection: N,
    filter: QueryFilter<Row<N>>,
    options?: FindOptions,
  ): Promise<Array<Row<N>>>;
  /** One `aggregate` command. Keep amounts out of expressions: they are text, sums are made here with BigInt. */
  aggregate<T>(collection: CollectionName, pipeline: PipelineStage[]): Promise<T[]>;
}

/** Options of a read. */
export interface FindOptions {
  readonly projection?: Readonly<Record<string, 0 | 1>>;
  readonly sort?: Readonly<Record<string, 1 | -1>>;
  readonly limit?: number;
  readonly hint?: string;
}
