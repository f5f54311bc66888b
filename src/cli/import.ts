import { join } from 'node:path';
import type { ImportRequest } from '../services/import-request.js';
import { importFiles } from '../services/import-service.js';
import { createImportSummary, type ImportSummary } from '../services/import-summary.js';
import { type Connections, showsDemo } from './connect.js';
import type { Output } from './output.js';
import { createProgress } from './progress.js';

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

/** The first Ctrl-C ends the work after the running batch, the second at once. */
function createInterrupt(output: Output): { signal: AbortSignal; close(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    output.note('Stopping after the running batch; press again to stop at once.');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    close: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
