import { type Budget, createUsageStore } from '../ingest/sources/moralis/usage.js';
import { type IngestState, readIngestStates } from '../services/ingest-states.js';
import type { AddCommand } from './command.js';
import type { Connections } from './connect.js';
import type { Output } from './output.js';

/** Declares `status`. */
export const addStatus: AddCommand = (program, run) => {
  program
    .command('status')
    .description('How far each token is, how far behind its source, and what went wrong last.')
    .option('--json', 'one JSON object on stdout')
    .action(({ json }: { json?: true }) => run.connected(json, runStatus));
};

/** `status`: exit code 1 when a token fails or is halted. */
export async function runStatus({ database, config }: Connections, output: Output): Promise<number> {
  const tokens = await readIngestStates(database);
  const { kind, metadata } = database;
  const { apiKey, cuPerDay } = config.moralis;
  const budget = apiKey === undefined ? undefined : await createUsageStore({ database, limit: cuPerDay }).budget();
  const moralis = budget ? { moralis: budget } : {};
  const facts = { database: kind, formatVersion: metadata.formatVersion, chainId: config.chainId, tokens, ...moralis };
  const text = tokens.length === 0 ? 'No tokens.' : tableOf(tokens);
  output.result(facts, budget ? `${text}\n${unitsOf(budget)}` : text);
  return tokens.some(({ state }) => state === 'failing' || state === 'halted') ? 1 : 0;
}

function unitsOf({ left, limit }: Budget): string {
  return `Moralis: ${left} of ${limit} compute units are left of this UTC day (MORALIS_CU_PER_DAY).`;
}

function tableOf(tokens: readonly IngestState[]): string {
  const rows = tokens.map((token) => [
    token.symbol,
    token.source,
    token.state,
    String(token.asOfBlock ?? '-'),
    String(token.headBlock ?? '-'),
    token.lagSeconds === null ? '-' : `${Math.round(token.lagSeconds)} s`,
    token.rowsPerSecond === null ? '' : `${Math.round(token.rowsPerSecond)}/s`,
  ]);
  const lines = [['TOKEN', 'SOURCE', 'STATE', 'BLOCK', 'HEAD', 'LAG', ''], ...rows];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const errors = tokens.flatMap(({ symbol, lastError }) => (lastError === null ? [] : [`${symbol}: ${lastError}`]));
  return [...text, ...errors].join('\n');
}
