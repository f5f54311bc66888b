import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BadUserInputError } from '../errors.js';
import { auditToken, type Difference } from '../ingest/audit.js';
import { dumpDatabase } from '../ingest/dump.js';
import type { AddCommand } from './command.js';
import type { Connections } from './connect.js';
import type { Output } from './output.js';
import { pickTokens } from './pick-tokens.js';

/** Declares `verify`. */
export const addVerify: AddCommand = (program, run) => {
  program
    .command('verify')
    .description('Compares every rollup, balance and count with a recomputation from the stored transfers.')
    .argument('[tokens...]', 'id, address or symbol; all tokens when none is named')
    .option('--dump <file>', 'also writes the canonical dump: equal data gives equal lines')
    .option('--json', 'one JSON object on stdout')
    .action((names: string[], { dump, json }: { dump?: string; json?: true }) =>
      run.connected(json, (connections, output) => runVerify(connections, output, { names, dump })),
    );
};

/** `verify`: compares every rollup, balance and count with a recomputation from the stored transfers; exit code 1 on any difference. */
export async function runVerify(
  connections: Connections,
  output: Output,
  { names, dump }: VerifyOptions,
): Promise<number> {
  const tokens = await pickTokens(connections, names);
  if (dump !== undefined) await writeDump(connections, dump);
  const reports: TokenReport[] = [];
  for (const token of tokens) reports.push(await reportOf(connections, token));
  const clean = reports.every(
    ({ differences, negativeBalances, moving }) => differences + negativeBalances === 0 && !moving,
  );
  output.result({ clean, tokens: reports }, reports.length === 0 ? 'No tokens.' : reports.map(textOf).join('\n'));
  return clean ? 0 : 1;
}

/** Which tokens, and where the canonical dump goes. */
export interface VerifyOptions {
  readonly names: readonly string[];
  readonly dump?: string | undefined;
}

async function writeDump({ database }: Connections, path: string): Promise<void> {
  const file = await open(path, 'w').catch((error: Error) => {
    throw new BadUserInputError(`--dump: expected a file that can be written, got: ${error.message}`);
  });
  const lines = Readable.from(dumpDatabase(database)).map((line: string) => `${line}\n`);
  await pipeline(lines, file.createWriteStream());
}

interface TokenReport {
  readonly id: string;
  readonly symbol: string;
  readonly transfers: number;
  readonly rowsCompared: number;
  readonly differences: number;
  readonly firstDifferences: readonly Difference[];
  readonly negativeBalances: number;
  readonly firstNegative: ReadonlyArray<{ readonly address: string; readonly balance: bigint }>;
  /** True when the token kept changing while it was compared: nothing can be said. */
  readonly moving: boolean;
}

async function reportOf({ database }: Connections, token: { _id: string; symbol: string }): Promise<TokenReport> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const audit = await auditToken(database, token._id);
    if (!audit) continue;
    return {
      id: token._id,
      symbol: token.symbol,
      transfers: audit.expected.totals.transferRows,
      rowsCompared: audit.rowsCompared,
      differences: audit.differences.length,
      firstDifferences: audit.differences.slice(0, shown),
      negativeBalances: audit.negative.length,
      firstNegative: audit.negative.slice(0, shown),
      moving: false,
    };
  }
  const nothing = { transfers: 0, rowsCompared: 0, differences: 0, firstDifferences: [], negativeBalances: 0 };
  return { id: token._id, symbol: token.symbol, ...nothing, firstNegative: [], moving: true };
}

const shown = 20;

function textOf(report: TokenReport): string {
  const { symbol, transfers, rowsCompared, differences, firstDifferences, negativeBalances, firstNegative } = report;
  if (report.moving) return `${symbol}: kept changing while it was compared; stop what feeds it, or try again.`;
  const head = `${symbol}: ${transfers} transfers, ${rowsCompared} rows compared, ${differences} differences`;
  const wrong = firstDifferences.map(
    ({ collection, id, field, stored, expected }) =>
      `  ${collection} ${id} ${field}: stored ${JSON.stringify(stored)}, expected ${JSON.stringify(expected)}`,
  );
  const below = firstNegative.map(
    ({ address, balance }) => `  ${address} has ${balance}: transfers or opening balances are missing`,
  );
  return [
    negativeBalances > 0 ? `${head}, ${negativeBalances} balances below 0` : head,
    ...wrong,
    ...below,
    ...(differences > 0 ? ['  `rebuild` makes these rows anew.'] : []),
  ].join('\n');
}
