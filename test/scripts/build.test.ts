import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-files.js';

const buildIfStale = () =>
  spawnSync(process.execPath, [join(projectRoot, 'scripts/build.mjs'), '--if-stale'], { encoding: 'utf8' });

describe('build', () => {
  it('is not felt on the second start: what is built is not built again', { timeout: 180_000 }, () => {
    expect(buildIfStale().status).toBe(0);
    const second = buildIfStale();
    expect({ status: second.status, output: second.stdout + second.stderr }).toEqual({ status: 0, output: '' });
  });
});
