import type { QueryLanguage } from '../contracts.js';
import { closeEnvironment, openEnvironment } from './environment.js';
import { SpareIds } from './spare-ids.js';
import { LmdbStorage } from './storage.js';

/** Opens the data directory, making it where it is missing. Several processes may have it open at once. */
export async function openStorage(options: {
  readonly path: string;
  readonly language: QueryLanguage;
  /** Milliseconds since 1970; tells when a session has been silent for long. */
  readonly now?: () => number;
}): Promise<LmdbStorage> {
  const { path, language, now = Date.now } = options;
  const environment = await openEnvironment(path);
  try {
    return new LmdbStorage({ environment, ids: await SpareIds.open(environment), language, now });
  } catch (error) {
    await closeEnvironment(environment);
    throw error;
  }
}
