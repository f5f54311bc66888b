import type { Document } from 'bson';
import type { UpdateOptions } from '../contracts.js';
import { MongoError } from '../errors.js';
import { shown } from './arguments.js';
import { compileFilter, type Filter } from './filter.js';
import { ownField } from './paths.js';
import { compileElementTest, isOperators } from './predicates.js';
import { isDocument } from './values.js';

/** Turns paths with `$`, `$[]` and `$[name]` into the paths of the elements that they mean in one document. */
export interface PathResolver {
  resolve(document: Document, path: readonly string[]): (readonly string[])[];
  /** An array filter that no path uses is an error, as in MongoDB. */
  requireAllFiltersUsed(update: Document): void;
}

/** A resolver for one statement. */
export function createPathResolver({ arrayFilters = [], filter = {} }: UpdateOptions): PathResolver {
  const filters = new Map(arrayFilters.map((arrayFilter) => compileArrayFilter(arrayFilter)));
  const used = new Set<string>();

  const indexesOf = (part: string, list: unknown[], document: Document, walked: string[]): number[] => {
    if (part === '$') return [positionOf(document, filter, walked)];
    const name = part.slice(2, -1);
    if (name === '') return [...list.keys()];
    const matches = filters.get(name) as Filter;
    return [...list.keys()].filter((index) => matches({ [name]: list[index] }));
  };

  const walk = (document: Document, target: unknown, walked: string[], rest: readonly string[]): string[][] => {
    const at = rest.findIndex((part) => part.startsWith('$'));
    if (at < 0) return [[...walked, ...rest]];
    const before = rest.slice(0, at);
    const list = before.reduce<unknown>(
      (value, part) =>
        isDocument(value) ? ownField(value, part) : Array.isArray(value) ? value[Number(part)] : undefined,
      target,
    );
    const here = [...walked, ...before];
    if (!Array.isArray(list)) {
      const problem = rest[at] === '$' ? 'The positional operator did not find the match needed from the query.' : '';
      const missing = `The path '${here.join('.')}' must exist in the document in order to apply array updates.`;
      throw new MongoError('BadValue', problem || missing);
    }
    return indexesOf(rest[at] as string, list, document, here).flatMap((index) =>
      walk(document, list[index], [...here, String(index)], rest.slice(at + 1)),
    );
  };

  return {
    resolve(document, path) {
      if (!path.some((part) => part.startsWith('$'))) return [path];
      for (const part of path) {
        const name = /^\$\[(\w+)\]$/.exec(part)?.[1];
        if (name === undefined) continue;
        if (!filters.has(name)) {
          throw new MongoError(
            'BadValue',
            `No array filter found for identifier '${name}' in path '${path.join('.')}'`,
          );
        }
        used.add(name);
      }
      return walk(document, document, [], path);
    },
    requireAllFiltersUsed(update) {
      const unused = [...filters.keys()].find((name) => !used.has(name));
      if (unused !== undefined) {
        const problem = `The array filter for identifier '${unused}' was not used in the update ${shown(update)}`;
        throw new MongoError('FailedToParse', problem);
      }
    },
  };
}

function compileArrayFilter(arrayFilter: Document): [name: string, matches: Filter] {
  const names = new Set(fieldsOf(arrayFilter).map((field) => field.split('.')[0] as string));
  const [name] = names;
  if (names.size !== 1 || name === undefined) {
    throw new MongoError(
      'FailedToParse',
      `Error parsing array filter :: expected a single top-level field name, found ${[...names].join(', ')}`,
    );
  }
  return [name, compileFilter(arrayFilter)];
}

function fieldsOf(filter: Document): string[] {
  return Object.entries(filter).flatMap(([name, condition]) =>
    name.startsWith('$') && Array.isArray(condition) ? condition.flatMap((part) => fieldsOf(part as Document)) : [name],
  );
}

/** Index of the first element that satisfies the filter's condition on the array: what `$` means. */
function positionOf(document: Document, filter: Document, walked: readonly string[]): number {
  const path = walked.join('.');
  const list = walked.reduce<unknown>((value, part) => (value as Document)[part], document) as unknown[];
  for (const [name, condition] of conditionsOf(filter)) {
    const index = list.findIndex((element) => elementMatches(element, path, name, condition));
    if ((name === path || name.startsWith(`${path}.`)) && index >= 0) return index;
  }
  throw new MongoError('BadValue', 'The positional operator did not find the match needed from the query.');
}

function elementMatches(element: unknown, path: string, name: string, condition: unknown): boolean {
  if (name !== path) {
    const rest = name.slice(path.length + 1);
    return isDocument(element) && compileFilter({ [rest]: condition })(element);
  }
  if (isOperators(condition) && '$elemMatch' in condition) {
    return compileFilter({ list: { $elemMatch: condition.$elemMatch } })({ list: [element] });
  }
  return compileElementTest(condition, { elementFilter: compileFilter })(element);
}

function* conditionsOf(filter: Document): Generator<[string, unknown]> {
  for (const [name, condition] of Object.entries(filter)) {
    if ((name === '$and' || name === '$or') && Array.isArray(condition)) {
      for (const part of condition) yield* conditionsOf(part as Document);
    } else yield [name, condition];
  }
}
