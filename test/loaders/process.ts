import { createEpochPublisher, type EpochPublisher } from '../../src/cache/publisher.js';
import { createStore, type Store } from '../../src/cache/store.js';
import type { Config } from '../../src/config.js';
import type { Database } from '../../src/database.js';
import { createReadThrough, lastAttempt, type ReadThrough } from '../../src/loaders/read-through.js';
import type { RequestScope } from '../../src/loaders/request-scope.js';
import { balances, firstBalance } from './tokens.js';

/** What one gateway process has: a store of its own connection, the read-through over it, the publisher. */
export interface TestProcess {
  readonly store: Store;
  readonly through: ReadThrough;
  readonly publisher: EpochPublisher;
  /** Resolves a query as the GraphQL layer does: again, with the next attempt, while something moved. */
  resolve<T>(query: (scope: RequestScope, attempt: number) => Promise<T>): Promise<T>;
  scope(attempt?: number): RequestScope;
  close(): Promise<void>;
}

/** Starts one. Processes of the same namespace and Redis share entries and epoch keys. */
export async function startProcess({
  config,
  database,
  namespace,
  cache = {},
}: {
  config: Config;
  database: Database;
  namespace: string;
  cache?: Partial<Config['cache']>;
}): Promise<TestProcess> {
  const store = await createStore({ config: { ...config.cache, ...cache }, namespace });
  const through = createReadThrough({ database, store, relations: [balances, firstBalance], config });
  const scope = (attempt = 0) => through.createScope({ deadlineAt: Date.now() + 20_000, attempt, record: true });
  return {
    store,
    through,
    publisher: createEpochPublisher({ store }),
    scope,
    resolve: async (query) => {
      for (let attempt = 0; ; attempt++) {
        const current = scope(attempt);
        try {
          const answer = await query(current, attempt);
          if (!current.moved || attempt === lastAttempt) return answer;
        } finally {
          await current.close();
        }
      }
    },
    close: () => store.close(),
  };
}

/** All that a query can see of a token's epoch: the token's own, that of its totals, and those of rows of two relations. */
export async function epochsSeen(scope: RequestScope, id: string): Promise<number[] | null> {
  const token = await scope.token(id);
  if (!token) return null;
  const [list, one] = await Promise.all([
    scope.relation(balances, token, {}) as Promise<Array<{ balance: string }>>,
    scope.relation(firstBalance, token, {}) as Promise<{ balance: string }>,
  ]);
  const rows = [...list, one].map(({ balance }) => Number(balance.slice(3)));
  return [token.epoch, ...rows];
}
