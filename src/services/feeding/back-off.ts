/** Exponential back-off with full jitter: a random part of 0.5 s, 1 s, 2 s and so on, 30 s at most. */
export function backOffMs(failures: number, random: () => number = Math.random): number {
  return random() * Math.min(longestMs, firstMs * 2 ** (failures - 1));
}

const firstMs = 500;
const longestMs = 30_000;
