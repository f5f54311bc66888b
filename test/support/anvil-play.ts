import { createRandom } from '../ingest/support.js';
import type { Movement } from './anvil-token.js';

const wallets = 60;

/** Mints, transfers and burns that do not fail: nobody sends what he does not have. */
export function createPlay(seed: number): (count: number) => Movement[] {
  const random = createRandom(seed);
  const balances = new Map<number, bigint>();
  const have = (n: number): bigint => balances.get(n) ?? 0n;
  return (count) =>
    Array.from({ length: count }, () => {
      const from = 1 + Math.floor(random() * wallets);
      const to = random() < 0.05 ? 0 : 1 + Math.floor(random() ** 2 * wallets);
      const value = (have(from) * BigInt(Math.floor(random() * 1_000))) / 2_000n;
      const movement =
        value === 0n || random() < 0.05 ? { from: 0, to: to || from, value: 10n ** 21n } : { from, to, value };
      balances.set(movement.from, have(movement.from) - movement.value);
      balances.set(movement.to, have(movement.to) + movement.value);
      return movement;
    });
}
