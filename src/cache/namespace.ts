import { createHash } from 'node:crypto';

/**
 * What all keys of one database begin with. Another database (also a restored or wiped one), another format, and other configuration that
 * changes answers never meet each other's entries.
 */
export function buildNamespace({
  databaseId,
  formatVersion,
  answers,
}: {
  databaseId: string;
  formatVersion: number;
  answers: object;
}): string {
  const settings = createHash('sha256').update(JSON.stringify(answers)).digest('base64url').slice(0, 8);
  return `gateway:${databaseId}:${formatVersion}.${entryVersion}:${settings}`;
}

/** Raised when the meaning of stored entries changes: old and new programs share a Redis during a rolling restart. */
const entryVersion = 1;
