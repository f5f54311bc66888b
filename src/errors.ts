/**
 * Every error that reaches a caller has a code from this table, which fixes its HTTP status and whether trying again can help.
 * The README's table of codes is checked against it.
 */
export const errorCodes = {
  BAD_USER_INPUT: {
    status: 400,
    retryable: false,
    meaning: 'An argument or a flag is outside what is allowed; the message names it.',
  },
  BAD_CURSOR: { status: 400, retryable: false, meaning: '`after` is not a cursor of this field.' },
  QUERY_LIMIT_EXCEEDED: {
    status: 400,
    retryable: false,
    meaning: 'The document is deeper, longer or wider than allowed, or its answer would have too many rows.',
  },
  UNAUTHENTICATED: {
    status: 401,
    retryable: false,
    meaning: 'Who calls could not be made out: a signature or a key is missing or wrong.',
  },
  FORBIDDEN: { status: 403, retryable: false, meaning: 'The caller may not do this.' },
  TOKEN_NOT_FOUND: { status: 404, retryable: false, meaning: 'No token has this id, symbol or address.' },
  TOKEN_CONFLICT: { status: 409, retryable: false, meaning: 'Another token has this symbol, name or address.' },
  BAD_ROW: {
    status: 422,
    retryable: false,
    meaning: 'A row of a source is refused; file, line, column and reason are in the message.',
  },
  LEASE_LOST: {
    status: 409,
    retryable: true,
    meaning: 'Another process has taken over feeding the token; nothing of this write is left.',
  },
  SOURCE_BUSY: { status: 409, retryable: true, meaning: 'Another process feeds the token at this moment.' },
  REORG_TOO_DEEP: {
    status: 409,
    retryable: false,
    meaning:
      'The chain replaced a block that it had called final. The token is stopped, its data stays readable as it was.',
  },
  WRONG_CHAIN: {
    status: 500,
    retryable: false,
    meaning: 'A node serves another chain than CHAIN_ID; RPC_URL or CHAIN_ID has to change.',
  },
  SOURCE_CONTRADICTS: {
    status: 502,
    retryable: true,
    meaning: 'What a node or provider says contradicts itself or what it said before; nothing of it is taken in.',
  },
  SOURCE_REFUSED: {
    status: 502,
    retryable: false,
    meaning: 'A node or provider refuses what was asked: the key, the plan, or an operation that it does not offer.',
  },
  BUDGET_EXHAUSTED: {
    status: 429,
    retryable: true,
    meaning: "The day's compute units of a provider are used up; it goes on with the next day (UTC).",
  },
  OVERLOADED: { status: 503, retryable: true, meaning: 'The gateway is at its limit; come back shortly.' },
  UPSTREAM_UNAVAILABLE: { status: 503, retryable: true, meaning: 'The database or another service does not answer.' },
  DEADLINE_EXCEEDED: { status: 503, retryable: true, meaning: 'The request ran into its deadline.' },
  CONFIGURATION_INVALID: {
    status: 500,
    retryable: false,
    meaning: 'The configuration cannot be used; all problems are listed.',
  },
  DATABASE_UNSUITABLE: {
    status: 500,
    retryable: false,
    meaning: 'The database cannot be used as it is: standalone, newer format, foreign or corrupt directory.',
  },
  INTERNAL: { status: 500, retryable: false, meaning: 'A defect of the gateway; the log has the cause.' },
} as const satisfies Record<string, { status: number; retryable: boolean; meaning: string }>;

/** Code of an error that a caller may see. */
export type ErrorCode = keyof typeof errorCodes;

/** Base of all errors of the gateway; GraphQL answers its code as `extensions.code`. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
  }

  /** HTTP status that belongs to the code. */
  get status(): number {
    return errorCodes[this.code].status;
  }

  /** What graphql-js copies into `errors[].extensions`. */
  get extensions(): Record<string, unknown> {
    return { code: this.code, ...this.details };
  }
}

/** An argument is outside what is allowed. */
export class BadUserInputError extends GatewayError {
  constructor(message: string, details?: Record<string, unknown>) {
    super('BAD_USER_INPUT', message, details ? { details } : {});
  }
}

/** `after` does not decode to a cursor of the field that was asked. */
export class BadCursorError extends GatewayError {
  constructor(options: { field: string; cause?: unknown }) {
    super('BAD_CURSOR', `after: expected a cursor that ${options.field} gave out; ask again without it.`, options);
  }
}

/** An answer would have more rows than one may have. */
export class RowLimitError extends GatewayError {
  constructor({ limit, found }: { limit: number; found: number }) {
    super(
      'QUERY_LIMIT_EXCEEDED',
      `The answer may have at most ${limit} rows over all its fields and tokens, but could have ${found}. Ask for fewer tokens, fewer fields or shorter windows at once.`,
      { details: { limit, found } },
    );
  }
}

/** No token has the id, symbol or address asked for. */
export class TokenNotFoundError extends GatewayError {
  constructor({ token }: { token: string }) {
    super(
      'TOKEN_NOT_FOUND',
      `No token is known as ${JSON.stringify(token.slice(0, 100))}; \`tokens\` lists the known ones.`,
    );
  }
}

/** A symbol, name or address is taken by another token. */
export class TokenConflictError extends GatewayError {
  constructor({
    field,
    value,
    cause,
  }: { field: 'symbol' | 'name' | 'contractAddress'; value: string; cause?: unknown }) {
    super(
      'TOKEN_CONFLICT',
      `${field}: ${JSON.stringify(value.slice(0, 100))} belongs to another token; choose another one.`,
      {
        cause,
        details: { field },
      },
    );
  }
}

/** Who calls could not be made out. */
export class UnauthenticatedError extends GatewayError {
  constructor(message: string) {
    super('UNAUTHENTICATED', message);
  }
}

/** The caller may not do this. */
export class ForbiddenError extends GatewayError {
  constructor(
    message = 'Changing data over the network needs a role that this caller does not have; use the command line on the host.',
  ) {
    super('FORBIDDEN', message);
  }
}

/** A row of a source cannot be taken; says where it stands and why. */
export class BadRowError extends GatewayError {
  constructor({ where, reason }: { where: string; reason: string }) {
    super('BAD_ROW', `${where}: ${reason}`, { details: { where, reason } });
  }
}

/** The database (or another service behind the gateway) does not answer in time. */
export class UpstreamUnavailableError extends GatewayError {
  constructor({ service, cause }: { service: string; cause?: unknown }) {
    super('UPSTREAM_UNAVAILABLE', `${service} does not answer; the request can be tried again in a moment.`, { cause });
  }
}

/** The configuration cannot be used; the message lists every problem at once. */
export class ConfigurationError extends GatewayError {
  constructor(problems: readonly string[]) {
    super(
      'CONFIGURATION_INVALID',
      `The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
  }
}

/** The database cannot be used as it is. */
export class DatabaseUnsuitableError extends GatewayError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super('DATABASE_UNSUITABLE', message, options);
  }
}

/** A source cannot go on with a token, or not now. The code says which of the ways of failing it is. */
export class SourceError extends GatewayError {
  constructor(
    code:
      | 'LEASE_LOST'
      | 'SOURCE_BUSY'
      | 'REORG_TOO_DEEP'
      | 'WRONG_CHAIN'
      | 'SOURCE_CONTRADICTS'
      | 'SOURCE_REFUSED'
      | 'BUDGET_EXHAUSTED',
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(code, message, options);
  }
}
