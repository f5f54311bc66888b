import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** Largest document that is executed. */
export interface QueryLimits {
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxFields: number;
}

/**
 * A validation rule that refuses documents deeper, longer or with more aliases than allowed, measured on the expanded tree without expanding
 * it: each fragment is measured once. It runs after the rules of the specification, so fragments are known and have no cycles.
 */
export function createLimitsRule(limits: QueryLimits): (context: ValidationContext) => ASTVisitor {
  return (context) => ({
    [Kind.OPERATION_DEFINITION]: ({ selectionSet }) => {
      const measured = measure(selectionSet, { context, fragments: new Map() });
      for (const [name, limit] of [
        ['depth', limits.maxDepth],
        ['aliases', limits.maxAliases],
        ['fields', limits.maxFields],
      ] as const) {
        const found = measured[name];
        if (found > limit) context.reportError(limitError({ name, limit, found }));
      }
      return false;
    },
  });
}

/** Refusal of a document; says the limit and what was found, and no name of the schema. */
export function limitError({ name, limit, found }: { name: string; limit: number; found?: number }): GraphQLError {
  const came = found === undefined ? 'more' : String(found);
  return new GraphQLError(
    `The document may have at most ${limit} ${words[name] ?? name}, got ${came}. Ask for less at once.`,
    {
      extensions: { code: 'QUERY_LIMIT_EXCEEDED', limit, ...(found === undefined ? {} : { found }) },
    },
  );
}

const words: Readonly<Record<string, string>> = { depth: 'levels of fields' };

interface Measure {
  readonly depth: number;
  readonly aliases: number;
  readonly fields: number;
}

interface Measuring {
  readonly context: ValidationContext;
  readonly fragments: Map<FragmentDefinitionNode, Measure>;
}

function measure(set: SelectionSetNode | undefined, measuring: Measuring): Measure {
  let depth = 0;
  let aliases = 0;
  let fields = 0;
  const add = (inner: Measure, levels: number): void => {
    depth = Math.max(depth, inner.depth + levels);
    aliases += inner.aliases;
    fields += inner.fields;
  };
  for (const selection of set?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      const inner = measure(selection.selectionSet, measuring);
      // graphql-js bounds the nesting of introspection by a rule of its own; the usual query for it is deeper than any other.
      add(selection.name.value.startsWith('__') ? { ...inner, depth: 0 } : inner, 1);
      fields += 1;
      if (selection.alias) aliases += 1;
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      add(measure(selection.selectionSet, measuring), isFragmentOnly(set) ? 1 : 0);
    } else {
      const fragment = measuring.context.getFragment(selection.name.value);
      if (fragment) add(measureFragment(fragment, measuring), isFragmentOnly(set) ? 1 : 0);
    }
  }
  return { depth, aliases, fields };
}

function measureFragment(fragment: FragmentDefinitionNode, measuring: Measuring): Measure {
  const known = measuring.fragments.get(fragment) ?? measure(fragment.selectionSet, measuring);
  measuring.fragments.set(fragment, known);
  return known;
}

/** Fragments nested in nothing but fragments count as levels: they cost a level of recursion and select nothing. */
function isFragmentOnly(set: SelectionSetNode | undefined): boolean {
  return set?.selections.every(({ kind }) => kind !== Kind.FIELD) ?? false;
}
