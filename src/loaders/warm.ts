import type { Recent } from './recent.js';
import type { RequestScope } from './request-scope.js';

/**
 * Loads again, at the token's present epoch, what was asked of it lately, as one request would; gives how many values are there. Sends no
 * command for a token that nobody asked for. `createScope` makes a scope whose reads are neither counted nor remembered as uses.
 */
export async function warmToken({
  tokenId,
  recent,
  createScope,
}: {
  tokenId: string;
  recent: Recent;
  createScope: () => RequestScope;
}): Promise<number> {
  const uses = recent.of(tokenId);
  if (uses.length === 0) return 0;
  const scope = createScope();
  try {
    const token = await scope.token(tokenId);
    if (!token) return 0;
    // A value that cannot be loaded now is loaded by whoever asks for it next.
    const loads = await Promise.allSettled(uses.map(({ relation, args }) => scope.relation(relation, token, args)));
    return loads.filter(({ status }) => status === 'fulfilled').length;
  } finally {
    await scope.close();
  }
}
