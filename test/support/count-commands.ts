import mongoose from 'mongoose';
import type { Database } from '../../src/database.js';
import { buildModels } from '../../src/models/models.js';

/** A second connection to a database that counts what the driver really sends. */
export interface CountedDatabase {
  /** Give this one to the code under test. */
  readonly database: Database;
  /** find and aggregate commands since the last reset, as `find tokens`, in the order of sending. */
  readonly reads: readonly string[];
  /** The same with their bodies. */
  readonly commands: ReadonlyArray<Readonly<Record<string, unknown>>>;
  /** Called before each find and aggregate is sent; returns nothing. */
  onCommand: ((command: Readonly<Record<string, unknown>>) => void) | undefined;
  reset(): void;
  close(): Promise<void>;
}

/**
 * Opens the database once more with command monitoring, which the driver only offers to connections that are made with it. Queries that
 * keep the process busy for long need a longer `selectionMs`: it bounds the wait for a connection too.
 */
export async function countCommands(
  original: Database,
  { selectionMs = 1000 }: { selectionMs?: number } = {},
): Promise<CountedDatabase> {
  const connection = await mongoose
    .createConnection(original.uri, {
      monitorCommands: true,
      bufferCommands: false,
      autoIndex: false,
      autoCreate: false,
      serverSelectionTimeoutMS: selectionMs,
      ignoreUndefined: true,
    })
    .asPromise();
  connection.set('strictQuery', 'throw');
  const commands: Array<Record<string, unknown>> = [];
  const counted: CountedDatabase = {
    database: { ...original, connection, models: buildModels(connection), close: () => connection.close() },
    get reads() {
      return commands.map((command) => ('find' in command ? `find ${command.find}` : `aggregate ${command.aggregate}`));
    },
    commands,
    onCommand: undefined,
    reset: () => {
      commands.length = 0;
    },
    close: () => connection.close(),
  };
  connection.getClient().on('commandStarted', ({ commandName, command }) => {
    if (commandName !== 'find' && commandName !== 'aggregate') return;
    commands.push({ ...command });
    counted.onCommand?.(command);
  });
  return counted;
}
