/** A client's side of one transaction of several requests, spoken to an instance as the Worker does. */
import { expect } from 'vitest';
import { decodeResult, encodeValue } from '../../core/value/codec.ts';
import type {
  StatementFailure,
  TransactionAnswer,
  TransactionStep,
  TransactionSuccess,
} from '../../durable/protocol.ts';
import type { Database } from './cluster.ts';

export class Client {
  readonly #database: Database;
  readonly instance: string;
  id = '';

  constructor(database: Database, instance: string) {
    this.#database = database;
    this.instance = instance;
  }

  static async begin(
    database: Database,
    more: { instance?: string; bookmarks?: string[]; read?: boolean; lifetimeMs?: number } = {},
  ) {
    const client = new Client(database, more.instance ?? database.main);
    const step = client.beginning(more);
    client.id = (await client.send(step)).transaction!.id;
    return client;
  }

  beginning(more: { bookmarks?: string[]; read?: boolean; lifetimeMs?: number } = {}): TransactionStep {
    const { bookmarks = [], read = false, lifetimeMs } = more;
    return { type: 'begin', accessMode: read ? 'read' : 'write', bookmarks, bookmarkWaitMs: 5_000, lifetimeMs };
  }

  async ask(step: TransactionStep, statement?: string, deadlineMs = 10_000): Promise<TransactionAnswer> {
    const parameters = encodeValue(new Map());
    return (await this.#database.stub(this.instance).transact({
      database: this.#database.name,
      step,
      ...(statement !== undefined && { statement: { text: statement, parameters } }),
      deadlineMs,
      from: { name: 'worker', region: 'weur' },
    })) as TransactionAnswer;
  }

  async send(step: TransactionStep, statement?: string): Promise<TransactionSuccess> {
    const answer = await this.ask(step, statement);
    if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
    return answer;
  }

  async rows(statement: string): Promise<unknown[][]> {
    const { result } = await this.send({ type: 'run', id: this.id }, statement);
    return decodeResult(result!.rows).rows.map((row) => [...row]);
  }

  /** What the statement fails with. */
  async fails(statement?: string, type: 'run' | 'commit' | 'rollback' = 'run'): Promise<StatementFailure> {
    const answer = await this.ask({ type, id: this.id }, statement);
    if (answer.ok) throw new Error(`'${statement}' succeeded`);
    return answer;
  }

  async commit(statement?: string): Promise<string> {
    const { bookmark, transaction } = await this.send({ type: 'commit', id: this.id }, statement);
    expect(transaction).toBeUndefined();
    return bookmark!;
  }

  rollback(): Promise<TransactionSuccess> {
    return this.send({ type: 'rollback', id: this.id });
  }
}
