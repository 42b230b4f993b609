/**
 * sub.v1 in JSON: frames of a live query's WebSocket, one message a text frame. Pure: text in, messages out and back.
 *
 * A client authenticates in its first frame, subscribes, and gets the result's columns (`cols`), its rows (`rows`), the
 * bookmark they stand for (`live`), and from then on one `diff` per commit that changed them, or a `tick` that only
 * moves the bookmark. Each row sent costs one credit. A frame that breaks the protocol closes the socket.
 */
import type { ErrorRecord } from '../core/error.ts';
import { ERROR_CODES, GraphError } from '../core/error.ts';
import type { ResultValue, Value, ValueMap } from '../core/value/value.ts';
import { JsonFields, malformed } from './json-fields.ts';
import { parseJsonText } from './json-text.ts';
import { decodeEntries, encodeJsonRow } from './json-value.ts';

/** The WebSocket subprotocol a client offers and the server echoes. */
export const LIVE_SUBPROTOCOL = 'skein.sub.v1.json';

export const CLOSE_CODES = {
  malformed: 4400,
  unauthenticated: 4401,
  forbidden: 4403,
  subprotocol: 4406,
  /** No `auth` within AUTHENTICATION_TIMEOUT_MS. */
  authenticationTimeout: 4408,
  duplicateId: 4409,
  tooLarge: 4413,
  tooMany: 4429,
  /** The object goes elsewhere; reconnect at once with `from`. */
  moving: 4503,
} as const;

export type CloseReason = keyof typeof CLOSE_CODES;

export const AUTHENTICATION_TIMEOUT_MS = 10_000;
/** A frame from a client, in UTF-16 units: a statement of the largest size with its parameters. */
export const LIVE_FRAME_LENGTH_MAX = 2 * 1024 * 1024;
/** Rows a subscription may be sent before the client gives more credit. */
export const CREDIT_DEFAULT = 1_000;
export const CREDIT_MAX = 1_000_000;
export const SQUASH_MS_MAX = 60_000;

/** Exactly this frame is answered with PONG_FRAME by the platform, without waking the object. */
export const PING_FRAME = '{"t":"ping"}';
export const PONG_FRAME = '{"t":"pong"}';

export interface Subscribe {
  readonly type: 'subscribe';
  /** Chosen by the client, unique on its socket. */
  readonly id: number;
  readonly database: string | undefined;
  readonly statement: string;
  readonly parameters: ValueMap;
  /** Resume after this bookmark if the log still covers it, with the fingerprint that `cols` gave. */
  readonly from: string | undefined;
  readonly fingerprint: string | undefined;
  /** The first rows are no older than these bookmarks. */
  readonly after: readonly string[];
  readonly credit: number;
  /** Changes of this many milliseconds may come as one. */
  readonly squashMs: number;
  /** The rows' order matters, so changes tell positions. */
  readonly ordered: boolean;
}

export type ClientMessage =
  | {
      readonly type: 'authenticate';
      readonly scheme: 'basic' | 'bearer' | 'none';
      readonly principal: string;
      readonly credentials: string;
    }
  | Subscribe
  | { readonly type: 'credit'; readonly id: number; readonly rows: number }
  | { readonly type: 'unsubscribe'; readonly id: number }
  | { readonly type: 'ping' };

/** What a frame turned out to be: a message, or the reason to close the socket. */
export type ParsedFrame =
  | { readonly ok: true; readonly message: ClientMessage }
  | { readonly ok: false; readonly close: CloseReason; readonly reason: string };

/** A row with the key by which later changes name it. */
export type KeyedRow = readonly [key: string, row: readonly ResultValue[]];

/** `before` is the key of the row that now stands before this one, null for the first; only for ordered subscriptions. */
export type RowChange =
  | {
      readonly type: 'added' | 'changed';
      readonly key: string;
      readonly row: readonly ResultValue[];
      readonly before?: string | null;
    }
  | { readonly type: 'removed'; readonly key: string };

export type ServerMessage =
  | {
      readonly type: 'ready';
      readonly user: string;
      readonly max: { readonly subscriptions: number; readonly rows: number; readonly bytes: number };
      readonly server: string;
    }
  | { readonly type: 'columns'; readonly id: number; readonly columns: readonly string[]; readonly fingerprint: string }
  | { readonly type: 'rows'; readonly id: number; readonly rows: readonly KeyedRow[] }
  /** The rows sent are complete as of bookmark `at`; `rowCount` of them. */
  | {
      readonly type: 'live';
      readonly id: number;
      readonly at: string;
      readonly timestampMs: number;
      readonly rowCount: number;
    }
  | {
      readonly type: 'diff';
      readonly id: number;
      readonly from: string;
      readonly to: string;
      readonly timestampMs: number;
      readonly changes: readonly RowChange[];
    }
  | { readonly type: 'tick'; readonly to: string; readonly timestampMs: number }
  | {
      readonly type: 'reset';
      readonly id: number;
      readonly why: 'lag' | 'retention' | 'schema' | 'permission' | 'moved';
    }
  | { readonly type: 'error'; readonly id: number | undefined; readonly error: ErrorRecord; readonly fatal: boolean }
  | { readonly type: 'done'; readonly id: number; readonly why: string }
  | { readonly type: 'pong' };

