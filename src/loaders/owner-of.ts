import type { EpochValue } from '../cache/epoch-value.js';
import { catalogue } from '../cache/key.js';
import type { Readable } from './readable.js';
import type { ScopeState } from './scope-state.js';

/** Whose epoch a value belongs to: the token's, or the catalogue's for a token that is not there. */
export function ownerOf({ subject, isToken }: Readable, { pins }: Pick<ScopeState, 'pins'>): EpochValue | null {
  return pins.get(subject) ?? (isToken ? (pins.get(catalogue) ?? null) : null);
}
