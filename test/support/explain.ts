import type { Database } from '../../src/database.js';

/** What a server says about how it answers a command. */
export interface Explained {
  readonly command: string;
  readonly stages: readonly string[];
  /** The winning plan as JSON text. */
  readonly plan: string;
  /** Keys and documents that it looked at, where the statistics were asked for. */
  readonly examined: { readonly keys: number; readonly docs: number } | undefined;
}

/**
 * Explains a find or aggregate, and for each `$lookup` the pipeline that it runs for one token, with values in place of its variables:
 * a server does not tell the plan of that part by itself.
 */
export async function explainAll(
  database: Database,
  command: Readonly<Record<string, unknown>>,
  variables: Readonly<Record<string, unknown>>,
  verbosity: 'queryPlanner' | 'executionStats' = 'queryPlanner',
): Promise<Explained[]> {
  const own = await explain(database, command, verbosity);
  const lookups = ((command.pipeline ?? []) as Array<Record<string, unknown>>).flatMap(({ $lookup }) =>
    $lookup === undefined ? [] : [$lookup as Lookup],
  );
  const inner = await Promise.all(
    lookups.map(({ from, foreignField, pipeline }) => {
      const join = foreignField === undefined ? [] : [{ $match: { [foreignField]: variables.id } }];
      const own = [...join, ...(substitute(pipeline, variables) as unknown[])];
      return explain(database, { aggregate: from, pipeline: own, cursor: {} }, verbosity);
    }),
  );
  return [own, ...inner];
}

interface Lookup {
  readonly from: string;
  readonly foreignField?: string;
  readonly pipeline: unknown[];
}

async function explain(
  database: Database,
  command: Readonly<Record<string, unknown>>,
  verbosity: string,
): Promise<Explained> {
  const wanted = ['find', 'aggregate', 'filter', 'sort', 'limit', 'projection', 'pipeline', 'cursor'];
  const asked = Object.fromEntries(wanted.filter((name) => name in command).map((name) => [name, command[name]]));
  const plan = await database.connection.db?.command({ explain: asked, verbosity });
  const text = JSON.stringify(plan?.queryPlanner ?? plan);
  const stats = plan?.executionStats;
  const examined = stats && { keys: stats.totalKeysExamined, docs: stats.totalDocsExamined };
  const stages = [...text.matchAll(/"stage":"([A-Z_]+)"/g)].map((match) => match[1] ?? '');
  return { command: JSON.stringify(asked), stages, plan: text, examined };
}

function substitute(value: unknown, variables: Readonly<Record<string, unknown>>): unknown {
  if (typeof value === 'string' && value.startsWith('$$')) return variables[value.slice(2)];
  if (Array.isArray(value)) return value.map((part) => substitute(part, variables));
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, substitute(part, variables)]));
}
