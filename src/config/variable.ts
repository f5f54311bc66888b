import type { z } from 'zod';

/** One environment variable: what it is parsed with, its default as text, what it means; `bound` puts it into the table of limits. */
export interface Variable<T> {
  readonly schema: z.ZodType<T, string>;
  readonly default: string | undefined;
  readonly meaning: string;
  readonly bound?: true;
}

/** A setting with a default. */
export const variable = <T>(type: z.ZodType<T, string>, fallback: string, meaning: string): Variable<T> => ({
  schema: type,
  default: fallback,
  meaning,
});
/** A limit or bound with a default. */
export const bound = <T>(type: z.ZodType<T, string>, fallback: string, meaning: string): Variable<T> => ({
  ...variable(type, fallback, meaning),
  bound: true,
});
/** A setting that may be absent. */
export const optional = <T>(type: z.ZodType<T, string>, meaning: string) => ({
  schema: type.optional(),
  default: undefined,
  meaning,
});
