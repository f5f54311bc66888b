import type { ReadRequest } from './source.js';

/** What a source is told of stored rows that never asks for them: one whose blocks are never replaced by others. */
export const neverReplaced: Pick<ReadRequest, 'finalized' | 'trail' | 'stored'> = {
  finalized: null,
  trail: none,
  stored: none,
};

async function* none(): AsyncGenerator<never> {
  yield* [];
}
