import { spawnSync } from 'node:child_process';

/** True when the command can be started. */
export function isRunnable(command: string, options: readonly string[] = ['--version']): boolean {
  return spawnSync(command, options, { stdio: 'ignore' }).status === 0;
}

/** Installs Debian packages where that needs nobody's leave (root, apt-get); false elsewhere. No daemon is started. */
export function installDebianPackages(packages: readonly string[]): boolean {
  if (process.getuid?.() !== 0 || !isRunnable('apt-get')) return false;
  console.log(`Installing from Debian: ${packages.join(' ')}`);
  // Without this policy a package like redis-server would start its daemon on the default port.
  const script = `
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then printf '#!/bin/sh\\nexit 101\\n' > "$policy"; chmod +x "$policy"; trap 'rm -f "$policy"' EXIT; fi
    apt-get update -qq && apt-get install -y -qq --no-install-recommends ${packages.join(' ')}`;
  const { status, stderr } = spawnSync('sh', ['-c', script], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) console.error(stderr);
  return status === 0;
}
