/** Says whether one more "not found" may be kept: random ids and addresses must not crowd everything else out of the store. */
export function createNegativeBudget({ most, windowMs }: { most: number; windowMs: number }): () => boolean {
  let windowEnd = 0;
  let taken = 0;
  return () => {
    const now = Date.now();
    if (now >= windowEnd) {
      windowEnd = now + windowMs;
      taken = 0;
    }
    taken += 1;
    return taken <= most;
  };
}
