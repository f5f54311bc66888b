import { createHash } from 'node:crypto';

/** What the keys of one database begin with. */
export interface Namespaces {
  /** Entries: another format, or other configuration that changes answers, never meets these. */
  readonly namespace: string;
  /**
   * Epoch keys: they say the same to all programs of any configuration, so a publish by any one of them reaches the readers of all.
   */
  readonly epochNamespace: string;
}

/** Another database (also a restored or wiped one) has other namespaces, because its id is in both. */
export function buildNamespaces({
  databaseId,
  formatVersion,
  answers,
}: {
  databaseId: string;
  formatVersion: number;
  answers: object;
}): Namespaces {
  const settings = createHash('sha256').update(JSON.stringify(answers)).digest('base64url').slice(0, 8);
  return {
    namespace: `gateway:${databaseId}:${formatVersion}.${entryVersion}:${settings}`,
    epochNamespace: `gateway:${databaseId}:epochs.${epochVersion}`,
  };
}

/** Raised when the meaning of stored entries changes: old and new programs share a Redis during a rolling restart. */
const entryVersion = 1;

/** Version of the text of epoch keys. Programs that differ in it do not hear each other: stop the old ones before the new ones start. */
const epochVersion = 1;
