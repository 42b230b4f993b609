/** A real `skein serve` in a process of its own, as a user would start it, and ways to ask and to kill it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const SKEIN = join(REPOSITORY, 'cli/skein.ts');
export const TOKEN = 'token-of-the-end-to-end-test';

export interface Answer {
  readonly status: number;
  readonly servedBy: string;
  readonly rows: unknown[][];
  readonly bookmarks: string[];
  readonly errors: { readonly code: string; readonly message: string; readonly gqlStatus: string }[];
  // biome-ignore lint/suspicious/noExplicitAny: a parsed body, whose shape each test states by what it expects
  readonly body: any;
}

export interface Ask {
  readonly database?: string;
  readonly parameters?: Record<string, unknown>;
  readonly region?: string;
  readonly bookmarks?: readonly string[];
  readonly more?: Record<string, unknown>;
}

export class Server {
  readonly url: string;
  readonly #processes: { readonly command: ChildProcess; readonly workerdPid: number };

  readonly #said: readonly Buffer[];

  private constructor(url: string, processes: { command: ChildProcess; workerdPid: number }, said: readonly Buffer[]) {
    this.url = url;
    this.#processes = processes;
    this.#said = said;
  }

  /** What it has said on its standard error. */
  get said(): string {
    return Buffer.concat(this.#said).toString();
  }

  static async start(folder: string, environment: Readonly<Record<string, string>> = {}): Promise<Server> {
    const command = spawn(
      process.execPath,
      [SKEIN, 'serve', '--port', '0', '--data', folder, '--development', '--json'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...environment, SKEIN_ADMIN_TOKEN: TOKEN },
      },
    );
    const said: Buffer[] = [];
    command.stderr?.on('data', (bytes: Buffer) => {
      said.push(bytes);
      if (process.env.SKEIN_E2E_VERBOSE) process.stderr.write(bytes);
    });
    for await (const line of createInterface({ input: command.stdout! })) {
      const { ready, pid } = JSON.parse(line) as { ready: string; pid: number };
      return new Server(ready, { command, workerdPid: pid }, said);
    }
    throw new Error('skein serve ended before it was ready');
  }

  /** kill -9 of both processes: nothing gets a chance to finish. */
  async kill(): Promise<void> {
    const { command, workerdPid } = this.#processes;
    const ended = new Promise((done) => command.once('exit', done));
    process.kill(workerdPid, 'SIGKILL');
    command.kill('SIGKILL');
    await ended;
  }

  /** Asks it to end, as Ctrl-C does. Resolves with the command's exit code. */
  stop(): Promise<number | null> {
    const { command } = this.#processes;
    const ended = new Promise<number | null>((done) => command.once('exit', done));
    command.kill('SIGINT');
    return ended;
  }

  ask(statement: string, ask: Ask = {}): Promise<Answer> {
    const { parameters = {}, bookmarks = [], more = {} } = ask;
    return this.request('POST', '', { statement, parameters, bookmarks, ...more }, ask);
  }

  /** A request to the Query API of a database; `path` begins after `/query/v2`. */
  async request(method: 'POST' | 'DELETE', path: string, body: unknown, ask: Ask = {}): Promise<Answer> {
    const { database = 'flights', region } = ask;
    const response = await fetch(`${this.url}/db/${database}/query/v2${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': 'application/json',
        ...(region && { 'skein-region': region }),
      },
      ...(method === 'POST' && { body: JSON.stringify(body) }),
    });
    const answered = await response.json();
    return {
      status: response.status,
      servedBy: response.headers.get('skein-served-by') ?? '',
      rows: answered.data?.values ?? [],
      bookmarks: answered.bookmarks ?? [],
      errors: answered.errors ?? [],
      body: answered,
    };
  }

  /** Rows of a statement that must succeed. */
  async rows(statement: string, ask: Ask = {}): Promise<unknown[][]> {
    const answer = await this.ask(statement, ask);
    if (answer.status !== 202) throw new Error(`${statement}: ${JSON.stringify(answer.body)}`);
    return answer.rows;
  }

  /** SHOW INSTANCES as objects, the database's own only. */
  async instances(): Promise<Record<string, unknown>[]> {
    const { body } = await this.ask('SHOW INSTANCES');
    const fields = body.data.fields as string[];
    const rows = body.data.values as unknown[][];
    return rows
      .map((row) => Object.fromEntries(fields.map((field, index) => [field, row[index]])))
      .filter((row) => row.database === 'flights');
  }

  async faults(faults: Record<string, unknown>): Promise<void> {
    const response = await fetch(`${this.url}/development/faults`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(faults),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  /** Has an instance lose its memory, as if its process had ended. */
  async forget(instance: string): Promise<void> {
    const response = await fetch(`${this.url}/development/kill`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: instance }),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  /** Runs another subcommand against this server. */
  async command(...words: string[]): Promise<string> {
    const env = { ...process.env, SKEIN_ADMIN_TOKEN: TOKEN, SKEIN_URL: this.url };
    const { stdout } = await promisify(execFile)(process.execPath, [SKEIN, ...words], { env });
    return stdout;
  }
}

/** Asks until `check` passes, and answers when it did; fails with the last value after `withinMs`. */
export async function eventually<T>(
  read: () => Promise<T>,
  check: (value: T) => boolean,
  withinMs: number,
  pauseMs = 200,
): Promise<{ value: T; afterMs: number }> {
  const startedMs = performance.now();
  for (;;) {
    const value = await read();
    const afterMs = performance.now() - startedMs;
    if (check(value)) return { value, afterMs };
    if (afterMs > withinMs) throw new Error(`not within ${withinMs} ms; last seen: ${JSON.stringify(value)}`);
    await new Promise((next) => setTimeout(next, pauseMs));
  }
}
