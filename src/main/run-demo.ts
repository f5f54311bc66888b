import type { Logger } from 'pino';
import type { Backend } from '../gateway/backend.js';
import { createReport } from './report.js';

/** The demo that runs inside this process. */
export interface RunningDemo {
  close(): Promise<void>;
}

/** Starts the demo on an open backend and reports the first fill on stderr. Its code is loaded here, for nobody else needs it. */
export async function runDemo({ backend, logger }: { backend: Backend; logger: Logger }): Promise<RunningDemo> {
  const [{ createPipeline }, { createTokenDataService }, { createDemo }] = await Promise.all([
    import('../ingest/pipeline.js'),
    import('../services/token-data-service.js'),
    import('../ingest/sources/demo/demo.js'),
  ]);
  const { database, publisher } = backend;
  const report = createReport();
  const demo = createDemo({
    database,
    pipeline: createPipeline({ database, publisher }),
    tokens: createTokenDataService({ database, publisher }),
    onProgress: ({ symbol, transfers, share }) =>
      report.line(`demo: ${Math.floor(share * 100)} % filled, ${transfers} transfers, ${symbol}`),
    onError: (error) => logger.error({ err: error }, 'the demo failed to write; it is tried again with the next block'),
  });
  let isClosing = false;
  void demo.filled.then(() => report.end(isClosing ? 'demo: goes on being filled at the next start' : 'demo: filled'));
  return {
    close: () => {
      isClosing = true;
      return demo.close();
    },
  };
}
