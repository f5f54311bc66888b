import type { Document } from 'bson';

/** MongoDB's error codes that this server answers with, by name. */
export const errorCodes = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  Unauthorized: 13,
  TypeMismatch: 14,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  NotSingleValueField: 54,
  EmptyFieldName: 56,
  InvalidLength: 16,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  WriteConflict: 112,
  ConflictingOperationInProgress: 117,
  TransactionTooOld: 225,
  NoSuchTransaction: 251,
  TransactionCommitted: 256,
  OperationNotSupportedInTransaction: 263,
  InvalidPipelineOperator: 168,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
  ShutdownInProgress: 91,
  NotImplemented: 238,
  SnapshotUnavailable: 246,
  UnsupportedOpQueryCommand: 352,
  TemporarilyUnavailable: 365,
  UnknownStage: 40324,
  UnknownField: 40415,
  ChangeStreamNotSupported: 40573,
  NotARetryableWriteCommand: 50768,
} as const;

/** Name of a code this server may answer with; MongoDB calls codes without a name of their own `Location` and the number. */
export type ErrorCodeName = keyof typeof errorCodes | `Location${number}`;

/** An error as MongoDB reports it: code, its name, labels and further fields such as keyPattern. */
export class MongoError extends Error {
  readonly code: number;
  readonly codeName: ErrorCodeName;
  readonly labels: readonly string[];
  readonly details: Document;

  constructor(codeName: ErrorCodeName, message: string, options: { labels?: string[]; details?: Document } = {}) {
    super(message);
    this.name = 'MongoError';
    this.code = codeOf(codeName);
    this.codeName = codeName;
    this.labels = options.labels ?? [];
    this.details = options.details ?? {};
  }
}

/** WriteConflict with the label that makes drivers run the transaction again. */
export function writeConflict(): MongoError {
  return new MongoError(
    'WriteConflict',
    'Write conflict: another transaction changed a document of this one; run it again.',
    {
      labels: ['TransientTransactionError'],
    },
  );
}

/** E11000 with keyPattern and keyValue, in MongoDB's own wording. */
export function duplicateKey(ns: string, index: string, keyPattern: Document, keyValue: Document): MongoError {
  const shown = Object.entries(keyValue)
    .map(([path, value]) => `${path}: ${JSON.stringify(value)}`)
    .join(', ');
  return new MongoError(
    'DuplicateKey',
    `E11000 duplicate key error collection: ${ns} index: ${index} dup key: { ${shown} }`,
    {
      details: { keyPattern, keyValue },
    },
  );
}

function codeOf(name: ErrorCodeName): number {
  return name in errorCodes ? errorCodes[name as keyof typeof errorCodes] : Number(name.slice('Location'.length));
}
