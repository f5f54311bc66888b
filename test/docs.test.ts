import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { variables } from '../src/config/variables.js';
import { readConfig } from '../src/config.js';
import { errorCodes } from '../src/errors.js';
import { relations } from '../src/relations/index.js';
import { renderEnvExample, type TableName, withTables } from './support/docs.js';
import { projectRoot } from './support/source-files.js';

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');
const readme = read('README.md');
const manifest: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
const howToFix = 'run `npm run docs` and commit the result';

/** First cells of a table of the README as it stands there, without the code quotes. */
function namesInTable(name: TableName): string[] {
  const body = readme.split(`<!-- ${name} -->`)[1]?.split(`<!-- /${name} -->`)[0] ?? '';
  return [...body.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell]) => cell ?? '');
}

/** Contents of the fenced blocks of one language. */
function blocksOf(language: string): string[] {
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, body]) => body ?? '');
}

describe('.env.example', () => {
  it('holds exactly the variables of the configuration', () => {
    expect(read('.env.example'), howToFix).toBe(renderEnvExample());
    const named = [...read('.env.example').matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(named).toEqual(Object.keys(variables));
  });

  it('changes nothing when it is used as it is, nor with its defaults written out', () => {
    expect(readConfig(parseEnv(read('.env.example')))).toEqual(readConfig({}));
    expect(readConfig(parseEnv(read('.env.example').replace(/^# ([A-Z_]+=)/gm, '$1')))).toEqual(readConfig({}));
  });
});

describe('README.md', () => {
  it('has the tables that follow from the code', () => {
    expect(readme, howToFix).toBe(withTables(readme));
  });

  it('names every variable, limit, error code and relation, and none that does not exist', () => {
    expect([...namesInTable('configuration'), ...namesInTable('limits')].sort()).toEqual(Object.keys(variables).sort());
    expect(namesInTable('errors')).toEqual(Object.keys(errorCodes));
    expect(namesInTable('relations')).toEqual(relations.map(({ name }) => name));
  });

  it('opens with the two commands', () => {
    expect(readme.indexOf('npm ci && npm start')).toBeGreaterThan(0);
    expect(readme.indexOf('npm ci && npm start')).toBeLessThan(1_500);
    expect(readme.indexOf('npm ci && npm test')).toBeLessThan(1_500);
  });

  it('names only npm scripts, variables and files that exist', () => {
    const scripts = [...readme.matchAll(/npm (?:run )?(start|test|[a-z]+)(?= |`|$)/gm)]
      .map(([, name]) => name ?? '')
      .filter((name) => !['ci', 'install'].includes(name));
    expect(scripts.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);

    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map(([, target]) => target ?? '');
    expect(links.filter((target) => !existsSync(join(projectRoot, target)))).toEqual([]);

    const known = new Set([...Object.keys(variables), ...Object.keys(errorCodes)]);
    const words = [...readme.matchAll(/`([A-Z][A-Z]*(?:_[A-Z]+)+)(?:=[^`]*)?`/g)].map(([, word]) => word ?? '');
    expect(words.filter((word) => !known.has(word) && !word.startsWith('TEST_') && !word.startsWith('LAST_'))).toEqual(
      [],
    );
  });

  it('shows only queries that the schema knows', () => {
    const schema = buildSchema(read('schema/schema.graphql'));
    const queries = blocksOf('graphql');
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries) expect(validate(schema, parse(query)).map(({ message }) => message)).toEqual([]);
  });
});

describe('LICENSE', () => {
  it('is the one that package.json names', () => {
    expect(JSON.parse(read('package.json'))).toMatchObject({ license: 'MIT' });
    expect(read('LICENSE')).toMatch(/^MIT License\n/);
  });
});
