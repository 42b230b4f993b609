/** Files of objects that SQLite cannot read, as far as their first bytes and their lengths tell: workerd opens each only when it is asked for. */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface DamagedFile {
  readonly path: string;
  readonly reason: string;
}

/** Source: "Database File Format" of SQLite, section 1.3. */
const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';
const PLACES = { pageBytes: 16, changeCount: 24, pageCount: 28, pageCountValidFor: 92 } as const;

/** A page of 65,536 bytes does not fit the field for its size. */
const LARGEST_PAGE = { written: 1, bytes: 65_536 } as const;

/** `folder`: that of all objects, with a folder for each class. */
export function damagedFiles(folder: string): DamagedFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sqlite'))
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const reason = damageOf(path);
      return reason === undefined ? [] : [{ path, reason }];
    });
}

function damageOf(path: string): string | undefined {
  const bytes = statSync(path).size;
  // Pages that are not in the file yet may be there.
  const hasLog = existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0;
  if (bytes === 0) return hasLog ? undefined : 'it is empty';
  const header = headerOf(path);
  if (header.length < HEADER_BYTES) return `it ends after ${bytes} bytes`;
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) return 'it does not begin as a file of SQLite does';
  const written = header.readUInt16BE(PLACES.pageBytes);
  const pageBytes = written === LARGEST_PAGE.written ? LARGEST_PAGE.bytes : written;
  const isCounted = header.readUInt32BE(PLACES.changeCount) === header.readUInt32BE(PLACES.pageCountValidFor);
  const expected = header.readUInt32BE(PLACES.pageCount) * pageBytes;
  if (hasLog || !isCounted || bytes >= expected) return undefined;
  return `it ends after ${bytes} bytes, and had ${expected}`;
}

function headerOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    return header.subarray(0, readSync(file, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
