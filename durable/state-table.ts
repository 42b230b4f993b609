/** The small record of an instance's machine, and the development faults, each whole in one row. */
import type { PersistedInstance } from '../core/replication/instance-state.ts';
import { decodeMessage, encodeMessage } from '../core/value/codec.ts';
import type { Message } from '../core/value/packing.ts';
import { seal, unseal } from '../core/wal/checksum.ts';
import { bufferOf } from './chunks.ts';
import type { Tables } from './tables.ts';

const MACHINE_ROW = 1;
const FAULTS_ROW = 2;

export class StateTable {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** The record last saved; undefined when there is none; 'damaged' when it does not agree with its checksum. */
  load(): PersistedInstance | 'damaged' | undefined {
    const row = this.#read(MACHINE_ROW);
    if (!row) return undefined;
    const bytes = unseal(row);
    return bytes ? (decodeMessage(bytes) as unknown as PersistedInstance) : 'damaged'; // save() is the only writer
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
    if (!this.#tables.exist) return undefined;
    const { sql } = this.#tables;
    const row = sql.exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM state WHERE id = ?', id).toArray()[0];
    return row && new Uint8Array(row.bytes);
  }

  #write(id: number, bytes: Uint8Array): void {
    this.#tables.make();
    this.#tables.sql.exec('INSERT OR REPLACE INTO state (id, bytes) VALUES (?, ?)', id, bufferOf(bytes));
  }
}
