import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { GatewayError } from '../errors.js';
import { limitError } from './limits.js';

/**
 * Makes what a caller may see of an error. Coded errors of the gateway keep their message and code; errors about the request keep those of
 * GraphQL; everything else is a defect: it is logged with its cause and answered as INTERNAL without detail.
 */
export function createFormatError({
  limits,
  onDefect,
}: {
  limits: Limits;
  onDefect: (error: unknown) => void;
}): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const cause = rootOf(error);
    const code = formatted.extensions?.code;
    if (cause instanceof GatewayError && cause.code !== 'INTERNAL') return withCode(formatted, cause.code);
    const limit = limitOf(formatted.message, limits);
    if (limit && code !== 'INTERNAL_SERVER_ERROR') {
      const { message, extensions } = limitError(limit);
      return { message, extensions };
    }
    const own = cause instanceof GraphQLError ? cause.extensions.code : undefined;
    if (typeof own === 'string' && own !== code && own in kept) return withCode(formatted, own);
    if (persistedQueryMessage.test(formatted.message)) return withCode(formatted, 'BAD_REQUEST');
    if (typeof code === 'string' && !(code in defects)) return withCode(formatted, code);
    onDefect(cause);
    const { locations, path } = formatted;
    return {
      message: 'The gateway failed to answer this; the log of the process has the cause.',
      ...(locations && { locations }),
      ...(path && { path }),
      extensions: { code: 'INTERNAL' },
    };
  };
}

/** Apollo gives validation errors one code; these say more. */
const kept: Readonly<Record<string, true>> = { BAD_USER_INPUT: true, QUERY_LIMIT_EXCEEDED: true };

/** What Apollo calls an error without a code, and what the gateway calls its own defects. */
const defects: Readonly<Record<string, true>> = { INTERNAL_SERVER_ERROR: true, INTERNAL: true };

/** The limits that Apollo and graphql-js keep by themselves. Values nested so deep that reading them ends the stack are too many tokens too. */
function limitOf(message: string, { maxTokens, maxFields }: Limits): { name: string; limit: number } | undefined {
  if (/^Syntax Error: Document contains more that? \d+ tokens|^Maximum call stack size exceeded$/.test(message)) {
    return { name: 'lexical tokens', limit: maxTokens };
  }
  return message.endsWith('recursively requests too many selections.')
    ? { name: 'fields', limit: maxFields }
    : undefined;
}

interface Limits {
  readonly maxTokens: number;
  readonly maxFields: number;
}

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
