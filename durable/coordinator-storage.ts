/** A coordinator's rows: Raft's term and vote, its log, its snapshot. Written in the turn that decides them, before anything is sent. */
import { assert } from '../core/assert.ts';
import type { RaftEffect } from '../core/raft/event.ts';
import {
  decodeGroup,
  decodeWithConfiguration,
  encodeGroup,
  encodeWithConfiguration,
} from '../core/raft/group-codec.ts';
import type { Entry, Snapshot } from '../core/raft/message.ts';
import type { PersistedState } from '../core/raft/state.ts';
import { bufferOf, joinChunks, splitIntoChunks } from './chunks.ts';
import type { CoordinatorAddress } from './names.ts';

type Persist = Extract<RaftEffect, { type: 'persist' }>;

/** What the bytes of a row are: what the state machine has encoded, or a configuration, alone or with it (core/raft/group-codec.ts). */
const KIND = { plain: 0, configuration: 1 } as const;

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
    for (const table of ['entry', 'snapshot']) {
      // The tables of the first version know of no configurations.
      if (!this.#hasKind(table))
        sql.exec(`ALTER TABLE ${table} ADD COLUMN kind INTEGER NOT NULL DEFAULT ${KIND.plain}`);
    }
    sql.exec(
      'CREATE TABLE IF NOT EXISTS founder (position INTEGER PRIMARY KEY, name TEXT NOT NULL, region TEXT NOT NULL)',
    );
    sql.exec('CREATE TABLE IF NOT EXISTS development (id INTEGER PRIMARY KEY, faults TEXT NOT NULL)');
  }

  /**
   * Those that the group began with: `seeds` at this object's first start. What a deployment calls them later changes no majority: that
   * is for the log alone.
   */
  founders(seeds: readonly CoordinatorAddress[]): readonly CoordinatorAddress[] {
    const read = () =>
      this.#sql.exec<{ name: string; region: string }>('SELECT name, region FROM founder ORDER BY position').toArray();
    if (read().length === 0) {
      seeds.forEach(({ name, region }, position) => {
        this.#sql.exec('INSERT INTO founder (position, name, region) VALUES (?, ?, ?)', position, name, region);
      });
    }
    return read();
  }

  /** What a member left behind; an object that never stored anything is a new member. */
  load(): PersistedState {
    const vote = this.#sql
      .exec<{ term: number; voted_for: string | null }>('SELECT term, voted_for FROM vote')
      .toArray()[0];
    const entries = this.#sql
      .exec<EntryRow>('SELECT position, term, kind, command FROM entry ORDER BY position')
      .toArray()
      .map(entryOf);
    return { term: vote?.term ?? 0, votedFor: vote?.voted_for ?? undefined, entries, snapshot: this.#loadSnapshot() };
  }

  persist(effect: Persist): void {
    if (effect.truncateFrom !== undefined) this.#sql.exec('DELETE FROM entry WHERE position >= ?', effect.truncateFrom);
    for (const entry of effect.entries) {
      const bytes = entry.group ? encodeGroup(entry.group) : entry.command;
      this.#sql.exec(
        'INSERT INTO entry (position, term, kind, command) VALUES (?, ?, ?, ?)',
        entry.index,
        entry.term,
        entry.group ? KIND.configuration : KIND.plain,
        bytes && bufferOf(bytes),
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
    const { index, term, data, configuration } = snapshot;
    this.#sql.exec('DELETE FROM snapshot');
    splitIntoChunks(configuration ? encodeWithConfiguration(configuration, data) : data).forEach((bytes, chunk) => {
      this.#sql.exec(
        'INSERT INTO snapshot (chunk, position, term, kind, bytes) VALUES (?, ?, ?, ?, ?)',
        chunk,
        index,
        term,
        configuration ? KIND.configuration : KIND.plain,
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
      .exec<{ position: number; term: number; kind: number; bytes: ArrayBuffer }>(
        'SELECT position, term, kind, bytes FROM snapshot ORDER BY chunk',
      )
      .toArray();
    const first = rows[0];
    if (!first) return undefined;
    assert(
      rows.every((row) => row.position === first.position),
      'the stored Raft snapshot is of two indexes',
    );
    const bytes = joinChunks(rows.map((row) => new Uint8Array(row.bytes)));
    const { position: index, term } = first;
    return { index, term, ...(first.kind === KIND.configuration ? decodeWithConfiguration(bytes) : { data: bytes }) };
  }

  #hasKind(table: string): boolean {
    const [found] = this.#sql.exec<{ sql: string }>('SELECT sql FROM sqlite_master WHERE name = ?', table).toArray();
    return found?.sql.includes('kind') ?? false;
  }
}

interface EntryRow extends Record<string, SqlStorageValue> {
  readonly position: number;
  readonly term: number;
  readonly kind: number;
  readonly command: ArrayBuffer | null;
}

function entryOf({ position: index, term, kind, command }: EntryRow): Entry {
  const bytes = command && new Uint8Array(command);
  if (kind !== KIND.configuration) return { index, term, command: bytes };
  assert(bytes !== null, `the configuration at ${index} of the stored Raft log is empty`);
  return { index, term, command: null, group: decodeGroup(bytes) };
}
