import type { QueryLanguage } from '../contracts.js';
import { aggregate } from './aggregate.js';
import { compare } from './compare.js';
import { compileFilter } from './filter.js';
import { compileProjection } from './projection.js';
import { compileSort } from './sort.js';
import { applyUpdate, seedUpsert } from './update.js';

/** MongoDB's language over plain documents; what it does not know it refuses with MongoDB's error code. */
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
