import type { LogRecord } from '../core/replication/log.ts';
import { sameHash } from '../core/wal/checksum.ts';
import { readRecordHead } from '../core/wal/record.ts';

/** Records from another object must be what is said of them, before the machine believes it. Throws when one is not. */
export function checkRecords(records: readonly LogRecord[]): void {
  for (const { lsn, epoch, hash, bytes } of records) {
    const head = readRecordHead(bytes);
    if (head.lsn !== lsn || head.epoch !== epoch || !sameHash(head.hash, hash)) {
      throw new Error(`the record said to be lsn ${lsn} of epoch ${epoch} is lsn ${head.lsn} of epoch ${head.epoch}`);
    }
  }
}
