/** User variables by name, without `$$`. */
export type Variables = Readonly<Record<string, unknown>>;

/** What an expression is evaluated in. */
export interface Scope {
  readonly root: unknown;
  readonly variables: Variables;
}

/** A compiled expression; undefined is a missing value. */
export type Expression = (scope: Scope) => unknown;

/** Compiles a part of an expression, in which further variables may be bound. */
export type Compile = (expression: unknown, bound?: readonly string[]) => Expression;
