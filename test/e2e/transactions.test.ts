/**
 * Transactions of several requests against a real `skein serve`: as a user would send them, and many clients at once, whose
 * histories are searched for anomalies.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anomaliesOf, type HistoryTransaction, type Operation } from '../core/history/list-append.ts';
import { generator } from '../simulation/random.ts';
import { type Answer, type Ask, Server } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'skein-e2e-tx-'));
let server: Server;

beforeAll(async () => {
  server = await Server.start(folder);
  await server.rows("CREATE DATABASE flights OPTIONS {regions: ['weur', 'enam', 'apac']}", { database: 'system' });
}, 60_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

class Refusal extends Error {
  readonly code: string;

  constructor({ errors }: Answer) {
    super(`${errors[0]?.code}: ${errors[0]?.message}`);
    this.code = errors[0]?.code ?? '';
  }
}

/** A transaction, by its client. */
class Transaction {
  readonly id: string;
  readonly expires: string;
  readonly servedBy: string;
  readonly #region: string | undefined;

  private constructor({ body, servedBy }: Answer, region: string | undefined) {
    this.id = body.transaction.id;
    this.expires = body.transaction.expires;
    this.servedBy = servedBy;
    this.#region = region;
  }

  static async begin(body: Record<string, unknown> = {}, region?: string): Promise<Transaction> {
    return new Transaction(await send('POST', '/tx', body, { ...(region && { region }) }), region);
  }

