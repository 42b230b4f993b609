/** The small record of an instance's machine, and the development faults, each whole in one row. */
import type { PersistedInstance } from '../core/replication/instance-state.ts';
import { decodeMessage, encodeMessage } from '../core/value/codec.ts';
import type { Message } from '../core/value/packing.ts';
import { seal, unseal } from '../core/wal/checksum.ts';
import { bufferOf } from './chunks.ts';

const MACHINE_ROW = 1;
const FAULTS_ROW = 2;

export class StateTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec('CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)');
  }

  /** The record last saved. One that does not agree with its checksum ends the object: its epochs cannot be trusted. */
  load(): PersistedInstance | undefined {
    const row = this.#read(MACHINE_ROW);
    if (!row) return undefined;
    const bytes = unseal(row);
    if (!bytes) throw new Error('the record of the replication state does not agree with its checksum');
    return decodeMessage(bytes) as unknown as PersistedInstance; // save() is the only writer
  }

  save(record: PersistedInstance): void {
    const encoded = encodeMessage(record as unknown as Message); // plain data, which is what a Message is
    const bytes = new Uint8Array(encoded.length + 4);
    bytes.set(encoded);
    this.#write(MACHINE_ROW, seal(bytes));
  }

  faults(): string | undefined {
    const row = this.#read(FAULTS_ROW);
    return row && new TextDecoder().decode(row);
  }

  saveFaults(faults: string): void {
    this.#write(FAULTS_ROW, new TextEncoder().encode(faults));
  }

  #read(id: number): Uint8Array | undefined {
    const row = this.#sql.exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM state WHERE id = ?', id).toArray()[0];
    return row && new Uint8Array(row.bytes);
  }

  #write(id: number, bytes: Uint8Array): void {
    this.#sql.exec('INSERT OR REPLACE INTO state (id, bytes) VALUES (?, ?)', id, bufferOf(bytes));
  }
}
