import type { Check } from './check.js';

/** Node.js is new enough. */
export function checkNode(version: string = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isSupported = major > 20 || (major === 20 && minor >= 19);
  if (isSupported) return { name: 'node', state: 'ok', detail: `Node.js ${version}` };
  return {
    name: 'node',
    state: 'fail',
    detail: `Node.js ${version}`,
    remedy: 'Install Node.js 20.19 or newer: https://nodejs.org/',
  };
}
