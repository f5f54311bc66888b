import { Presets, SingleBar } from 'cli-progress';
import type { OnProgress } from '../services/import-deps.js';

/** A bar on stderr with rate and time left; nothing where stderr is no terminal. */
export function createProgress(): { onProgress: OnProgress; stop(): void } {
  const format = '{phase} [{bar}] {percentage}% | {value}/{total} {unit} | {rate}/s | {eta_formatted} left';
  const bar = new SingleBar(
    { format, hideCursor: true, etaBuffer: 50, stream: process.stderr },
    Presets.shades_classic,
  );
  let current = '';
  let startedAt = 0;
  const stop = (): void => {
    if (current !== '') bar.stop();
    current = '';
  };
  const onProgress: OnProgress = ({ phase, done, total }) => {
    const unit = phase === 'reading' ? 'bytes' : 'rows';
    if (phase !== current) {
      stop();
      current = phase;
      startedAt = performance.now();
      bar.start(total, 0, { phase, unit, rate: 0 });
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    bar.update(done, { phase, unit, rate: seconds === 0 ? 0 : Math.round(done / seconds) });
  };
  return process.stderr.isTTY ? { onProgress, stop } : { onProgress: () => undefined, stop: () => undefined };
}
