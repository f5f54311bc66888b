/** An operator that is a function of its evaluated arguments; undefined among them is a missing value. */
export interface ExpressionFunction {
  /** Least and most number of arguments. */
  readonly arity: readonly [least: number, most: number];
  /** Set for operators whose arguments have names; `apply` gets them in this order. */
  readonly named?: readonly string[];
  readonly apply: (parts: unknown[]) => unknown;
}
