import { BadUserInputError } from '../errors.js';

/**
 * Some tokens of a batch cannot answer these arguments, such as a window that is too long for the age of their data. Each of them gets
 * its own error; the rest of the batch is loaded once more without them.
 */
export class RefusedTokensError extends BadUserInputError {
  readonly errors: ReadonlyMap<string, BadUserInputError>;

  constructor(errors: ReadonlyMap<string, BadUserInputError>) {
    super([...errors.values()][0]?.message ?? 'These arguments cannot be answered.');
    this.errors = errors;
  }
}

/** Throws RefusedTokensError when `check` finds a problem for at least one of the subjects. */
export function refuseTokens<S>(
  subjects: readonly S[],
  check: (subject: S) => { tokenId: string; problem: string } | undefined,
): void {
  const problems = subjects.map(check).filter((found) => found !== undefined);
  if (problems.length === 0) return;
  throw new RefusedTokensError(
    new Map(problems.map(({ tokenId, problem }) => [tokenId, new BadUserInputError(problem)])),
  );
}
