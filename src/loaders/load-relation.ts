import type { TokenSnapshot } from '../models/token-snapshot.js';
import { RefusedTokensError } from '../relations/refused-tokens-error.js';
import type { AnyRelation, PlainArgs, Reader } from '../relations/relation.js';
import { assemble } from './assemble.js';

/** Values of a relation by token id. A token that cannot answer these arguments has its own error; the others do not suffer for it. */
export async function loadRelation({
  relation,
  tokens,
  args,
  read,
}: {
  relation: AnyRelation;
  tokens: readonly TokenSnapshot[];
  args: PlainArgs;
  read: Reader;
}): Promise<Map<string, unknown>> {
  if (tokens.length === 0) return new Map();
  const ids = tokens.map(({ id }) => id);
  try {
    return assemble(relation, await relation.load(tokens, args, read), ids);
  } catch (error) {
    if (!(error instanceof RefusedTokensError) || !ids.some((id) => error.errors.has(id))) throw error;
    const others = tokens.filter(({ id }) => !error.errors.has(id));
    const values = await loadRelation({ relation, tokens: others, args, read });
    return new Map([...values, ...error.errors]);
  }
}
