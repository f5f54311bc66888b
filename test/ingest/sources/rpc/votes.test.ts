import { describe, expect, it } from 'vitest';
import { createVotes } from '../../../../src/ingest/sources/rpc/votes.js';

const votes = () => createVotes<string>({ fingerprint: (answer) => answer });

describe('votes about a block', () => {
  it('are won with four voices, so that a lie told three times is not believed', () => {
    const some = votes();
    some.give(1, 'lie', 3);
    expect(some.winner(1)).toBeUndefined();
    some.give(1, 'truth', 4);
    expect(some.winner(1)).toBeUndefined();
    expect(some.missing(1)).toBe(1);
    some.give(1, 'truth', 1);
    expect(some.winner(1)).toBe('truth');
  });

  it('are never won by one of two that both go on', () => {
    const some = votes();
    for (let i = 0; i < 20; i += 1) {
      some.give(1, 'one', 1);
      some.give(1, 'other', 1);
      expect(some.winner(1)).toBeUndefined();
    }
  });

  it('count for their own block only', () => {
    const some = votes();
    some.give(1, 'truth', 4);
    expect(some.winner(1)).toBe('truth');
    expect(some.winner(2)).toBeUndefined();
    expect(some.missing(2)).toBe(4);
  });
});
