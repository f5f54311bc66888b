import { join } from 'node:path';
import { Option } from 'commander';
import type { ImportRequest } from '../services/import-request.js';
import { importFiles } from '../services/import-service.js';
import { createImportSummary, type ImportSummary } from '../services/import-summary.js';
import { parsePaymentRule } from '../services/payment-rule-text.js';
import type { AddCommand } from './command.js';
import { type Connections, showsDemo } from './connect.js';
import { createInterrupt } from './interrupt.js';
import type { Output } from './output.js';
import { createProgress } from './progress.js';
import { toWhole } from './to-whole.js';

/** Declares `import`. */
export const addImport: AddCommand = (program, run) => {
  program
    .command('import')
    .description(
      'Imports transfers from CSV or JSON lines, plain or .gz. The same rows may come again, in any order and in parts.',
    )
    .argument('[files...]', 'files of transfers, by header names: ours or those of Ethereum ETL')
    .option('--address <address>', 'contract of the token whose rows are taken')
    .option('--all-tokens', 'every token of the files, by their column token_address')
    .option('--tokens <file>', 'address, symbol, name, decimals of the tokens, with --all-tokens')
    .option('--symbol <symbol>', 'symbol of a new token (default: its address)')
    .option('--name <name>', 'name of a new token (default: its symbol)')
    .option('--decimals <n>', 'decimals of the token (default: 18, marked as assumed)', toWhole)
    .option('--chain-id <n>', 'chain of a new token (default: CHAIN_ID)', toWhole)
    .option('--opening-balances <file>', 'address, balance_raw: the state before the opening block')
    .option('--opening-block <n>', 'that block (default: the lowest of the import)', toWhole)
    .option('--prices <file>', 'timestamp, price, volume in USD')
    .option('--block-times <file>', 'block_number, block_timestamp, for transfers without a time')
    .option('--payment-rule <rule>', 'all, from:0x..,0x.. or methods:0x12345678,..: which transfers are payments')
    .addOption(
      new Option('--on-error <mode>', 'what a bad row of transfers or prices does')
        .choices(['stop', 'skip'])
        .default('stop'),
    )
    .option('--json', 'one JSON object on stdout')
    .action((files: string[], { tokens, paymentRule, json, ...flags }: ImportFlags) =>
      run.connected(json, (connections, output) =>
        runImport(connections, output, {
          ...flags,
          files,
          tokensFile: tokens,
          paymentRule: paymentRule === undefined ? undefined : parsePaymentRule(paymentRule),
        }),
      ),
    );
};

interface ImportFlags extends Omit<ImportRequest, 'files' | 'tokensFile' | 'paymentRule'> {
  readonly tokens?: string;
  readonly paymentRule?: string;
  readonly json?: true;
}

/** `import`: takes files in; exit code 0, 1 when an error stopped it, 130 when a signal ended it; each after whole batches, which are told. */
export async function runImport(connections: Connections, output: Output, request: ImportRequest): Promise<number> {
  const startedAt = performance.now();
  const { onProgress, stop } = createProgress();
  const interrupt = createInterrupt(output);
  const summary = createImportSummary();
  let failure: unknown;
  try {
    const tempDir = join(connections.config.database.dataDir, 'tmp');
    await importFiles({ ...connections, tempDir, onProgress, signal: interrupt.signal }, request, summary);
  } catch (error) {
    failure = error ?? new Error('The import ended without a reason.');
  } finally {
    stop();
    interrupt.close();
  }
  if (summary.new + summary.known > 0 && (await showsDemo(connections))) {
    summary.notices.push(
      'The gateway that runs on this DATA_DIR shows the demo: restart it, and it shows what was imported.',
    );
  }
  for (const notice of summary.notices) output.note(notice);
  // The row that stopped the import is told as its error.
  const told = failure instanceof Error ? failure.message : undefined;
  for (const row of summary.refusedRows) if (row !== told) output.note(`refused ${row}`);
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  const [value, text] = [{ ...summary, seconds }, textOf(summary, seconds)];
  if (failure !== undefined) {
    return output.failure(failure, { value, text: summary.read === 0 ? undefined : `Before the error: ${text}` });
  }
  output.result(value, text);
  return summary.interrupted ? 130 : 0;
}

function textOf(summary: ImportSummary, seconds: number): string {
  const others = summary.otherTokens > 0 ? `, ${summary.otherTokens} of other tokens` : '';
  const head = summary.interrupted ? 'Stopped; the same command goes on from here. ' : '';
  const counts = `${summary.read} read, ${summary.new} new, ${summary.known} known, ${summary.refused} refused${others}`;
  const tokens = summary.tokens
    .slice(0, 50)
    .map(
      ({ symbol, id, address, new: fresh, known }) => `  ${symbol} ${address} (id ${id}): ${fresh} new, ${known} known`,
    );
  return [`${head}${counts} in ${seconds} s`, ...tokens].join('\n');
}
