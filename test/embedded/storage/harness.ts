import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document } from 'bson';
import { onTestFinished } from 'vitest';
import type { IndexSpec, KeyPattern, Storage } from '../../../src/embedded/contracts.js';
import { createQueryLanguage } from '../../../src/embedded/query/index.js';
import { openStorage } from '../../../src/embedded/storage/index.js';
import type { LmdbStorage } from '../../../src/embedded/storage/storage.js';

/** The language that stores under test speak. */
export const language = createQueryLanguage();

/** A directory that goes with the test. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'storage-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A store that is closed with the test. */
export async function openTestStorage(path = temporaryDirectory()): Promise<LmdbStorage> {
  const storage = await openStorage({ path, language });
  onTestFinished(() => storage.close());
  return storage;
}

/** An index by its pattern. */
export function index(pattern: Record<string, 1 | -1>, options: { unique?: boolean; name?: string } = {}): IndexSpec {
  const key: KeyPattern = Object.entries(pattern);
  return { name: options.name ?? key.flat().join('_'), key, unique: options.unique ?? false };
}

/** Inserts documents in one statement. */
export async function insertAll(storage: Storage, ns: string, documents: Iterable<Document>): Promise<void> {
  await storage.run((transaction) => {
    for (const document of documents) transaction.insert(ns, document);
  });
}

/** All documents of a find in a statement of its own. */
export function findAll(storage: Storage, request: Parameters<ReturnType<Storage['begin']>['find']>[0]): Document[] {
  const transaction = storage.begin({ multi: false });
  try {
    return [...transaction.find(request)];
  } finally {
    transaction.abort();
  }
}
