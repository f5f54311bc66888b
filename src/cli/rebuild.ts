import { rebuildToken } from '../ingest/rebuild.js';
import type { AddCommand } from './command.js';
import type { Connections } from './connect.js';
import type { Output } from './output.js';
import { pickTokens } from './pick-tokens.js';

/** Declares `rebuild`. */
export const addRebuild: AddCommand = (program, run) => {
  program
    .command('rebuild')
    .description('Makes rollups, holders and totals anew where they differ from the stored transfers.')
    .argument('[tokens...]', 'id, address or symbol; all tokens when none is named')
    .option('--json', 'one JSON object on stdout')
    .action((names: string[], { json }: { json?: true }) =>
      run.connected(json, (connections, output) => runRebuild(connections, output, names)),
    );
};

/** `rebuild`: makes rollups, holders and totals what the stored transfers say. */
export async function runRebuild(connections: Connections, output: Output, names: readonly string[]): Promise<number> {
  const tokens: Array<{ id: string; symbol: string; mended: number }> = [];
  for (const { _id, symbol } of await pickTokens(connections, names)) {
    const mended = await rebuildToken(connections, _id);
    if (mended !== undefined) tokens.push({ id: _id, symbol, mended });
  }
  const lines = tokens.map(
    ({ symbol, mended }) => `${symbol}: ${mended === 0 ? 'was right' : `${mended} differences mended`}`,
  );
  output.result({ tokens }, lines.length === 0 ? 'No tokens.' : lines.join('\n'));
  return 0;
}
