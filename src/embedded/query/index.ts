import type { QueryLanguage } from '../contracts.js';
import { aggregate } from './aggregate.js';
import { compare } from './compare.js';
import { compileFilter } from './filter.js';
import { compileProjection } from './projection.js';
import { compileSort } from './sort.js';
import { applyUpdate, seedUpsert } from './update.js';

/**
 * MongoDB's language over plain documents; what it does not know it refuses with MongoDB's error code. Own code, though there is a library
 * (mingo): of 210 answers written down from MongoDB it gave 105 otherwise, and all that this gateway sends (comparison and order of types,
 * paths, missing values, exact sums, upserts) is among them, so that nothing of it was left to use.
 */
export function createQueryLanguage(): QueryLanguage {
  return {
    compileFilter: (filter, variables) => compileFilter(filter, variables),
    compileProjection: (projection) => compileProjection(projection),
    compileSort,
    compare,
    applyUpdate,
    seedUpsert,
    aggregate,
  };
}
