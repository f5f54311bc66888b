import { Presets, SingleBar } from 'cli-progress';
import type { FeedProgress } from '../services/feeding/progress.js';

/** A bar on stderr for the history of one token after another, with rate and time left; nothing where stderr is no terminal. */
export function createFeedProgress(): { onProgress: (progress: FeedProgress) => void; stop(): void } {
  if (!process.stderr.isTTY) return { onProgress: () => undefined, stop: () => undefined };
  const format = '{symbol} [{bar}] {percentage}% | block {value} of {total} | {rows} new, {rate}/s | {left} left';
  const bar = new SingleBar({ format, hideCursor: true, stream: process.stderr }, Presets.shades_classic);
  let current = '';
  const stop = (): void => {
    if (current !== '') bar.stop();
    current = '';
  };
  return {
    stop,
    onProgress: ({ tokenId, symbol, blockNumber, headBlock, rows, rowsPerSecond, secondsLeft }) => {
      const left = secondsLeft === null ? '?' : `${Math.ceil(secondsLeft)} s`;
      const fields = { symbol, rows, rate: Math.round(rowsPerSecond), left };
      if (tokenId !== current) {
        stop();
        current = tokenId;
        bar.start(headBlock, blockNumber, fields);
      }
      bar.setTotal(headBlock);
      bar.update(blockNumber, fields);
    },
  };
}
