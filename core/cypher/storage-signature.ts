/** What commands about storage give: tables, as SHOW INDEXES does. */
import { signature } from './show-signature.ts';

/** Memgraph's, and Skein's own names of what is stored after `health`. */
export const SHOW_STORAGE_INFO = signature({
  name: 'SHOW STORAGE INFO',
  readsGraph: true,
  brief: { 'storage info': 'STRING', value: 'ANY?' },
});

/** Memgraph's columns. */
export const SHOW_SNAPSHOTS = signature({
  name: 'SHOW SNAPSHOTS',
  readsGraph: false,
  brief: { path: 'STRING', timestamp: 'INTEGER', creation_time: 'ZONED DATETIME?', size: 'INTEGER' },
});

/** Memgraph's columns; `wal_size` and `due_at_wal_size` are Skein's, whose snapshots come by bytes of log and not by the clock. */
export const SHOW_NEXT_SNAPSHOT = signature({
  name: 'SHOW NEXT SNAPSHOT',
  readsGraph: false,
  brief: { path: 'STRING', creation_time: 'ZONED DATETIME?', wal_size: 'INTEGER', due_at_wal_size: 'INTEGER' },
});

export const CREATE_SNAPSHOT = signature({
  name: 'CREATE SNAPSHOT',
  readsGraph: false,
  brief: { path: 'STRING' },
});

export const DUMP_DATABASE = signature({
  name: 'DUMP DATABASE',
  readsGraph: true,
  brief: { QUERY: 'STRING' },
});

const OF_STORAGE: ReadonlySet<string> = new Set([
  SHOW_STORAGE_INFO.name,
  SHOW_SNAPSHOTS.name,
  SHOW_NEXT_SNAPSHOT.name,
  CREATE_SNAPSHOT.name,
]);

/** Whether a procedure is about the storage of the one instance that carries it out. */
export function isOfStorage(procedure: string): boolean {
  return OF_STORAGE.has(procedure);
}
