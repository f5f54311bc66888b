import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { GatewayError } from '../errors.js';
import { limitError } from './limits.js';

/**
 * Makes what a caller may see of an error. Coded errors of the gateway keep their message and code; errors about the request keep those of
 * GraphQL; everything else is a defect: it is logged with its cause and answered as INTERNAL without detail.
 */
export function createFormatError({
  maxTokens,
  onDefect,
}: {
  maxTokens: number;
  onDefect: (error: unknown) => void;
}): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const cause = rootOf(error);
    const code = formatted.extensions?.code;
    if (cause instanceof GatewayError) return withCode(formatted, cause.code);
    if (limitMessage.test(formatted.message) && code !== 'INTERNAL_SERVER_ERROR') {
      const { message, extensions } = limitError({ name: 'lexical tokens or selections', limit: maxTokens });
      return { message, extensions };
    }
    const own = cause instanceof GraphQLError ? cause.extensions.code : undefined;
    if (typeof own === 'string' && own !== code && own in kept) return withCode(formatted, own);
    if (persistedQueryMessage.test(formatted.message)) return withCode(formatted, 'BAD_REQUEST');
    if (typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR') return withCode(formatted, code);
    onDefect(cause);
    return {
      ...withCode(formatted, 'INTERNAL'),
      message: 'The gateway failed to answer this; the log of the process has the cause.',
    };
  };
}

/** Apollo gives validation errors one code; these say more. */
const kept: Readonly<Record<string, true>> = { BAD_USER_INPUT: true, QUERY_LIMIT_EXCEEDED: true };

/** The last one: values nested so deep that reading them ends the stack before the count of tokens ends it. */
const limitMessage =
  /^Syntax Error: Document contains more that? \d+ tokens|recursively requests too many selections\.$|^Maximum call stack size exceeded$/;
const persistedQueryMessage = /^(provided sha does not match query|Unsupported persisted query version)/;

function withCode(formatted: GraphQLFormattedError, code: string): GraphQLFormattedError {
  return {
    ...formatted,
    message: shorten(formatted.message),
    extensions: { ...formatted.extensions, code },
  };
}

/** Messages of graphql-js repeat what came, at any length. */
function shorten(message: string): string {
  return message.replace(/"([^"]{100})[^"]+"/g, '"$1..."').slice(0, 1_000);
}

function rootOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error;
}
