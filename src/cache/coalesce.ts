/**
 * One batch in flight at a time: keys asked meanwhile are gathered for the next one. So every answer comes from a batch that was sent
 * after its question, and a thousand questions cost two batches.
 */
export function createCoalescer<Value>(
  readBatch: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>> {
  let inFlight: Promise<unknown> | undefined;
  let next: { keys: Set<string>; answer: Promise<ReadonlyMap<string, Value>> } | undefined;

  const open = () => {
    const keys = new Set<string>();
    // The turn of the event loop in which the first question comes gathers its neighbours.
    const start = (inFlight ?? Promise.resolve()).then(() => new Promise<void>((resolve) => setImmediate(resolve)));
    const answer = start.then(() => {
      next = undefined;
      return readBatch([...keys]);
    });
    inFlight = answer.then(
      () => undefined,
      () => undefined,
    );
    return { keys, answer };
  };
  return (keys) => {
    next ??= open();
    for (const key of keys) next.keys.add(key);
    return next.answer;
  };
}
