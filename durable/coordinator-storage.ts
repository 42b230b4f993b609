/** A coordinator's rows: Raft's term and vote, its log, its snapshot. Written in the turn that decides them, before anything is sent. */
import { assert } from '../core/assert.ts';
import type { RaftEffect } from '../core/raft/event.ts';
import type { Entry, Snapshot } from '../core/raft/message.ts';
import type { PersistedState } from '../core/raft/state.ts';
import { bufferOf, joinChunks, splitIntoChunks } from './chunks.ts';

type Persist = Extract<RaftEffect, { type: 'persist' }>;

const VOTE_ROW = 1;
const FAULTS_ROW = 1;

export class CoordinatorStorage {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec('CREATE TABLE IF NOT EXISTS vote (id INTEGER PRIMARY KEY, term INTEGER NOT NULL, voted_for TEXT)');
    sql.exec('CREATE TABLE IF NOT EXISTS entry (position INTEGER PRIMARY KEY, term INTEGER NOT NULL, command BLOB)');
    sql.exec(
      'CREATE TABLE IF NOT EXISTS snapshot (chunk INTEGER PRIMARY KEY, position INTEGER NOT NULL, term INTEGER NOT NULL, bytes BLOB NOT NULL)',
    );
    sql.exec('CREATE TABLE IF NOT EXISTS development (id INTEGER PRIMARY KEY, faults TEXT NOT NULL)');
  }

  /** What a member left behind; an object that never stored anything is a new member. */
  load(): PersistedState {
    const vote = this.#sql
      .exec<{ term: number; voted_for: string | null }>('SELECT term, voted_for FROM vote')
      .toArray()[0];
    const entries = this.#sql
      .exec<{ position: number; term: number; command: ArrayBuffer | null }>(
        'SELECT position, term, command FROM entry ORDER BY position',
      )
      .toArray()
      .map(
        (row): Entry => ({ index: row.position, term: row.term, command: row.command && new Uint8Array(row.command) }),
      );
    return { term: vote?.term ?? 0, votedFor: vote?.voted_for ?? undefined, entries, snapshot: this.#loadSnapshot() };
  }

  persist(effect: Persist): void {
    if (effect.truncateFrom !== undefined) this.#sql.exec('DELETE FROM entry WHERE position >= ?', effect.truncateFrom);
    for (const entry of effect.entries) {
      this.#sql.exec(
        'INSERT INTO entry (position, term, command) VALUES (?, ?, ?)',
        entry.index,
        entry.term,
        entry.command && bufferOf(entry.command),
      );
    }
    this.#sql.exec(
      'INSERT OR REPLACE INTO vote (id, term, voted_for) VALUES (?, ?, ?)',
      VOTE_ROW,
      effect.term,
      effect.votedFor ?? null,
    );
  }

  /** Replaces the snapshot; the entries before `keepFrom` go. */
  saveSnapshot({ snapshot, keepFrom }: { readonly snapshot: Snapshot; readonly keepFrom: number }): void {
    this.#sql.exec('DELETE FROM snapshot');
    splitIntoChunks(snapshot.data).forEach((bytes, chunk) => {
      this.#sql.exec(
        'INSERT INTO snapshot (chunk, position, term, bytes) VALUES (?, ?, ?, ?)',
        chunk,
        snapshot.index,
        snapshot.term,
        bufferOf(bytes),
      );
    });
    this.#sql.exec('DELETE FROM entry WHERE position < ?', keepFrom);
  }

  faults(): string | undefined {
    return this.#sql.exec<{ faults: string }>('SELECT faults FROM development').toArray()[0]?.faults;
  }

  saveFaults(faults: string): void {
    this.#sql.exec('INSERT OR REPLACE INTO development (id, faults) VALUES (?, ?)', FAULTS_ROW, faults);
  }

  #loadSnapshot(): Snapshot | undefined {
    const rows = this.#sql
      .exec<{ position: number; term: number; bytes: ArrayBuffer }>(
        'SELECT position, term, bytes FROM snapshot ORDER BY chunk',
      )
      .toArray();
    const first = rows[0];
    if (!first) return undefined;
    assert(
      rows.every((row) => row.position === first.position),
      'the stored Raft snapshot is of two indexes',
    );
    return { index: first.position, term: first.term, data: joinChunks(rows.map((row) => new Uint8Array(row.bytes))) };
  }
}
