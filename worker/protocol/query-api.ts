/** Neo4j's Query API v2, plain and typed: request bodies in, response bodies out. Source: Neo4j Query API v2. */
import { type ErrorCode, GraphError } from '../../core/error.ts';
import type { ResultValue, ValueMap } from '../../core/value/value.ts';
import { JsonFields, malformed } from '../../durable/json-fields.ts';
import { parseJsonText } from '../../durable/json-text.ts';
import { decodeEntries, encodeJsonRow, encodeJsonValue, type JsonForm } from '../../durable/json-value.ts';
import type { Counters, Notification, PlanDescription, ReadLevel } from '../../durable/protocol.ts';
import type { Result, Success, TransactionAnswer } from '../answer.ts';
import { BOOKMARKS_MAX, EXECUTION_MS_DEFAULT, EXECUTION_MS_MAX, STATEMENT_LENGTH_MAX } from '../limits.ts';
import { HttpError } from '../request-body.ts';

export interface QueryRequest extends TransactionRequest {
  readonly statement: string;
}

/** The body of a request of a transaction, whose statement may be absent. */
export interface TransactionRequest {
  readonly statement: string | undefined;
  readonly parameters: ValueMap;
  readonly bookmarks: readonly string[];
  readonly accessMode: 'read' | 'write' | undefined;
  readonly readLevel: ReadLevel;
  readonly includeCounters: boolean;
  /** How long the statement may take. */
  readonly deadlineMs: number;
  /** What the client has said about that, as far as it is granted. */
  readonly executionMs: number | undefined;
}

/** Seconds up to this many are taken for seconds; more can only be the milliseconds that some clients send. */
const SECONDS_MAX = 3_600;

/** Reads a request's body. Throws Neo.ClientError.Request.InvalidFormat naming the field, or HttpError 413. */
export function parseQueryRequest(text: string, form: JsonForm): QueryRequest {
  const { statement, ...request } = parseTransactionRequest(text, form);
  if (statement === undefined) throw malformed("'statement' is missing; it must be a string");
  if (statement === '') throw malformed("'statement' must not be empty");
  return { ...request, statement };
}

/** The same, where the statement may be absent or empty. */
export function parseTransactionRequest(text: string, form: JsonForm): TransactionRequest {
  const body = parseJsonText(text);
  if (!(body instanceof Map)) throw malformed('The body must be a JSON object.');
  const fields = new JsonFields(body);
  if (fields.has('impersonatedUser')) throw malformed("'impersonatedUser' is not supported: there is only one user");
  const bookmarks = fields.optionalStrings('bookmarks') ?? [];
  if (bookmarks.length > BOOKMARKS_MAX)
    throw malformed(`'bookmarks' must be a list of at most ${BOOKMARKS_MAX} strings`);
  const parameters = fields.optionalMap('parameters') ?? new Map();
  const executionMs = parseExecutionTime(fields.optionalCount('maxExecutionTime', Number.MAX_SAFE_INTEGER));
  return {
    statement: parseStatement(fields),
    parameters: form === 'plain' ? parameters : decodeEntries(parameters),
    bookmarks,
    accessMode: parseAccessMode(fields.optionalString('accessMode')),
    readLevel: parseReadLevel(fields.optionalString('readLevel')),
    includeCounters: fields.optionalBoolean('includeCounters') ?? false,
    deadlineMs: Math.min(executionMs ?? EXECUTION_MS_DEFAULT, EXECUTION_MS_MAX),
    executionMs,
  };
}

function parseStatement(fields: JsonFields): string | undefined {
  const statement = fields.optionalString('statement');
  if (statement !== undefined && statement.length > STATEMENT_LENGTH_MAX) {
    throw new HttpError(413, `'statement' is longer than ${STATEMENT_LENGTH_MAX} characters.`);
  }
  return statement?.trim() === '' ? '' : statement;
}

function parseAccessMode(mode: string | undefined): 'read' | 'write' | undefined {
  switch (mode?.toLowerCase()) {
    case undefined:
      return undefined;
    case 'read':
      return 'read';
    case 'write':
      return 'write';
    default:
      throw malformed("'accessMode' must be 'Read' or 'Write'");
  }
}

/** A field that Neo4j does not have. */
function parseReadLevel(level: string | undefined): ReadLevel {
  switch (level?.toLowerCase()) {
    case undefined:
    case 'nearest':
      return 'nearest';
    case 'linearizable':
      return 'linearizable';
    default:
      throw malformed("'readLevel' must be 'Nearest' or 'Linearizable'");
  }
}

/** In milliseconds; 0 is no bound of the client's. */
function parseExecutionTime(time: number | undefined): number | undefined {
  if (time === undefined || time === 0) return undefined;
  return time <= SECONDS_MAX ? time * 1_000 : time;
}

