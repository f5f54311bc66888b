import type { Store } from '../../src/cache/store.js';

/** Stores that fail in the ways a store may: unreachable, late, and forgetful. The rest is the given one. */
export function chaosStores(store: Store): { readonly broken: Store; readonly slow: Store; readonly forgetful: Store } {
  const late = <T>(answer: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      setTimeout(() => answer().then(resolve, reject), 20);
    });
  return {
    broken: {
      ...store,
      read: async () => ({ reachable: false }),
      write: async () => false,
      invalidate: async () => false,
      invalidatePattern: async () => null,
    },
    slow: {
      ...store,
      read: (keys) => late(() => store.read(keys)),
      write: (entries) => late(() => store.write(entries)),
    },
    forgetful: {
      ...store,
      read: async (keys) => ({ reachable: true, texts: keys.map(() => undefined) }),
      write: async () => true,
    },
  };
}
