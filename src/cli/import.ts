import type { ImportRequest } from '../services/import-request.js';
import { type ImportSummary, importFiles } from '../services/import-service.js';
import { type Connections, mayShowDemo } from './connect.js';
import type { Output } from './output.js';
import { createProgress } from './progress.js';

/** `import`: takes files in; exit code 0, or 130 when a signal ended it after a whole batch. */
export async function runImport(connections: Connections, output: Output, request: ImportRequest): Promise<number> {
  const startedAt = performance.now();
  const demo = await mayShowDemo(connections);
  const { onProgress, stop } = createProgress();
  const interrupt = createInterrupt(output);
  let summary: ImportSummary;
  try {
    summary = await importFiles({ ...connections, onProgress, signal: interrupt.signal }, request);
  } finally {
    stop();
    interrupt.close();
  }
  if (demo && summary.new > 0) {
    summary.notices.push(
      'A gateway that runs on this DATA_DIR shows the demo: restart it, and it shows what was imported.',
    );
  }
  for (const notice of summary.notices) output.note(notice);
  for (const row of summary.refusedRows) output.note(`refused ${row}`);
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  output.result({ ...summary, seconds }, textOf(summary, seconds));
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
