/** The statements of live subscriptions, for sockets that sleep: one row each, deleted with its socket. */
import { GraphError } from '../core/error.ts';
import { decodeValue, encodeValue } from '../core/value/codec.ts';
import { BLOB_BYTES_MAX, bufferOf } from './chunks.ts';
import { type LiveStatement, liveStatement } from './live-queries.ts';
import type { Tables } from './tables.ts';

interface Place {
  readonly socket: string;
  readonly id: number;
}

export class SubscriptionTable {
  readonly #tables: Tables;
  readonly #sql: SqlStorage;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#sql = tables.sql;
  }

  /** Throws when the statement with its parameters is too large for a row. */
  save({ socket, id }: Place, live: LiveStatement): void {
    const parameters = encodeValue(live.parameters);
    const bytes = parameters.length + new TextEncoder().encode(live.statement).length;
    if (bytes > BLOB_BYTES_MAX) {
      throw new GraphError(
        'Neo.ClientError.Statement.ArgumentError',
        `A live query is kept with its parameters, in at most ${BLOB_BYTES_MAX} bytes; these are ${bytes}.`,
      );
    }
    this.#sql.exec(
      'INSERT OR REPLACE INTO subscription (socket, id, statement, parameters, squash_ms) VALUES (?, ?, ?, ?, ?)',
      socket,
      id,
      live.statement,
      bufferOf(parameters),
      live.squashMs,
    );
  }

  load({ socket, id }: Place): LiveStatement | undefined {
    const row = this.#sql
      .exec<{ statement: string; parameters: ArrayBuffer; squash_ms: number }>(
        'SELECT statement, parameters, squash_ms FROM subscription WHERE socket = ? AND id = ?',
        socket,
        id,
      )
      .toArray()[0];
    if (!row) return undefined;
    const parameters = decodeValue(new Uint8Array(row.parameters));
    return parameters instanceof Map ? liveStatement(row.statement, parameters, row.squash_ms) : undefined;
  }

  delete({ socket, id }: Place): void {
    this.#sql.exec('DELETE FROM subscription WHERE socket = ? AND id = ?', socket, id);
  }

  deleteSocket(socket: string): void {
    this.#sql.exec('DELETE FROM subscription WHERE socket = ?', socket);
  }

  /** After a start: rows of sockets that did not survive it go. */
  keepOnly(sockets: readonly string[]): void {
    if (!this.#tables.exist) return;
    for (const { socket } of this.#sql.exec<{ socket: string }>('SELECT DISTINCT socket FROM subscription').toArray()) {
      if (!sockets.includes(socket)) this.deleteSocket(socket);
    }
  }
}
