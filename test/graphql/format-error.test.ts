import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { GatewayError, UpstreamUnavailableError } from '../../src/errors.js';
import { createFormatError } from '../../src/graphql/format-error.js';

const log: unknown[] = [];
const format = createFormatError({ limits: { maxTokens: 7, maxFields: 9 }, onDefect: (error) => log.push(error) });

/** As Apollo calls it: what graphql-js made of the error, and the error. */
function formatted(originalError: Error) {
  const error = new GraphQLError(originalError.message, { originalError, path: ['token'] });
  const { message, extensions } = error.toJSON();
  return format({ message, path: ['token'], extensions: { code: 'INTERNAL_SERVER_ERROR', ...extensions } }, error);
}

describe('errors of resolvers', () => {
  it('keep message and code when they are meant for the caller', () => {
    const { message, extensions } = formatted(new UpstreamUnavailableError({ service: 'MongoDB' }));
    expect(message).toMatch(/^MongoDB does not answer/);
    expect(extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
  });

  it.each([new TypeError('x of undefined'), new GatewayError('INTERNAL', 'row of a token that was not asked for')])(
    'are logged and answered without detail when they are defects: %s',
    (defect) => {
      log.length = 0;
      const answer = formatted(defect);
      expect(answer).toEqual({
        message: 'The gateway failed to answer this; the log of the process has the cause.',
        path: ['token'],
        extensions: { code: 'INTERNAL' },
      });
      expect(log).toEqual([defect]);
    },
  );
});
