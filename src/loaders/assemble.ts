import { GatewayError } from '../errors.js';
import type { AnyRelation, OfToken } from '../relations/relation.js';

/** Rows of many tokens, in any order between tokens, to one value per token: a list, a row, or what stands for no row. */
export function assemble(
  relation: Pick<AnyRelation, 'name' | 'type' | 'empty'>,
  rows: ReadonlyArray<OfToken<object>>,
  tokenIds: readonly string[],
): Map<string, unknown> {
  const lists = new Map<string, object[]>(tokenIds.map((id) => [id, []]));
  for (const { tokenId, ...value } of rows) {
    const list = lists.get(tokenId);
    if (list === undefined) throw defect(`${relation.name}: its load gave a row of a token that was not asked for.`);
    list.push(value);
  }
  if (Array.isArray(relation.type)) return lists;
  return new Map(tokenIds.map((id) => [id, single(relation, lists.get(id) ?? [])]));
}

function single({ name, empty }: Pick<AnyRelation, 'name' | 'empty'>, rows: readonly object[]): object | null {
  const [row, second] = rows;
  if (second !== undefined)
    throw defect(`${name}: its load gave several rows of one token; declare \`type: [T]\` for a list.`);
  if (row !== undefined) return row;
  if (empty === null) return null;
  throw defect(`${name}: its load gave no row for a token; declare \`empty: null\` when there may be none.`);
}

function defect(message: string): GatewayError {
  return new GatewayError('INTERNAL', message);
}
