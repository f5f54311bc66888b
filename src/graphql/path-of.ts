import type { GraphQLResolveInfo } from 'graphql';

/** Response path of a field as a list, as in `errors[].path`. */
export function pathOf({ path }: Pick<GraphQLResolveInfo, 'path'>): Array<string | number> {
  const keys: Array<string | number> = [];
  for (let at: typeof path | undefined = path; at; at = at.prev) keys.unshift(at.key);
  return keys;
}
