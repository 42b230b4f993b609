/**
 * The tables of an instance, in SQLite. They are made with the first thing that is stored: an object that was only asked
 * something, or whose database is gone, leaves nothing behind that would have to be paid for.
 */
const TABLES = [
  'CREATE TABLE state (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)',
  // `group_start` is the row in which the row's group of records begins: a record never begins in an earlier group.
  'CREATE TABLE wal (row INTEGER PRIMARY KEY, group_start INTEGER NOT NULL, last_lsn INTEGER NOT NULL, bytes BLOB NOT NULL)',
  'CREATE TABLE diverged (row INTEGER PRIMARY KEY, first_lsn INTEGER NOT NULL, last_lsn INTEGER NOT NULL, bytes BLOB NOT NULL)',
  'CREATE TABLE snapshot (slot INTEGER PRIMARY KEY, manifest BLOB NOT NULL, chunk_count INTEGER NOT NULL)',
  'CREATE TABLE chunk (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)',
  'CREATE TABLE subscription (socket TEXT NOT NULL, id INTEGER NOT NULL, statement TEXT NOT NULL, parameters BLOB NOT NULL, squash_ms INTEGER NOT NULL, PRIMARY KEY (socket, id)) WITHOUT ROWID',
];

export class Tables {
  readonly sql: SqlStorage;
  #exist: boolean;

  constructor(sql: SqlStorage) {
    this.sql = sql;
    this.#exist =
      sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'state'").toArray().length > 0;
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
}
