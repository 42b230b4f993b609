/**
 * Codes that clients act on. The names are Neo4j's status codes, so that unmodified drivers know
 * which failures to retry, and where; the GQLSTATUS beside each is what newer clients read.
 */
export const ERROR_CODES = {
  'Neo.ClientError.Statement.SyntaxError': '42001',
  'Neo.ClientError.Statement.SemanticError': '42001',
  'Neo.ClientError.Statement.NotSupported': '50N42',
  'Neo.ClientError.Statement.TypeError': '22G03',
  'Neo.ClientError.Statement.ArgumentError': '22N01',
  'Neo.ClientError.Statement.ArithmeticError': '22012',
  'Neo.ClientError.Statement.ParameterMissing': '42N51',
  'Neo.ClientError.Statement.EntityNotFound': '50N42',
  'Neo.ClientError.Statement.AccessMode': '50N42',
  /** LOAD CSV: "could not load external resource". */
  'Neo.ClientError.Statement.ExternalResourceFailed': '22N43',
  'Neo.ClientError.Procedure.ProcedureNotFound': '42N08',
  'Neo.ClientError.Procedure.ProcedureCallFailed': '52N37',
  'Neo.ClientError.Schema.ConstraintValidationFailed': '22N79',
  'Neo.ClientError.Schema.ConstraintAlreadyExists': '22N65',
  'Neo.ClientError.Schema.ConstraintNotFound': '42N51',
  'Neo.ClientError.Schema.ConstraintCreationFailed': '50N11',
  'Neo.ClientError.Schema.ForbiddenOnConstraintIndex': '50N42',
  'Neo.ClientError.Schema.IndexAlreadyExists': '22N70',
  'Neo.ClientError.Schema.IndexNotFound': '42N51',
  'Neo.ClientError.Cluster.NotALeader': '50N42',
  'Neo.ClientError.General.ForbiddenOnReadOnlyDatabase': '50N42',
  'Neo.ClientError.Database.DatabaseNotFound': '22N51',
  'Neo.ClientError.Database.ExistingDatabaseFound': '50N42',
  'Neo.ClientError.Request.Invalid': '08N06',
  'Neo.ClientError.Request.InvalidFormat': '08N06',
  'Neo.ClientError.Security.Unauthorized': '42NFF',
  'Neo.ClientError.Security.Forbidden': '42NFF',
  'Neo.ClientError.Transaction.InvalidBookmark': '50N42',
  'Neo.TransientError.Transaction.BookmarkTimeout': '50N42',
  'Neo.TransientError.Transaction.DeadlockDetected': '50N05',
  'Neo.TransientError.General.DatabaseUnavailable': '50N42',
  'Neo.TransientError.General.MemoryPoolOutOfMemoryError': '50N42',
  'Neo.TransientError.General.TransactionMemoryLimit': '50N42',
  /** The commit may or may not have happened; GQLSTATUS 08007, "transaction resolution unknown". */
  'Neo.DatabaseError.Transaction.TransactionCommitFailed': '08007',
  'Neo.DatabaseError.General.UnknownError': '50N42',
  'Neo.DatabaseError.General.StorageDamageDetected': '50N42',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Where in a statement's text a failure lies. `offset` counts UTF-16 units from 0; line and column count from 1. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export interface GraphErrorOptions extends ErrorOptions {
  readonly position?: Position | undefined;
  /** The name by which openCypher's TCK knows this failure, such as `UndefinedVariable`. */
  readonly detail?: string | undefined;
}

/**
 * A failure that the client is told about. Drivers act on the code, so a code is part of
 * the API and the message is not. Codes: Neo4j status codes.
 */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly code: ErrorCode;
  readonly position: Position | undefined;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, options: GraphErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.position = options.position;
    this.detail = options.detail;
  }

  /** GQLSTATUS of the code. */
  get gqlStatus(): string {
    return ERROR_CODES[this.code];
  }
}

/** Runs something that does not know where in the text it stands; the position is added to its failures. */
export function withPosition<Result>(position: Position | undefined, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof GraphError) || error.position !== undefined) throw error;
    throw new GraphError(error.code, error.message, { position, detail: error.detail, cause: error.cause });
  }
}

/** The failure as plain data, as it travels between objects and to clients. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly position?: Position;
  readonly detail?: string;
}

/** An error as plain data. What is not a GraphError is told as an unknown error, without its insides. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (!(error instanceof GraphError)) {
    return { code: 'Neo.DatabaseError.General.UnknownError', message: 'The statement ended with an internal error.' };
  }
  return {
    code: error.code,
    message: error.message,
    ...(error.position && { position: error.position }),
    ...(error.detail && { detail: error.detail }),
  };
}

/** The inverse of toErrorRecord. */
export function fromErrorRecord(record: ErrorRecord): GraphError {
  return new GraphError(record.code, record.message, { position: record.position, detail: record.detail });
}
