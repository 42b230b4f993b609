/** A connection to a running Skein over its Query API, for the commands. */
import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import { CommandFailure } from './failure.ts';

const DEFAULT_URL = 'http://127.0.0.1:8787';
/** Where `npm run dev` keeps its token. */
const DEVELOPMENT_TOKEN_FILE = '.skein/dev/admin-token';
/** Longer than the server's own bound on a statement. */
const TIMEOUT_MS = 150_000;

export interface ConnectionOptions {
  readonly url: string;
}

/** The option that all commands with a connection share. The token is never an option: command lines are public. */
export function urlOption(): Option {
  return new Option(
    '--url <url>',
    'where Skein answers; the token comes from SKEIN_ADMIN_TOKEN or .skein/dev/admin-token',
  )
    .env('SKEIN_URL')
    .default(DEFAULT_URL);
}

/** The admin token from the environment, or the one that `npm run dev` made in this folder. */
export function findToken(): string {
  const fromEnvironment = process.env.SKEIN_ADMIN_TOKEN;
  if (fromEnvironment) return fromEnvironment;
  try {
    return readFileSync(DEVELOPMENT_TOKEN_FILE, 'utf8').trim();
  } catch {
    throw new CommandFailure('usage', `no token: set SKEIN_ADMIN_TOKEN, or run where ${DEVELOPMENT_TOKEN_FILE} is`);
  }
}

/** A number as the server wrote it: its text tells 1 from 1.0, and integers beyond 2^53 are exact. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    // ES2025, which the types do not know yet.
    return (JSON as JSON & { rawJSON(text: string): unknown }).rawJSON(this.text);
  }
}

export interface QueryResult {
  readonly fields: readonly string[];
  readonly values: readonly (readonly unknown[])[];
  readonly bookmarks: readonly string[];
  readonly counters: Readonly<Record<string, unknown>>;
  readonly notifications: readonly { readonly title: string; readonly description: string }[];
  readonly plan: unknown;
  /** The header `skein-served-by`. */
  readonly servedBy: string;
}

export interface QueryCall {
  readonly database: string;
  readonly statement: string;
  /** JSON text for each parameter, sent as it is. */
  readonly parameters?: ReadonlyMap<string, string>;
  readonly bookmarks?: readonly string[];
  readonly region?: string | undefined;
  /** `write` asks MAIN, also for what only reads. Without it the statement's text decides. */
  readonly accessMode?: 'write';
  /** The parameters may hold `{"$type": …, "_value": …}` (docs/HTTP.md). */
  readonly typedParameters?: boolean;
  /** The values of the answer are typed, each an object as JSON has it. */
  readonly typedAnswer?: boolean;
}

const TYPED_JSON = 'application/vnd.neo4j.query';
const PLAIN_JSON = 'application/json';

export class Connection {
  readonly url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.url = url.replace(/\/+$/, '');
    this.#token = token;
  }

  /** Runs a statement. Throws CommandFailure with what the server says. */
  async query(call: QueryCall): Promise<QueryResult> {
    const parameters = [...(call.parameters ?? [])].map(([name, text]) => `${JSON.stringify(name)}:${text}`);
    const accessMode = call.accessMode === 'write' ? ',"accessMode":"Write"' : '';
    const body = `{"statement":${JSON.stringify(call.statement)},"parameters":{${parameters.join(',')}},"bookmarks":${JSON.stringify(call.bookmarks ?? [])},"includeCounters":true${accessMode}}`;
    const path = `/db/${encodeURIComponent(call.database)}/query/v2`;
    const headers = {
      ...regionHeader(call.region),
      'content-type': call.typedParameters ? TYPED_JSON : PLAIN_JSON,
      accept: call.typedAnswer ? TYPED_JSON : PLAIN_JSON,
    };
    const { response, text } = await this.#fetch(path, { method: 'POST', body, headers });
    const answer = parseAnswer(text, call.typedAnswer ? undefined : keepNumberText);
    if (answer.errors) throw refusal(response.status, answer.errors);
    return {
      fields: answer.data?.fields ?? [],
      values: answer.data?.values ?? [],
      bookmarks: answer.bookmarks ?? [],
      counters: answer.counters ?? {},
      notifications: answer.notifications ?? [],
      plan: answer.queryPlan ?? answer.profiledQueryPlan,
      servedBy: response.headers.get('skein-served-by') ?? '',
    };
  }

  /** A WebSocket for live queries on a database, and its first frame. */
  openLive(database: string): { socket: WebSocket; authentication: string } {
    const socket = new WebSocket(
      `${this.url.replace(/^http/, 'ws')}/db/${encodeURIComponent(database)}/live`,
      'skein.sub.v1.json',
    );
    return { socket, authentication: JSON.stringify({ t: 'auth', scheme: 'bearer', credentials: this.#token }) };
  }

  /** The connection may break on the way to the answer or within it. */
  async #fetch(
    path: string,
    init: { method: string; body: string; headers: Record<string, string> },
  ): Promise<{ response: Response; text: string }> {
    const headers = { ...init.headers, authorization: `Bearer ${this.#token}` };
    try {
      const response = await fetch(this.url + path, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
      return { response, text: await response.text() };
    } catch (error) {
      throw new CommandFailure('unreachable', `nobody answers at ${this.url}`, { cause: error });
    }
  }
}

function regionHeader(region: string | undefined): Record<string, string> {
  return region === undefined ? {} : { 'skein-region': region };
}

interface AnswerBody {
  readonly data?: { readonly fields: string[]; readonly values: unknown[][] };
  readonly bookmarks?: string[];
  readonly counters?: Record<string, unknown>;
  readonly notifications?: { title: string; description: string }[];
  readonly queryPlan?: unknown;
  readonly profiledQueryPlan?: unknown;
  readonly errors?: readonly ErrorBody[];
}

interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly gqlStatus?: string;
}

/** The body. What is not JSON comes from something that is not Skein. */
function parseAnswer(text: string, reviver?: typeof keepNumberText): AnswerBody {
  try {
    return JSON.parse(text, reviver) as AnswerBody; // the server's own format, checked by its tests
  } catch (error) {
    throw new CommandFailure('unreachable', `the answer is not Skein's: ${text.slice(0, 200)}`, { cause: error });
  }
}

function keepNumberText(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? new NumberText(context.source) : value;
}

function refusal(status: number, errors: readonly ErrorBody[]): CommandFailure {
  const [first] = errors;
  const message = first ? `${first.message}\n       ${first.code} (${first.gqlStatus ?? status})` : `HTTP ${status}`;
  return new CommandFailure(
    first?.gqlStatus === '08007' ? 'unknown' : 'refused',
    message,
    first ? { code: first.code } : {},
  );
}
