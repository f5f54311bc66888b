/** Rows by the token they belong to, in the order they came. */
export function groupByToken<R extends { readonly tokenId: string }>(rows: readonly R[]): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const group = groups.get(row.tokenId);
    if (group) group.push(row);
    else groups.set(row.tokenId, [row]);
  }
  return groups;
}
