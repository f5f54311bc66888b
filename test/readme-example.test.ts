import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.js';
import { buildBanner } from '../src/main/banner.js';
import { runCli, startProgram } from './support/program.js';
import { projectRoot } from './support/source-files.js';

const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');

/** The first fenced block of a language. */
const blockOf = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1] ?? '';

describe('the example of the README', () => {
  let folder: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'readme-'));
    environment = { DATA_DIR: folder };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('imports what it says with the command it says', async () => {
    const command = /^npm run cli -- (import examples\/.+)$/m.exec(readme)?.[1] ?? '';
    const { code, output, errors } = await runCli({ args: command.split(' '), environment });
    expect({ code, errors }).toMatchObject({ code: 0 });
    const summary = /^\d+ read, \d+ new, \d+ known, \d+ refused/m;
    expect(summary.exec(output)?.[0]).toBe(summary.exec(readme)?.[0]);
  });

  it('answers the query with the answer that stands below it', async () => {
    const gateway = await startProgram({ environment });
    const { data, errors } = await gateway.ask(blockOf('graphql'));
    expect(errors).toBeUndefined();
    expect(data).toEqual(JSON.parse(blockOf('json')));
    expect(await gateway.stop()).toBe(0);
  });

  it('shows the banner that the program prints', () => {
    const banner = buildBanner({
      config: readConfig({}),
      data: { demo: true, folder: 'data/demo' },
      version: (JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string }).version,
      url: 'http://localhost:4000',
    });
    expect(readme).toContain(`\n\`\`\`\n${banner}\`\`\`\n`);
  });
});
