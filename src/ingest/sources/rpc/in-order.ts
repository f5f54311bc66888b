/** Reads ranges side by side and gives them in their order; `size` is asked anew for each. What fails, fails in its turn. */
export async function* inOrder<T>({ from, to, size, count, read }: Plan<T>): AsyncGenerator<T> {
  const running: Promise<T>[] = [];
  let next = from;
  for (;;) {
    while (running.length < count && next <= to) {
      const end = Math.min(next + size() - 1, to);
      const range = read({ from: next, to: end });
      // It is awaited in its turn; until then a failure is not unhandled.
      range.catch(() => undefined);
      running.push(range);
      next = end + 1;
    }
    const first = running.shift();
    if (!first) return;
    yield await first;
  }
}

interface Plan<T> {
  readonly from: number;
  readonly to: number;
  readonly size: () => number;
  readonly count: number;
  readonly read: (range: { from: number; to: number }) => Promise<T>;
}
