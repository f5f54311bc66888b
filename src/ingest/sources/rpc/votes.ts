/** Answers about blocks and how many voices each has. */
export interface Votes<T> {
  give(block: number, answer: T, weight: number): void;
  /** The answer that has enough voices and leads over every other; none while nodes are of two minds. */
  winner(block: number): T | undefined;
  /** How many voices the leading answer lacks, if all were for it. */
  missing(block: number): number;
}

/**
 * Four voices win, so that a lie told three times has no majority, with a lead of two: of two nodes that each stay with their answer
 * neither is believed.
 */
export function createVotes<T>({ fingerprint }: { fingerprint: (answer: T) => string }): Votes<T> {
  const blocks = new Map<number, Map<string, { answer: T; count: number }>>();

  const ranking = (block: number) => {
    const [first, second] = [...(blocks.get(block)?.values() ?? [])].sort((a, b) => b.count - a.count);
    const needed = Math.max(enough, (second?.count ?? 0) + lead);
    return { first, missing: Math.max(needed - (first?.count ?? 0), 0) };
  };

  return {
    give: (block, answer, weight) => {
      const answers = blocks.get(block) ?? new Map<string, { answer: T; count: number }>();
      blocks.set(block, answers);
      const key = fingerprint(answer);
      answers.set(key, { answer, count: (answers.get(key)?.count ?? 0) + weight });
    },
    winner: (block) => {
      const { first, missing } = ranking(block);
      return missing === 0 ? first?.answer : undefined;
    },
    missing: (block) => ranking(block).missing,
  };
}

const enough = 4;
const lead = 2;
