import type { PipelineStage } from 'mongoose';
import type { CollectionName } from '../models/models.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import type { Reader } from './relation.js';

/** One list of rows of a token: where from, which, in what order, how many at most. */
export interface TokenList {
  readonly from: CollectionName;
  readonly match?: Readonly<Record<string, unknown>>;
  readonly sort?: Readonly<Record<string, 1 | -1>>;
  readonly limit?: number;
  readonly fields?: readonly string[];
  /** What is done with the rows that the limit let through. */
  readonly refine?: Pick<TokenList, 'match' | 'sort' | 'limit'>;
  /** Gives `[{ count }]` instead of rows, `[]` for none. */
  readonly count?: true;
  /** Only rows whose `field` lies between those of the first rows of two earlier lists; none where such a list is empty. */
  readonly between?: { readonly field: string; readonly lower: string; readonly upper: string };
}

/**
 * Reads lists of rows of many tokens with one command. Every list runs once for each token, so that a limit bounds the token and not
 * the batch, and takes the order from its index.
 */
export async function readPerToken<Lists extends Record<string, object>>({
  read,
  tokens,
  lists,
}: {
  read: Reader;
  tokens: ReadonlyArray<Pick<TokenSnapshot, 'id'>>;
  lists: { readonly [K in keyof Lists]: TokenList };
}): Promise<Map<string, { [K in keyof Lists]: Array<Lists[K]> }>> {
  if (tokens.length === 0) return new Map();
  const found = await read.aggregate<{ _id: string } & { [K in keyof Lists]: Array<Lists[K]> }>('tokens', [
    { $match: { _id: { $in: tokens.map(({ id }) => id) } } },
    { $project: { _id: 1 } },
    ...Object.entries<TokenList>(lists).map(([name, list]) => lookup(name, list)),
  ]);
  return new Map(found.map((row) => [row._id, row]));
}

function lookup(
  as: string,
  { from, between, match, sort, limit, refine, fields, count }: TokenList,
): PipelineStage.Lookup {
  return {
    $lookup: {
      from,
      localField: '_id',
      foreignField: 'tokenId',
      ...(between ? { let: boundsOf(between) } : {}),
      pipeline: [
        ...(between ? [{ $match: { $expr: { $and: [lowerBound(between), upperBound(between)] } } }] : []),
        ...stagesOf({ match, sort, limit }),
        ...stagesOf(refine ?? {}),
        ...(fields
          ? [{ $project: { _id: 0, ...Object.fromEntries(fields.map((field) => [field, 1 as const])) } }]
          : []),
        // What $count stands for, spelled out: some servers know that stage only outside of a $lookup.
        ...(count ? [{ $group: { _id: null, count: { $sum: 1 } } }] : []),
      ] as NonNullable<PipelineStage.Lookup['$lookup']['pipeline']>,
      as,
    },
  };
}

function stagesOf({ match, sort, limit }: { [K in 'match' | 'sort' | 'limit']?: TokenList[K] | undefined }): object[] {
  return [
    ...(match && Object.keys(match).length > 0 ? [{ $match: match }] : []),
    ...(sort ? [{ $sort: sort }] : []),
    ...(limit === undefined ? [] : [{ $limit: limit }]),
  ];
}

type Between = NonNullable<TokenList['between']>;

const lowerBound = ({ field }: Between) => ({ $gte: [`$${field}`, '$$lower'] });
const upperBound = ({ field }: Between) => ({ $lte: [`$${field}`, '$$upper'] });

/**
 * The bounds as the first rows of the two lists have them; a list without a row gives one that no row meets. The row is taken out of its
 * list first, because a path through an array is not understood by every server.
 */
function boundsOf({ field, lower, upper }: Between) {
  const first = (list: string) => ({
    $let: { vars: { row: { $arrayElemAt: [`$${list}`, 0] } }, in: `$$row.${field}` },
  });
  return {
    lower: { $ifNull: [first(lower), Number.MAX_SAFE_INTEGER] },
    upper: { $ifNull: [first(upper), -1] },
  };
}
