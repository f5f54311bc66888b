import { readConfig } from '../config.js';
import { ConfigurationError } from '../errors.js';
import type { AddCommand } from './command.js';
import type { Check } from './doctor/check.js';
import { checkDatabase } from './doctor/check-database.js';
import { checkNode } from './doctor/check-node.js';
import { checkRedis } from './doctor/check-redis.js';
import { checkSources } from './doctor/check-sources.js';
import type { Output } from './output.js';

/** Declares `doctor`. */
export const addDoctor: AddCommand = (program, run) => {
  program
    .command('doctor')
    .description('Looks at everything that the gateway works with, and says what to do about what does not work.')
    .option('--json', 'one JSON object on stdout')
    .action(({ json }: { json?: true }) => run.alone(json, runDoctor));
};

/** `doctor`: exit code 1 when something does not work, 0 otherwise, also with warnings. */
export async function runDoctor(
  environment: Readonly<Record<string, string | undefined>>,
  output: Output,
): Promise<number> {
  const checks = await examine(environment);
  const healthy = checks.every(({ state }) => state !== 'fail');
  output.result({ healthy, checks }, checks.map(textOf).join('\n'));
  return healthy ? 0 : 1;
}

async function examine(environment: Readonly<Record<string, string | undefined>>): Promise<Check[]> {
  const node = checkNode();
  try {
    const config = readConfig(environment);
    const found = await Promise.all([checkDatabase(config), checkRedis(config), checkSources(config)]);
    return [node, { name: 'configuration', state: 'ok', detail: 'every variable can be used' }, ...found.flat()];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const remedy = 'Mend the variables that are named; .env.example lists all.';
    return [node, { name: 'configuration', state: 'fail', detail: error.message, remedy }];
  }
}

function textOf({ name, state, detail, remedy }: Check): string {
  const line = `${state.padEnd(4)}  ${name.padEnd(13)} ${detail}`;
  return remedy === undefined ? line : `${line}\n      ${''.padEnd(13)} -> ${remedy}`;
}
