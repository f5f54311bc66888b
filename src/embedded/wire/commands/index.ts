import type { Command } from '../call.js';
import { aggregate } from './aggregate.js';
import { catalogCommands } from './catalog.js';
import { countingCommands } from './counting.js';
import { cursorCommands } from './cursors.js';
import { diagnosticCommands } from './diagnostics.js';
import { explain } from './explain.js';
import { find } from './find.js';
import { findAndModify } from './findAndModify.js';
import { hello } from './handshake.js';
import { indexCommands } from './indexes.js';
import { transactionCommands } from './transactions.js';
import { writeCommands } from './write.js';

/** Every command that this server knows. */
export const commands: readonly Command[] = [
  hello,
  find,
  aggregate,
  explain,
  findAndModify,
  ...cursorCommands,
  ...countingCommands,
  ...writeCommands,
  ...transactionCommands,
  ...catalogCommands,
  ...indexCommands,
  ...diagnosticCommands,
];
