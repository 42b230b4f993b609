/**
 * The tables of an instance, in SQLite. They are made with the first thing that is stored: an object that was only asked
 * something, or whose database is gone, leaves nothing behind that would have to be paid for.
 */
const TABLES = [
  'CREATE TABLE state (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)',
  // `group_start` is the row in which the row's group of records begins: a record never begins in an earlier group.
  'CREATE TABLE wal (row INTEGER PRIMARY KEY, group_start INTEGER NOT NULL, last_lsn INTEGER NOT NULL, bytes BLOB NOT NULL)',
  'CREATE TABLE diverged (row INTEGER PRIMARY KEY, first_lsn INTEGER NOT NULL, last_lsn INTEGER NOT NULL, bytes BLOB NOT NULL)',
  // `places` has for each segment of the manifest the id of its first chunk, as 64-bit floats.
  'CREATE TABLE snapshot (slot INTEGER PRIMARY KEY, manifest BLOB NOT NULL, places BLOB, created_ms INTEGER)',
  'CREATE TABLE chunk (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)',
  'CREATE TABLE arriving (chunk INTEGER PRIMARY KEY, bytes BLOB NOT NULL)',
  'CREATE TABLE subscription (socket TEXT NOT NULL, id INTEGER NOT NULL, statement TEXT NOT NULL, parameters BLOB NOT NULL, squash_ms INTEGER NOT NULL, PRIMARY KEY (socket, id)) WITHOUT ROWID',
];

/** Makes the tables of the first version those of this one. Its snapshots stay, with the chunks where they are. */
const UPGRADE_FROM_FIRST = [
  'ALTER TABLE snapshot DROP COLUMN chunk_count',
  'ALTER TABLE snapshot ADD COLUMN places BLOB',
  'CREATE TABLE arriving (chunk INTEGER PRIMARY KEY, bytes BLOB NOT NULL)',
];

/** And those of the second version. */
const UPGRADE_FROM_SECOND = 'ALTER TABLE snapshot ADD COLUMN created_ms INTEGER';

export class Tables {
  readonly sql: SqlStorage;
  #exist: boolean;

  constructor(sql: SqlStorage) {
    this.sql = sql;
    this.#exist = this.#has('state');
    if (this.#exist && !this.#has('arriving')) for (const change of UPGRADE_FROM_FIRST) sql.exec(change);
    if (this.#exist && !this.#definition('snapshot').includes('created_ms')) sql.exec(UPGRADE_FROM_SECOND);
  }

  /** Without them there is nothing to be read. */
  get exist(): boolean {
    return this.#exist;
  }

  make(): void {
    if (this.#exist) return;
    for (const table of TABLES) this.sql.exec(table);
    this.#exist = true;
  }

  #has(table: string): boolean {
    return this.#definition(table) !== '';
  }

  /** The statement that made a table, as later changes have left it; empty when there is none. */
  #definition(table: string): string {
    const rows = this.sql
      .exec<{ sql: string }>("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", table)
      .toArray();
    return rows[0]?.sql ?? '';
  }
}
