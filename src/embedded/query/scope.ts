/** User variables by name, without `$$`. */
export type Variables = Readonly<Record<string, unknown>>;

/** What an expression is evaluated in. */
export interface Scope {
  readonly root: unknown;
  readonly variables: Variables;
}

/** A compiled expression; undefined is a missing value. */
export type Expression = (scope: Scope) => unknown;

/** Compiles an expression in which the named variables may be used. */
export type Compile = (expression: unknown, known: readonly string[]) => Expression;
