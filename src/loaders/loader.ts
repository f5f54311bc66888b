import DataLoader from 'dataloader';
import type { Readable, ReadResult } from './readable.js';

/** Gathers what a request wants within one turn into one batch, and asks for nothing twice. Lives as long as the request. */
export function createLoader(
  readAll: (readables: readonly Readable[]) => Promise<Array<ReadResult | Error>>,
): (readable: Readable) => Promise<ReadResult> {
  const loader = new DataLoader<Readable, ReadResult, string>(readAll, { cacheKeyFn: ({ key }) => key });
  return (readable) => loader.load(readable);
}
