import { type Tier, tiers } from '../../src/cache/tiers.js';
import { variables } from '../../src/config/variables.js';
import { errorCodes } from '../../src/errors.js';
import { relations } from '../../src/relations/index.js';

/** `.env.example`: every variable with its meaning and default, all commented out, so that a copy changes nothing. */
export function renderEnvExample(): string {
  const entries = Object.entries<VariableText>(variables).map(
    ([name, { meaning, default: fallback }]) => `# ${meaning}\n# ${name}=${fallback ?? ''}`,
  );
  return `# Copy to .env and take away the # of what you change. An empty variable counts as unset.\n\n${entries.join('\n\n')}\n`;
}

/** The tables of the README that follow from code, by the name in their markers. */
export function renderTables(): Record<TableName, string> {
  const all = Object.entries<VariableText>(variables);
  const row = ([name, { default: fallback, meaning }]: [string, VariableText]): string[] => [
    code(name),
    fallback === undefined ? 'unset' : code(fallback),
    meaning,
  ];
  const variableHead = ['Variable', 'Default', 'Meaning'];
  return {
    configuration: table(variableHead, all.filter(([, { bound }]) => !bound).map(row)),
    limits: table(variableHead, all.filter(([, { bound }]) => bound).map(row)),
    errors: table(
      ['Code', 'HTTP', 'Try again', 'Meaning'],
      Object.entries(errorCodes).map(([name, { status, retryable, meaning }]) => [
        code(name),
        String(status),
        retryable ? 'yes' : 'no',
        meaning,
      ]),
    ),
    relations: table(
      ['Field of `Token`', 'Tier', 'What it gives'],
      relations.map(({ name, tier, description }) => [code(name), `${tier}, ${lifeOf(tier)}`, description]),
    ),
  };
}

/** A README with its tables made anew; throws when a marker is missing. */
export function withTables(readme: string): string {
  return Object.entries(renderTables()).reduce((text, [name, rendered]) => {
    const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`README.md: expected a table between ${start.trim()} and ${end}`);
    return `${text.slice(0, from + start.length)}${rendered}${text.slice(to)}`;
  }, readme);
}

/** Name of a generated table. */
export type TableName = 'configuration' | 'limits' | 'errors' | 'relations';

interface VariableText {
  readonly meaning: string;
  readonly default: string | undefined;
  readonly bound?: true;
}

const code = (text: string): string => `\`${text}\``;

function lifeOf(tier: Tier): string {
  const minutes = tiers[tier].ttlMs / 60_000;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}
