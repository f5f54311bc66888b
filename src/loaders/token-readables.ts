import type { EpochValue } from '../cache/epoch-value.js';
import { keys } from '../cache/key.js';
import { type TokenSnapshot, toTokenSnapshot } from '../models/token-snapshot.js';
import type { AnswerSettings, AnyRelation } from '../relations/relation.js';
import { loadRelation } from './load-relation.js';
import type { Group, Readable } from './readable.js';

/** A token as it is cached: without what is read beside the epoch. */
export type TokenEntity = Omit<TokenSnapshot, keyof EpochValue>;

/** The token itself; null when there is none of this id. */
export function tokenReadable(id: string): Readable {
  return { key: keys.token(id), subject: id, tier: 'medium', group: tokenGroup, isToken: true };
}

/** A relation of a token. Throws BadUserInputError when the arguments are outside the limits. */
export function relationReadable({
  relation,
  token,
  args,
  settings,
}: {
  relation: AnyRelation;
  token: TokenSnapshot;
  args: object;
  settings: AnswerSettings;
}): RelationReadable {
  const normal = relation.normalize(args, settings);
  const group: Group = {
    id: keys.relation('', relation.name, normal),
    load: async (readables, read) => {
      const wanted = readables as readonly RelationReadable[];
      const tokens = wanted.map((readable) => readable.token);
      const values = await loadRelation({ relation, tokens, args: normal, read });
      return new Map(wanted.map((readable) => [readable.key, values.get(readable.token.id)]));
    },
  };
  const key = keys.relation(token.id, relation.name, normal);
  const rows = relation.rows?.(token, normal, settings) ?? (Array.isArray(relation.type) ? undefined : 1);
  return { key, subject: token.id, tier: relation.tier, group, isToken: false, token, rows };
}

/** Carries the token, because relations are computed from its totals and asOfTime. */
export interface RelationReadable extends Readable {
  readonly token: TokenSnapshot;
  /** Most rows of the value; undefined where only the value tells. */
  readonly rows: number | undefined;
}

const tokenGroup: Group = {
  id: 'token',
  isNegative: (value) => value === null,
  load: async (readables, read) => {
    const rows = await read.find('tokens', { _id: { $in: readables.map(({ subject }) => subject) } });
    const found = new Map(rows.map((row) => [row._id, toEntity(toTokenSnapshot(row))]));
    return new Map(readables.map(({ key, subject }) => [key, found.get(subject) ?? null]));
  },
};

function toEntity(snapshot: TokenSnapshot): TokenEntity {
  const { epoch: _epoch, asOfBlock: _block, asOfTime: _time, finalizedBlock: _finalized, ...entity } = snapshot;
  return entity;
}
