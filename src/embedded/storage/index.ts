import type { QueryLanguage } from '../contracts.js';
import { openEnvironment } from './environment.js';
import { LmdbStorage } from './storage.js';

/** Opens the data directory, making it where it is missing. Several processes may have it open at once. */
export async function openStorage({ path, language }: { path: string; language: QueryLanguage }): Promise<LmdbStorage> {
  return new LmdbStorage(openEnvironment(path), language);
}
