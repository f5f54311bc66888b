import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importTable, libraryDoors, moduleOf } from './support/import-table.js';
import { inspectSource, projectRoot, readSourceFiles, type SourceFile } from './support/source-files.js';

const files = readSourceFiles();

/** Imports that the table does not allow, as sentences. */
function forbiddenImports(all: readonly SourceFile[]): string[] {
  return all.flatMap(({ path, imports }) => {
    const module = moduleOf(path);
    const rule = importTable[module];
    if (!rule) return [`${path}: the import table has no row for ${module}`];
    return imports
      .filter(({ isOwn }) => isOwn)
      .filter(({ target, typesOnly }) => {
        const wanted = moduleOf(target);
        return wanted !== module && !rule.may.includes(wanted) && !(typesOnly && rule.types?.includes(wanted));
      })
      .map(({ target, typesOnly }) => {
        const typesAllowed = rule.types?.includes(moduleOf(target)) && !typesOnly;
        return `${path} imports ${target}${typesAllowed ? ', of which it may only import types' : ''}`;
      });
  });
}

/** Libraries that are imported elsewhere than at their door. */
function wrongDoors(all: readonly SourceFile[]): string[] {
  return all.flatMap(({ path, imports }) =>
    imports
      .filter(({ target, isOwn }) => !isOwn && Object.hasOwn(libraryDoors, target))
      .filter(({ target }) => !libraryDoors[target]?.some((door) => path === door || path.startsWith(`${door}/`)))
      .map(({ target }) => `${path} imports ${target}, whose door is ${libraryDoors[target]?.join(' or ')}`),
  );
}

/** One ring of imports that exist at run time for each file that is in one, as `a → b → a`. */
function circles(all: readonly SourceFile[]): string[] {
  const graph = new Map(
    all.map(({ path, imports }) => [
      path,
      imports.filter(({ isOwn, typesOnly }) => isOwn && !typesOnly).map(({ target }) => target),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const seen = trail.indexOf(path);
    if (seen >= 0) {
      found.push([...trail.slice(seen), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const target of graph.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return found;
}

describe('conventions of src', () => {
  it('imports only what the table of the design allows', () => {
    expect(forbiddenImports(files)).toEqual([]);
  });

  it('imports each library through its one door', () => {
    expect(wrongDoors(files)).toEqual([]);
  });

  it('lets storage and protocol of the embedded store reach its query language only through one file', () => {
    const inside = (path: string) => path.startsWith('embedded/query/');
    const direct = files
      .filter(({ path }) => !inside(path))
      .flatMap(({ path, imports }) => imports.map(({ target }) => `${path} imports ${target}`));
    const reaching = direct.filter((line) => line.includes(' imports embedded/query'));
    expect(reaching).toEqual(['embedded/server imports embedded/query/index']);
  });

  it('has no circle of imports', () => {
    expect(circles(files)).toEqual([]);
  });

  it('has no file over 250 lines and a median under 100', () => {
    expect(
      files.filter(({ lineCount }) => lineCount > 250).map(({ path, lineCount }) => `${path}: ${lineCount}`),
    ).toEqual([]);
    const counts = files.map(({ lineCount }) => lineCount).sort((a, b) => a - b);
    expect(counts[Math.floor(counts.length / 2)]).toBeLessThan(100);
  });

  it('exports by name only, each with a doc comment', () => {
    expect(files.filter(({ hasDefaultExport }) => hasDefaultExport).map(({ path }) => path)).toEqual([]);
    expect(
      files.flatMap(({ path, undocumentedExports }) => undocumentedExports.map((name) => `${path}: ${name}`)),
    ).toEqual([]);
  });

  it('reads process.env at the process edge only', () => {
    const readers = files.filter(({ readsEnvironment }) => readsEnvironment).map(({ path }) => path);
    expect(readers.filter((path) => !['config', 'main'].includes(path) && moduleOf(path) !== 'cli')).toEqual([]);
  });

  it('sees what it forbids', () => {
    const broken = [
      inspectSource({
        path: 'models/broken',
        text: `
          import Keyv from 'keyv/x';
          import { createStore, type Store } from '../cache/store.js';
          export default function broken() { return process.env.HOME; }
          export const bare = 1;
          /** Documented. */
          export interface Fine { a: number }`,
      }),
      inspectSource({
        path: 'cache/store',
        text: "export * from '../models/broken.js'; const later = import('../graphql/x.js');",
      }),
      inspectSource({ path: 'relations/fine', text: "import type { Row } from '../models/models.js';" }),
      inspectSource({ path: 'graphql/lazy', text: "import { createLoaders } from '../loaders/loaders.js';" }),
      inspectSource({ path: 'attic/old', text: '' }),
    ];
    expect(forbiddenImports(broken)).toEqual([
      'models/broken imports cache/store',
      'cache/store imports models/broken',
      'cache/store imports graphql/x',
      'graphql/lazy imports loaders/loaders, of which it may only import types',
      'attic/old: the import table has no row for attic',
    ]);
    expect(wrongDoors(broken)).toHaveLength(1);
    expect(circles(broken)).toEqual(['models/broken → cache/store → models/broken']);
    expect(broken[0]).toMatchObject({
      hasDefaultExport: true,
      readsEnvironment: true,
      undocumentedExports: ['broken', 'bare'],
    });
  });
});

describe('package.json', () => {
  it('pins every version exactly', () => {
    const manifest: Record<string, Record<string, string>> = JSON.parse(
      readFileSync(join(projectRoot, 'package.json'), 'utf8'),
    );
    const loose = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.entries(manifest[kind] ?? {}).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    );
    expect(loose).toEqual([]);
  });
});
