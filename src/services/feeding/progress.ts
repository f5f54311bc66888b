/** How far a run of a token is. */
export interface FeedProgress {
  readonly tokenId: string;
  readonly symbol: string;
  /** Where the run began, where it is, and where the source is. */
  readonly fromBlock: number;
  readonly blockNumber: number;
  readonly headBlock: number;
  /** New rows of the run. */
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly blocksPerSecond: number;
  /** At the speed of the run so far; null while that is unknown. */
  readonly secondsLeft: number | null;
}

/** Measures a run from its first part on. */
export function createProgressMeter({
  tokenId,
  symbol,
  now = Date.now,
}: {
  tokenId: string;
  symbol: string;
  now?: () => number;
}) {
  const startedAt = now();
  let fromBlock: number | undefined;
  let rows = 0;
  return {
    /** `before` is where the part began, where that is known. */
    take: (part: { before: number | null; blockNumber: number; headBlock: number; added: number }): FeedProgress => {
      const { blockNumber, headBlock } = part;
      // The first part of a token starts at the contract's creation, which only the source knows.
      fromBlock ??= part.before ?? blockNumber;
      rows += part.added;
      const seconds = Math.max((now() - startedAt) / 1_000, 0.001);
      const blocksPerSecond = Math.max(0, blockNumber - fromBlock) / seconds;
      const secondsLeft = blocksPerSecond > 0 ? Math.max(0, headBlock - blockNumber) / blocksPerSecond : null;
      const rowsPerSecond = rows / seconds;
      return { tokenId, symbol, fromBlock, blockNumber, headBlock, rows, rowsPerSecond, blocksPerSecond, secondsLeft };
    },
  };
}
