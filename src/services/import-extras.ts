import { readBlockTimes } from '../ingest/sources/file/read-block-times.js';
import type { OnBadRow } from '../ingest/sources/file/read-checked.js';
import { readOpenings } from '../ingest/sources/file/read-openings.js';
import { readPrices } from '../ingest/sources/file/read-prices.js';
import { readTokens, type TokenFacts } from '../ingest/sources/file/read-tokens.js';
import type { ImportRequest } from './import-request.js';
import type { ImportSummary } from './import-summary.js';

/** Reads the small files; bad rows of prices go to the hearers, all others end the import. */
export async function readExtras(request: ImportRequest, hearers: RowHearers, summary: ImportSummary): Promise<Extras> {
  const { blockTimes, tokensFile, openingBalances, prices } = request;
  const opened = openingBalances === undefined ? undefined : await readOpenings(openingBalances, refuseAll);
  summary.notices.push(...(opened?.notices ?? []));
  const priced = prices === undefined ? { prices: [], repeated: 0 } : await readPrices(prices, hearers);
  summary.known += priced.repeated;
  return {
    blockTimes:
      blockTimes === undefined ? { times: new Map(), digest: '' } : await readBlockTimes(blockTimes, refuseAll),
    tokens: tokensFile === undefined ? new Map() : await readTokens(tokensFile, refuseAll),
    openings: opened?.balances,
    prices: priced.prices,
  };
}

/** Who is told of rows as they are read. */
export interface RowHearers {
  readonly onBadRow: OnBadRow;
  readonly onRow: () => void;
}

/** The small files of an import, read as a whole. */
export interface Extras {
  readonly blockTimes: { readonly times: ReadonlyMap<number, number>; readonly digest: string };
  readonly tokens: ReadonlyMap<string, TokenFacts>;
  readonly openings: ReadonlyMap<string, bigint> | undefined;
  readonly prices: Awaited<ReturnType<typeof readPrices>>['prices'];
}

const refuseAll: OnBadRow = (error) => {
  throw error;
};