export interface AnswerOptions {
  readonly includeCounters: boolean;
  readonly form: JsonForm;
}

/** The body of a success. */
export function encodeAnswer(answer: Success, options: AnswerOptions): string {
  const bookmarks = `"bookmarks":${JSON.stringify(answer.bookmarks)}`;
  return `{${[...resultParts(answer, options), bookmarks, ...notificationParts(answer)].join(',')}}`;
}

/** The same for a request of a transaction: the result is of its statement, if there was one. */
export function encodeTransactionAnswer(answer: TransactionAnswer & { ok: true }, options: AnswerOptions): string {
  const { result, transaction, bookmarks } = answer;
  const parts = [...(result ? resultParts(result, options) : []), ...notificationParts(answer)];
  if (bookmarks.length > 0) parts.push(`"bookmarks":${JSON.stringify(bookmarks)}`);
  if (transaction) {
    const { id, expiresAtMs } = transaction;
    parts.push(`"transaction":${JSON.stringify({ id, expires: new Date(expiresAtMs).toISOString() })}`);
  }
  return `{${parts.join(',')}}`;
}

function resultParts(result: Result, { form, includeCounters }: AnswerOptions): string[] {
  const rows = result.rows.map((row) => encodeJsonRow(row, form)).join(',');
  const parts = [
    `"data":{"fields":${JSON.stringify(result.columns)},"values":[${rows}]}`,
    `"queryType":"${result.queryType}"`,
  ];
  if (includeCounters) parts.push(`"counters":${JSON.stringify(countersBody(result.counters))}`);
  if (result.plan) {
    const name = result.plan.rows === undefined ? 'queryPlan' : 'profiledQueryPlan';
    parts.push(`"${name}":${encodePlan(result.plan)}`);
  }
  return parts;
}

function notificationParts({ notifications }: { readonly notifications: readonly Notification[] }): string[] {
  return notifications.length > 0 ? [`"notifications":${JSON.stringify(notifications)}`] : [];
}

function countersBody(counters: Counters) {
  return {
    containsUpdates: Object.values(counters).some((count) => count > 0),
    ...counters,
    // System updates are not counted; clients expect the fields.
    containsSystemUpdates: false,
    systemUpdates: 0,
  };
}

function encodePlan(plan: PlanDescription): string {
  const planArguments = new Map<string, ResultValue>(plan.arguments);
  const estimate = plan.estimatedRows === undefined ? '' : `,"estimatedRows":${JSON.stringify(plan.estimatedRows)}`;
  const counted = plan.rows === undefined ? '' : `,"dbHits":${plan.work ?? 0},"records":${plan.rows}`;
  return `{"operatorType":${JSON.stringify(plan.operatorType)},"arguments":${encodeJsonValue(planArguments, 'plain')},"identifiers":${JSON.stringify(plan.identifiers)}${estimate}${counted},"children":[${plan.children.map(encodePlan).join(',')}]}`;
}

export interface ErrorAnswer {
  readonly status: 400 | 401 | 403 | 404 | 405 | 406 | 413 | 415 | 426 | 429 | 500 | 503;
  readonly body: string;
}

/** Any error as a response. What is neither a GraphError nor an HttpError is told without its insides. */
export function encodeError(error: unknown): ErrorAnswer {
  if (error instanceof GraphError) return { status: statusOf(error.code), body: errorBody(error) };
  if (error instanceof HttpError) {
    return { status: error.status, body: errorBody(new GraphError('Neo.ClientError.Request.Invalid', error.message)) };
  }
  const unknown = new GraphError('Neo.DatabaseError.General.UnknownError', 'The request ended with an internal error.');
  return { status: 500, body: errorBody(unknown) };
}

function errorBody(error: GraphError): string {
  const { code, message, gqlStatus, position } = error;
  const entry = { code, message, gqlStatus, ...(position && { position }) };
  return JSON.stringify({ errors: [entry] });
}

function statusOf(code: ErrorCode): ErrorAnswer['status'] {
  switch (code) {
    case 'Neo.ClientError.Security.Unauthorized':
      return 401;
    case 'Neo.ClientError.Security.Forbidden':
      return 403;
    case 'Neo.ClientError.Database.DatabaseNotFound':
    case 'Neo.ClientError.Transaction.TransactionNotFound':
      return 404;
    case 'Neo.TransientError.Transaction.MaximumTransactionLimitReached':
      return 429;
    case 'Neo.TransientError.General.DatabaseUnavailable':
      return 503;
    default:
      return code.startsWith('Neo.DatabaseError.') ? 500 : 400;
  }
}
