import { Arg, ID, Int, Mutation, Resolver } from 'type-graphql';
import { ForbiddenError } from '../errors.js';
import { Token } from '../models/token.js';
import { IngestStatus } from './types/status.js';
import { CreateTokenInput, UpdateTokenInput } from './types/token-inputs.js';

/**
 * Writing over the network needs a role, and no caller has one yet: each field refuses, whatever it is given.
 * The command line on the host is the way to change data.
 */
@Resolver()
export class MutationResolver {
  /** Refused. */
  @Mutation(() => Token, { description: 'Adds a token. Needs the role admin.' })
  createToken(@Arg('input', () => CreateTokenInput) _input: CreateTokenInput): Token {
    throw new ForbiddenError();
  }

  /** Refused. */
  @Mutation(() => Token, { description: 'Changes a token; absent fields stay. Needs the role admin.' })
  updateToken(@Arg('id', () => ID) _id: string, @Arg('input', () => UpdateTokenInput) _input: UpdateTokenInput): Token {
    throw new ForbiddenError();
  }

  /** Refused. */
  @Mutation(() => Boolean, {
    description: 'Hides a token at once and removes every row of its relations. Needs the role admin.',
  })
  deleteToken(@Arg('id', () => ID) _id: string): boolean {
    throw new ForbiddenError();
  }

  /** Refused. */
  @Mutation(() => IngestStatus, { description: 'Takes in what is new at the source now. Needs the role operator.' })
  syncToken(@Arg('id', () => ID) _id: string): IngestStatus {
    throw new ForbiddenError();
  }

  /** Refused. */
  @Mutation(() => Int, {
    description:
      'Drops the cached entries of a token at once; gives how many are known to have gone. Needs the role operator.',
  })
  invalidateTokenCaches(@Arg('id', () => ID) _id: string): number {
    throw new ForbiddenError();
  }

  /** Refused. */
  @Mutation(() => Int, {
    description:
      'Drops cached entries by a pattern over their keys with * and ?. Takes effect at once and gives how many entries are known to have gone so far. Needs the role operator.',
  })
  invalidatePattern(@Arg('pattern', () => String) _pattern: string): number {
    throw new ForbiddenError();
  }
}
