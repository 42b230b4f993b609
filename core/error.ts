/**
 * Codes that clients act on. The names are Neo4j's status codes, so that unmodified drivers know
 * which failures to retry, and where; the GQLSTATUS beside each is what newer clients read, where the
 * failure itself names none that is more exact. Source: Neo4j's manual, "List of GQLSTATUS error codes".
 */
export const ERROR_CODES = {
  'Neo.ClientError.Statement.SyntaxError': '42001',
  'Neo.ClientError.Statement.SemanticError': '42001',
  'Neo.ClientError.Statement.NotSupported': '51N27',
  'Neo.ClientError.Statement.TypeError': '22G03',
  'Neo.ClientError.Statement.ArgumentError': '22N11',
  'Neo.ClientError.Statement.ArithmeticError': '22012',
  'Neo.ClientError.Statement.ParameterMissing': '42N51',
  'Neo.ClientError.Statement.EntityNotFound': '25N13',
  'Neo.ClientError.Statement.AccessMode': '42N02',
  /** LOAD CSV: "could not load external resource". */
  'Neo.ClientError.Statement.ExternalResourceFailed': '22N43',
  'Neo.ClientError.Procedure.ProcedureNotFound': '42N08',
  'Neo.ClientError.Procedure.ProcedureCallFailed': '52N37',
  'Neo.ClientError.Schema.ConstraintValidationFailed': '22N79',
  'Neo.ClientError.Schema.ConstraintAlreadyExists': '22N65',
  'Neo.ClientError.Schema.ConstraintNotFound': '22N64',
  'Neo.ClientError.Schema.ConstraintCreationFailed': '50N11',
  'Neo.ClientError.Schema.ForbiddenOnConstraintIndex': '22N72',
  'Neo.ClientError.Schema.IndexAlreadyExists': '22N70',
  'Neo.ClientError.Schema.IndexNotFound': '22N69',
  'Neo.ClientError.Cluster.NotALeader': '08N07',
  'Neo.ClientError.General.ForbiddenOnReadOnlyDatabase': '50N42',
  'Neo.ClientError.Database.DatabaseNotFound': '22N51',
  'Neo.ClientError.Database.ExistingDatabaseFound': '42N11',
  'Neo.ClientError.Request.Invalid': '08N11',
  'Neo.ClientError.Request.InvalidFormat': '08N11',
  'Neo.ClientError.Security.Unauthorized': '42NFF',
  'Neo.ClientError.Security.Forbidden': '42NFF',
  'Neo.ClientError.Transaction.InvalidBookmark': '08N12',
  'Neo.ClientError.Transaction.TransactionNotFound': '25N04',
  'Neo.ClientError.Transaction.TransactionAccessedConcurrently': '25N03',
  'Neo.ClientError.Transaction.TransactionTimedOut': '25N05',
  'Neo.ClientError.ChangeDataCapture.InvalidIdentifier': '52N30',
  /** A STRICT_SYNC replica did not confirm a transaction, which was aborted; GQL's "transaction rollback". */
  'Neo.TransientError.Cluster.ReplicationFailure': '40000',
  'Neo.TransientError.Transaction.BookmarkTimeout': '08N13',
  'Neo.TransientError.Transaction.DeadlockDetected': '50N05',
  /** Another transaction was first to change what this one wants to change; GQL's "transaction rollback". */
  'Neo.TransientError.Transaction.Outdated': '40000',
  /** The instance on which the transaction was opened has begun anew, or is MAIN no longer. */
  'Neo.TransientError.Transaction.LeaseExpired': '25N08',
  'Neo.TransientError.Transaction.MaximumTransactionLimitReached': '51N74',
  'Neo.TransientError.General.DatabaseUnavailable': '08N09',
  'Neo.TransientError.General.MemoryPoolOutOfMemoryError': '51N66',
  'Neo.TransientError.General.TransactionMemoryLimit': '51N66',
  /** The commit may or may not have happened; GQLSTATUS 08007, "transaction resolution unknown". */
  'Neo.DatabaseError.Transaction.TransactionCommitFailed': '08007',
  'Neo.DatabaseError.ChangeDataCapture.Disabled': '52N27',
  'Neo.DatabaseError.ChangeDataCapture.ScanFailure': '52N28',
  'Neo.DatabaseError.General.UnknownError': '50N42',
  'Neo.DatabaseError.General.StorageDamageDetected': '50N00',
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
  /** Where it says more than that of the code. */
  readonly gqlStatus?: string | undefined;
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
  readonly gqlStatus: string;

  constructor(code: ErrorCode, message: string, options: GraphErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.position = options.position;
    this.detail = options.detail;
    this.gqlStatus = options.gqlStatus ?? ERROR_CODES[code];
  }
}

/** Runs something that does not know where in the text it stands; the position is added to its failures. */
export function withPosition<Result>(position: Position | undefined, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof GraphError) || error.position !== undefined) throw error;
    const { code, message, detail, gqlStatus, cause } = error;
    throw new GraphError(code, message, { position, detail, gqlStatus, cause });
  }
}

/** The failure as plain data, as it travels between objects and to clients. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly position?: Position;
  readonly detail?: string;
  /** Where it is not that of the code. */
  readonly gqlStatus?: string;
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
    ...(error.gqlStatus !== ERROR_CODES[error.code] && { gqlStatus: error.gqlStatus }),
  };
}

/** The inverse of toErrorRecord. */
export function fromErrorRecord(record: ErrorRecord): GraphError {
  const { code, message, ...options } = record;
  return new GraphError(code, message, options);
}
