import { readHistoryAgain } from '../services/read-history-again.js';
import type { AddCommand } from './command.js';
import type { Connections } from './connect.js';
import type { Output } from './output.js';
import { pickTokens } from './pick-tokens.js';
import { runSync } from './sync.js';
import { toWhole } from './to-whole.js';

/** Declares `backfill`. */
export const addBackfill: AddCommand = (program, run) => {
  program
    .command('backfill')
    .description("Reads a token's history from its source again: rows that are there stay, missing ones come.")
    .argument('<token>', 'id, address or symbol')
    .option('--from <block>', 'first block (default: the creation of the contract)', toWhole)
    .option('--json', 'one JSON object on stdout')
    .action((name: string, { from, json }: { from?: number; json?: true }) =>
      run.connected(json, (connections, output) => runBackfill(connections, output, { name, from })),
    );
};

/** `backfill`: exit codes as `sync`. A gateway that follows the token does the reading itself. */
export async function runBackfill(
  connections: Connections,
  output: Output,
  { name, from }: { name: string; from: number | undefined },
): Promise<number> {
  for (const { _id, symbol } of await pickTokens(connections, [name])) {
    await readHistoryAgain(connections.database, { tokenId: _id, fromBlock: from });
    if (from) {
      output.note(
        `${symbol}: balances before block ${from} are missing, and the holders wrong, unless the contract is no older, or opening balances are there.`,
      );
    }
  }
  return runSync(connections, output, { names: [name] });
}