  async rows(statement: string, parameters: Record<string, unknown> = {}): Promise<unknown[][]> {
    return (await this.#send('POST', '', { statement, parameters })).rows;
  }

  async commit(): Promise<string[]> {
    return (await this.#send('POST', '/commit', {})).bookmarks;
  }

  rollback(): Promise<Answer> {
    return this.#send('DELETE', '', undefined);
  }

  #send(method: 'POST' | 'DELETE', path: string, body: unknown): Promise<Answer> {
    return send(method, `/tx/${this.id}${path}`, body, { ...(this.#region && { region: this.#region }) });
  }
}

async function send(method: 'POST' | 'DELETE', path: string, body: unknown, ask: Ask): Promise<Answer> {
  const answer = await server.request(method, path, body, ask);
  if (answer.errors.length > 0) throw new Refusal(answer);
  return answer;
}

describe('a transaction of several requests', () => {
  test('is opened, prolonged, committed, and then read with its bookmark anywhere', async () => {
    const transaction = await Transaction.begin({ statement: 'CREATE (:Seat {place: 1})' });
    const expiresInMs = Date.parse(transaction.expires) - Date.now();
    expect(expiresInMs).toBeGreaterThan(30_000);
    expect(expiresInMs).toBeLessThanOrEqual(61_000);

    await transaction.rows('CREATE (:Seat {place: $place})', { place: 2 });
    expect(await transaction.rows('MATCH (s:Seat) RETURN count(s)')).toEqual([[2]]);
    expect(await server.rows('MATCH (s:Seat) RETURN count(s)')).toEqual([[0]]);
    const bookmarks = await transaction.commit();

    const ask = { bookmarks, region: 'apac' };
    expect(await server.rows('MATCH (s:Seat) RETURN count(s)', ask)).toEqual([[2]]);
    await expect(transaction.commit()).rejects.toMatchObject({
      code: 'Neo.ClientError.Transaction.TransactionNotFound',
    });
  });

  test('is rolled back, and gone', async () => {
    const transaction = await Transaction.begin();
    await transaction.rows('MATCH (s:Seat) DELETE s');

    expect((await transaction.rollback()).status).toBe(200);

    expect(await server.rows('MATCH (s:Seat) RETURN count(s)')).toEqual([[2]]);
    await expect(transaction.rows('RETURN 1')).rejects.toThrow('was rolled back, as was asked for');
  });

  test('that reads is opened at the nearest instance, and keeps what it saw first', async () => {
    const seen = await server.ask('MATCH (s:Seat) RETURN count(s)');
    const transaction = await Transaction.begin({ accessMode: 'READ', bookmarks: seen.bookmarks }, 'enam');
    expect(transaction.servedBy).toBe('enam-1 replica enam');
    const { bookmarks } = await server.ask('CREATE (:Seat {place: 3})');
    expect(await server.rows('MATCH (s:Seat) RETURN count(s)', { bookmarks, region: 'enam' })).toEqual([[3]]);

    expect(await transaction.rows('MATCH (s:Seat) RETURN count(s)')).toEqual([[2]]);
    await transaction.commit();
  });

  test('whose instance loses its memory is to be begun again, and nothing of it is left', async () => {
    const transaction = await Transaction.begin({ statement: 'CREATE (:Lost)' });

    await server.forget('flights/instance/weur-1');

    await expect(transaction.commit()).rejects.toMatchObject({ code: 'Neo.TransientError.Transaction.LeaseExpired' });
    expect(await server.rows('MATCH (n:Lost) RETURN count(n)', { more: { accessMode: 'Write' } })).toEqual([[0]]);
  });
});

const CLIENTS = 6;
const TRANSACTIONS = Number(process.env.SKEIN_HISTORY_TRANSACTIONS ?? 40);
const KEYS = ['x', 'y', 'z'];
const READ = 'MATCH (l:List {key: $key}) RETURN l.values';
const APPEND = 'MATCH (l:List {key: $key}) SET l.values = l.values + $value';

/** How a client's transaction ended, as far as he was told. */
type Told = HistoryTransaction['outcome'] | 'unknown';

/** Clients that begin, read, append, commit and roll back as chance has it, each one after the other, all at once. */
class Workload {
  readonly history: { told: Told; operations: Operation[] }[] = [];
  #value = 0;

  async client(seed: number): Promise<void> {
    const next = generator(seed);
    for (let count = 0; count < TRANSACTIONS; count += 1) {
      const operations: Operation[] = [];
      this.history.push({ told: await this.#transaction(next, operations), operations });
    }
  }

  async #transaction(next: () => number, operations: Operation[]): Promise<Told> {
    const below = (limit: number) => Math.floor(next() * limit);
    const length = 1 + below(4);
    const reads = below(4) === 0;
    let isCommitting = false;
    try {
      const region = reads ? ['weur', 'enam', 'apac'][below(3)] : undefined;
      const transaction = await Transaction.begin({ accessMode: reads ? 'READ' : 'WRITE' }, region);
      for (let step = 0; step < length; step += 1) {
        const key = KEYS[below(KEYS.length)]!;
        if (reads || below(2) === 0) {
          const rows = await transaction.rows(READ, { key });
          operations.push({ type: 'read', key, list: rows[0]![0] as number[] });
        } else {
          this.#value += 1;
          const value = this.#value;
          operations.push({ type: 'append', key, value });
          await transaction.rows(APPEND, { key, value });
        }
      }
      if (below(6) === 0) {
        await transaction.rollback();
        return 'aborted';
      }
      isCommitting = true;
      await transaction.commit();
      return 'committed';
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === 'Neo.DatabaseError.Transaction.TransactionCommitFailed' && isCommitting) return 'unknown';
      if (!error.code.startsWith('Neo.TransientError.')) throw error;
      return 'aborted';
    }
  }

  /** The history as it was, now that the end tells what became of what nobody knew. */
  ended(final: ReadonlyMap<string, readonly number[]>): HistoryTransaction[] {
    const all = new Set([...final.values()].flat());
    return this.history.map(({ told, operations }) => {
      if (told !== 'unknown') return { outcome: told, operations };
      const isThere = operations.some((each) => each.type === 'append' && all.has(each.value));
      return { outcome: isThere ? 'committed' : 'aborted', operations };
    });
  }
}

/** Runs the workload on lists of its own, and answers with the anomalies in what the clients saw. */
async function anomaliesUnder(disturb: (isDone: () => boolean) => Promise<void>) {
  await server.rows('MATCH (l:List) DELETE l');
  const made = await server.ask('UNWIND $keys AS key CREATE (:List {key: key, values: []})', {
    parameters: { keys: KEYS },
  });
  for (const region of ['enam', 'apac']) await server.rows('RETURN 1', { region, bookmarks: made.bookmarks });
  const workload = new Workload();
  let isDone = false;
  const disturbance = disturb(() => isDone);
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => workload.client(client + 1)));
  isDone = true;
  await disturbance;
  const rows = await server.rows('MATCH (l:List) RETURN l.key, l.values', { more: { accessMode: 'Write' } });
  const final = new Map(rows.map(([key, values]) => [key as string, values as number[]]));
  const history = workload.ended(final);
  const anomalies = anomaliesOf(history, final);
  // Write skew, which snapshot isolation allows.
  anomalies.delete('G2');
  return { anomalies: [...anomalies], history };
}

describe('the histories of many clients at once show no dirty write or read, no lost update and no read skew', () => {
  test('while all is well', async () => {
    const { anomalies, history } = await anomaliesUnder(async () => undefined);

    expect(anomalies).toEqual([]);
    const committed = history.filter(({ outcome }) => outcome === 'committed');
    expect(committed.length).toBeGreaterThan((CLIENTS * TRANSACTIONS) / 4);
    expect(history.length - committed.length).toBeGreaterThan(CLIENTS);
  }, 120_000);

  test('while MAIN loses its memory again and again', async () => {
    let losses = 0;
    const { anomalies, history } = await anomaliesUnder(async (isDone) => {
      for (; !isDone(); losses += 1) {
        await new Promise((resolve) => setTimeout(resolve, 400));
        const main = (await server.instances()).find(({ role }) => role === 'main');
        await server.forget(`flights/instance/${main?.name}`);
      }
    });

    expect(anomalies).toEqual([]);
    expect(losses).toBeGreaterThan(1);
    expect(history.filter(({ outcome }) => outcome === 'committed').length).toBeGreaterThan(CLIENTS);
  }, 240_000);
});
