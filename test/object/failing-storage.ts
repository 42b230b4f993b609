/** Storage that fails under an instance: at the seam of SqlStorage, or when SQLite commits. */
import { runInDurableObject } from 'cloudflare:test';
import type { Database } from './cluster.ts';

/** The next statement of SQL that `isIt` is about fails, as it does when the disk does; all others, and it a second time, do not. */
export async function failOnce(database: Database, instance: string, isIt: RegExp): Promise<void> {
  await runInDurableObject(database.stub(instance), (_object, { storage }) => {
    const { sql } = storage;
    const exec = sql.exec.bind(sql);
    let hasFailed = false;
    sql.exec = ((query: string, ...bindings: SqlStorageValue[]) => {
      if (hasFailed || !isIt.test(query)) return exec(query, ...bindings);
      hasFailed = true;
      throw new Error('disk I/O error: SQLITE_IOERR');
    }) as typeof sql.exec;
  });
}

/** From now on no commit of SQLite that has new rows of the log succeeds: a foreign key that is looked at only then leads nowhere. */
export async function failCommits(database: Database, instance: string): Promise<void> {
  await database.sql(instance, 'CREATE TABLE there (id INTEGER PRIMARY KEY)');
  await database.sql(instance, 'CREATE TABLE nowhere (id INTEGER REFERENCES there (id) DEFERRABLE INITIALLY DEFERRED)');
  await database.sql(
    instance,
    'CREATE TRIGGER fails AFTER INSERT ON wal BEGIN INSERT INTO nowhere (id) VALUES (new.row); END',
  );
}

export async function letCommitsBe(database: Database, instance: string): Promise<void> {
  await database.sql(instance, 'DROP TRIGGER fails');
}
