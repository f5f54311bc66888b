import type { Database } from '../database.js';
import type { Pipeline } from '../ingest/pipeline.js';
import type { TokenDataService } from './token-data-service.js';

/** Hears how far an import is: bytes while reading, rows while writing. */
export type OnProgress = (progress: { phase: 'reading' | 'writing'; done: number; total: number }) => void;

/** What an import works with. */
export interface ImportDeps {
  readonly database: Database;
  readonly pipeline: Pipeline;
  readonly tokens: TokenDataService;
  /** Where rows are sorted, on a disk with room for all of them. */
  readonly tempDir: string;
  readonly onProgress?: OnProgress;
  /** Ends the import after the running batch. */
  readonly signal?: AbortSignal;
}
