import { installDebianPackages, isRunnable } from './debian.js';

/** A Chromium that tests may start: on the PATH (or named by TEST_CHROMIUM), or installed now where that is possible; else throws the command to run. */
export function ensureChromium(): string {
  const found = findChromium();
  if (found !== undefined) return found;
  if (installDebianPackages(['chromium'])) {
    const installed = findChromium();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'The tests need a Chromium and found none on the PATH. Install it (Debian: sudo apt-get install chromium; ' +
      'macOS: brew install --cask chromium) or set TEST_CHROMIUM to the binary of a Chrome or Chromium.',
  );
}

function findChromium(): string | undefined {
  const candidates = [
    process.env.TEST_CHROMIUM,
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
  ];
  return candidates.find((command) => command !== undefined && command !== '' && isRunnable(command));
}