/** Reads a frame. Never throws: what is wrong with it is the answer. */
export function parseClientFrame(frame: string | ArrayBuffer): ParsedFrame {
  if (typeof frame !== 'string') return refuse('malformed', 'frames of skein.sub.v1.json are text');
  if (frame.length > LIVE_FRAME_LENGTH_MAX)
    return refuse('tooLarge', `a frame is at most ${LIVE_FRAME_LENGTH_MAX} long`);
  try {
    const body = parseJsonText(frame);
    if (!(body instanceof Map)) return refuse('malformed', 'a frame is a JSON object');
    return { ok: true, message: parseMessage(new JsonFields(body)) };
  } catch (error) {
    if (error instanceof GraphError) return refuse('malformed', error.message);
    throw error;
  }
}

function refuse(close: CloseReason, reason: string): ParsedFrame {
  return { ok: false, close, reason };
}

function parseMessage(fields: JsonFields): ClientMessage {
  const type = fields.string('t');
  switch (type) {
    case 'auth':
      return {
        type: 'authenticate',
        scheme: parseScheme(fields.string('scheme')),
        principal: fields.optionalString('principal') ?? '',
        credentials: fields.optionalString('credentials') ?? '',
      };
    case 'sub':
      return parseSubscribe(fields);
    case 'credit':
      return { type: 'credit', id: fields.count('id'), rows: fields.count('n', CREDIT_MAX) };
    case 'unsub':
      return { type: 'unsubscribe', id: fields.count('id') };
    case 'ping':
      return { type: 'ping' };
    default:
      throw malformed(`'t' names no message of sub.v1: ${JSON.stringify(type.slice(0, 40))}`);
  }
}

function parseScheme(scheme: string): 'basic' | 'bearer' | 'none' {
  if (scheme === 'basic' || scheme === 'bearer' || scheme === 'none') return scheme;
  throw malformed("'scheme' must be 'basic', 'bearer' or 'none'");
}

function parseSubscribe(fields: JsonFields): Subscribe {
  if (fields.has('key')) throw malformed("'key' is not supported: rows are keyed by what they hold");
  const options = fields.optionalFields('opts');
  const parameters = fields.optionalMap('p') ?? new Map<string, Value>();
  return {
    type: 'subscribe',
    id: fields.count('id'),
    database: fields.optionalString('db'),
    statement: fields.string('q'),
    parameters: decodeEntries(parameters),
    from: fields.optionalString('from'),
    fingerprint: fields.optionalString('fp'),
    after: fields.optionalStrings('after') ?? [],
    credit: fields.optionalCount('credit', CREDIT_MAX) ?? CREDIT_DEFAULT,
    squashMs: options?.optionalCount('squashMs', SQUASH_MS_MAX) ?? 0,
    ordered: options?.optionalBoolean('ordered') ?? false,
  };
}

/** A message as the text of its frame. */
export function encodeServerMessage(message: ServerMessage): string {
  switch (message.type) {
    case 'ready': {
      const { subscriptions, rows, bytes } = message.max;
      return JSON.stringify({
        t: 'ready',
        user: message.user,
        max: { subs: subscriptions, rows, bytes },
        srv: message.server,
      });
    }
    case 'columns':
      return JSON.stringify({ t: 'cols', id: message.id, cols: message.columns, fp: message.fingerprint });
    case 'rows':
      return `{"t":"rows","id":${message.id},"rows":[${message.rows.map(encodeKeyedRow).join(',')}]}`;
    case 'live':
      return JSON.stringify({
        t: 'live',
        id: message.id,
        at: message.at,
        ts: message.timestampMs,
        n: message.rowCount,
      });
    case 'diff': {
      const { id, from, to, timestampMs: ts } = message;
      const head = JSON.stringify({ t: 'diff', id, from, to, ts }).slice(0, -1);
      return `${head},"ch":[${message.changes.map(encodeChange).join(',')}]}`;
    }
    case 'tick':
      return JSON.stringify({ t: 'tick', to: message.to, ts: message.timestampMs });
    case 'reset':
      return JSON.stringify({ t: 'reset', id: message.id, why: message.why });
    case 'error':
      return JSON.stringify({ t: 'err', id: message.id, ...encodeError(message.error), fatal: message.fatal });
    case 'done':
      return JSON.stringify({ t: 'done', id: message.id, why: message.why });
    case 'pong':
      return PONG_FRAME;
  }
}

function encodeKeyedRow([key, row]: KeyedRow): string {
  return `[${JSON.stringify(key)},${encodeJsonRow(row, 'live')}]`;
}

/** 0 added, 1 changed, 2 removed. */
function encodeChange(change: RowChange): string {
  const key = JSON.stringify(change.key);
  if (change.type === 'removed') return `[2,${key}]`;
  const kind = change.type === 'added' ? 0 : 1;
  const before = change.before === undefined ? '' : `,${JSON.stringify(change.before)}`;
  return `[${kind},${key},${encodeJsonRow(change.row, 'live')}${before}]`;
}

function encodeError(error: ErrorRecord) {
  return {
    code: error.code,
    gql: error.gqlStatus ?? ERROR_CODES[error.code],
    msg: error.message,
    ...(error.position && { position: error.position }),
  };
}
