/** An instance's log as those read it who follow the changes; see ChangeLog. */
import type { ChangeLog } from '../core/engine/change-log.ts';
import type { Transaction } from '../core/graph/delta.ts';
import { hashText } from '../core/wal/checksum.ts';
import { decodeRecord } from '../core/wal/record.ts';
import type { StorageParts } from './instance-storage.ts';

/** What is decoded at a time. */
const READ = { bytesMax: 256 * 1024, recordsMax: 256 };

export class InstanceChangeLog implements ChangeLog {
  readonly #parts: StorageParts;

  constructor(parts: StorageParts) {
    this.#parts = parts;
  }

  get databaseId(): string {
    return this.#parts.state().cluster ?? '';
  }

  get serverId(): string {
    return this.#parts.address.instance;
  }

  get mayLag(): boolean {
    return this.#parts.state().role !== 'main';
  }

  get firstLsn(): number {
    return this.#parts.log().firstLsn;
  }

  hashAt(lsn: number): string | undefined {
    const position = this.#parts.log().at(lsn);
    return position && hashText(position.hash);
  }

  read(fromLsn: number, throughLsn: number): readonly Transaction[] {
    const records = this.#parts.log().read({ fromLsn, throughLsn, ...READ });
    return records.map(({ bytes }) => decodeRecord(bytes));
  }
}
