import { decodeAmount } from '../models/amount.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { supplyOf } from '../models/token-totals.js';
import { addBalance, type BandSum, type Edge, emptySums, leastBalance } from './holder-bands.js';
import { inWindows } from './in-windows.js';
import type { Reader } from './relation.js';

/**
 * Sums of the bands but the lowest, by token id: small holders, the many, are never read. One command as long as the tokens have no more
 * than `mostRows` balances in these bands; where they have more, which takes many tokens or balances far above the supply, they are read
 * in parts, so that however many there are, no more than one part of them is in memory.
 */
export async function readBands(
  tokens: readonly TokenSnapshot[],
  edges: readonly Edge[],
  read: Reader,
  mostRows = 20_000,
): Promise<Map<string, BandSum[]>> {
  const lowest = edges.at(-2);
  const supplied = lowest === undefined ? [] : tokens.filter(({ totals }) => supplyOf(totals) > 0n);
  const windows = supplied.map((token) => {
    const supply = supplyOf(token.totals);
    return { token, supply, sums: emptySums(edges), lower: lowest ? leastBalance(lowest, supply) : '', upper: null };
  });
  const add = ({ sums, supply }: Window, balance: string): void =>
    addBalance(sums, decodeAmount(balance), edges, supply);
  await sumParts({ windows, read, mostRows, add });
  return new Map(windows.map(({ token, sums }) => [token.id, sums]));
}

interface Window {
  readonly token: TokenSnapshot;
  readonly supply: bigint;
  readonly sums: BandSum[];
  readonly lower: string;
  readonly upper: null;
}

interface Summing {
  readonly windows: readonly Window[];
  readonly read: Reader;
  readonly mostRows: number;
  readonly add: (window: Window, balance: string) => void;
}

/** Halves the tokens until the balances of each part fit into one read; a token that is too large alone is read from the top. */
async function sumParts({ windows, ...rest }: Summing): Promise<void> {
  const [first] = windows;
  if (!first) return;
  const { read, mostRows, add } = rest;
  if (windows.length === 1) return sumFromTop(first, rest);
  const rows = await read.find('holders', inWindows('balance', windows), {
    projection: { _id: 0, tokenId: 1, balance: 1 },
    limit: mostRows + 1,
  });
  if (rows.length <= mostRows) {
    const byToken = new Map(windows.map((window) => [window.token.id, window]));
    for (const { tokenId, balance } of rows) {
      const window = byToken.get(tokenId);
      if (window) add(window, balance);
    }
    return;
  }
  const half = Math.ceil(windows.length / 2);
  await sumParts({ windows: windows.slice(0, half), ...rest });
  await sumParts({ windows: windows.slice(half), ...rest });
}

/** In the order of holders, part by part: each begins behind the last holder of the one before. */
async function sumFromTop(window: Window, { read, mostRows, add }: Omit<Summing, 'windows'>): Promise<void> {
  const { token, lower } = window;
  let behind: object = {};
  for (;;) {
    const rows = await read.find(
      'holders',
      { tokenId: token.id, balance: { $gte: lower }, ...behind },
      {
        projection: { _id: 0, tokenId: 1, balance: 1, address: 1 },
        sort: { balance: -1, address: 1 },
        limit: mostRows,
      },
    );
    for (const { balance } of rows) add(window, balance);
    const last = rows.at(-1);
    if (!last || rows.length < mostRows) return;
    const { balance, address } = last;
    behind = {
      balance: { $gte: lower, $lte: balance },
      $or: [{ balance: { $lt: balance } }, { balance, address: { $gt: address } }],
    };
  }
}
