/**
 * Asks a server over connections that stay open. On node:http and not fetch, which alone takes longer than the server
 * does for a short answer.
 */
import { Agent, request } from 'node:http';
import { WRITERS_PATH, type Writing, type Written } from './object/writing.ts';
import type { Statement } from './workload.ts';

const TIMEOUT_MS = 60_000;
/**
 * A connection that nothing came over for this long is not used again, in milliseconds. workerd closes it after 15 s, and who works
 * without a pause meanwhile, as the fsync loop does, hears of that only when it has sent the next request into it.
 */
const IDLE_MS = 5_000;

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

export class HttpClient {
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: Agent;
  #inFlight = 0;
  #answeredAtMs = 0;

  constructor(url: string, { token, connectionsMax }: { readonly token: string; readonly connectionsMax: number }) {
    this.#url = new URL(url);
    this.#headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    this.#agent = new Agent({ keepAlive: true, maxSockets: connectionsMax, timeout: IDLE_MS });
  }

  /** What is answered without asking any object. */
  discover(): Promise<HttpAnswer> {
    return this.#send('GET', '/', undefined);
  }

  /** Throws unless the statement succeeded without a notification, such as that a replica is missing. */
  async run(database: string, { text, parameters }: Statement): Promise<HttpAnswer> {
    const answer = await this.#send(
      'POST',
      `/db/${database}/query/v2`,
      JSON.stringify({ statement: text, parameters }),
    );
    if (answer.status === 202 && !answer.text.includes('"notifications":')) return answer;
    throw new Error(`${text}: HTTP ${answer.status} ${answer.text.slice(0, 500)}`);
  }

  /** The rows of a statement. */
  async rows(database: string, statement: Statement): Promise<readonly (readonly unknown[])[]> {
    const { text } = await this.run(database, statement);
    const body = JSON.parse(text) as { data: { values: unknown[][] } }; // the Query API's shape
    return body.data.values;
  }

  /** Has writers write inside an object, where the server has a door for that. */
  async write(writing: Writing): Promise<Written> {
    const { status, text } = await this.#send('POST', WRITERS_PATH, JSON.stringify(writing));
    if (status !== 200) throw new Error(`${WRITERS_PATH}: HTTP ${status} ${text.slice(0, 500)}`);
    return JSON.parse(text) as Written; // as writers-worker.ts answers
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(method: 'GET' | 'POST', path: string, body: string | undefined): Promise<HttpAnswer> {
    if (this.#inFlight === 0 && performance.now() - this.#answeredAtMs > IDLE_MS) this.#agent.destroy();
    this.#inFlight += 1;
    try {
      return await this.#exchange(method, path, body);
    } finally {
      this.#inFlight -= 1;
      this.#answeredAtMs = performance.now();
    }
  }

  #exchange(method: 'GET' | 'POST', path: string, body: string | undefined): Promise<HttpAnswer> {
    const { hostname, port } = this.#url;
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const headers = { ...this.#headers, ...length };
    return new Promise((resolve, reject) => {
      const outgoing = request({ hostname, port, path, method, headers, agent: this.#agent, timeout: TIMEOUT_MS });
      outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
      outgoing.once('error', reject);
      outgoing.once('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', reject);
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }),
        );
      });
      outgoing.end(body);
    });
  }
}
