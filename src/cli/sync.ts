import type { FeedResult } from '../services/feeding/token-feed.js';
import type { AddCommand } from './command.js';
import type { Connections } from './connect.js';
import { createFeedProgress } from './feed-progress.js';
import { createInterrupt } from './interrupt.js';
import { withSources } from './open-sources.js';
import type { Output } from './output.js';
import { pickTokens } from './pick-tokens.js';

/** Declares `sync`. */
export const addSync: AddCommand = (program, run) => {
  program
    .command('sync')
    .description('Takes tokens to the newest block of their source, once; what was interrupted goes on where it stood.')
    .argument('[tokens...]', 'id, address or symbol; all active tokens of CHAIN_ID when none is named')
    .option('--resume', 'lets a token go on that a reorg beyond finality has stopped, with the chain as it is now')
    .option('--json', 'one JSON object on stdout')
    .action((names: string[], { resume, json }: { resume?: true; json?: true }) =>
      run.connected(json, (connections, output) => runSync(connections, output, { names, resume })),
    );
};

/** What became of one token. */
export interface SyncedToken {
  readonly id: string;
  readonly symbol: string;
  readonly outcome: FeedResult['outcome'] | 'failed';
  readonly rows: number;
  readonly block: number | null;
  readonly error?: string;
}

/** `sync`: exit code 0 when all tokens are at the newest block or another process feeds them, 130 when a signal ended it, else 1. */
export async function runSync(
  connections: Connections,
  output: Output,
  { names, resume }: { names: readonly string[]; resume?: true | undefined },
): Promise<number> {
  const { chainId } = connections.config;
  const picked = await pickTokens(connections, names);
  const tokens = names.length > 0 ? picked : picked.filter((token) => token.isActive && token.chainId === chainId);
  const interrupt = createInterrupt(output);
  const progress = createFeedProgress();
  const done: SyncedToken[] = [];
  try {
    await withSources(connections, output, async ({ sync }) => {
      for (const { _id: id, symbol } of tokens) {
        if (interrupt.signal.aborted) break;
        if (resume && (await sync.resume(id))) output.note(`${symbol}: goes on with the chain as it is now.`);
        try {
          const { outcome, rows, position } = await sync.sync(id, {
            signal: interrupt.signal,
            onProgress: progress.onProgress,
          });
          done.push({ id, symbol, outcome, rows, block: position?.blockNumber ?? null });
        } catch (error) {
          // One token that cannot be read does not hold up the others.
          const message = error instanceof Error ? error.message : String(error);
          done.push({ id, symbol, outcome: 'failed', rows: 0, block: null, error: message });
        }
      }
    });
  } finally {
    progress.stop();
    interrupt.close();
  }
  output.result({ tokens: done }, done.length === 0 ? 'No tokens.' : done.map(textOf).join('\n'));
  if (interrupt.signal.aborted) return 130;
  return done.every(({ outcome }) => outcome === 'current' || outcome === 'busy') ? 0 : 1;
}

function textOf({ symbol, outcome, rows, block, error }: SyncedToken): string {
  const at = block === null ? '' : ` at block ${block}`;
  switch (outcome) {
    case 'current':
      return `${symbol}: ${rows} new transfers,${at || ' nothing yet'}`;
    case 'busy':
      return `${symbol}: another process feeds it`;
    case 'lost':
      return `${symbol}: another process took it over${at}`;
    case 'halted':
      return `${symbol}: stopped${at}, because the chain replaced blocks that it had called final; \`sync --resume\` goes on`;
    case 'stopped':
      return `${symbol}: stopped${at}; the same command goes on from there`;
    case 'gone':
      return `${symbol}: was deleted meanwhile`;
    case 'failed':
      return `${symbol}: ${error}`;
  }
}
