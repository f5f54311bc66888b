import type { Openings } from '../../ingest/batch.js';
import type { Part } from '../../ingest/sources/source.js';

/** The parts of a source behind the openings that it does not give itself; `onNone` is called where they cannot be had. */
export async function* openedParts(
  parts: AsyncIterable<Part>,
  { find, onNone }: { find: () => Promise<Openings | undefined>; onNone: () => Promise<unknown> },
): AsyncGenerator<Part> {
  const openings = await find();
  if (openings) yield { openings, headBlock: null };
  else await onNone();
  yield* parts;
}
