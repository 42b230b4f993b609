/** Bytes in pieces that fit a row. */
import { broken } from '../core/assert.ts';

/** A BLOB of ours at most. A row may weigh 2 MB in production, and much more locally, where nobody would notice. */
export const BLOB_BYTES_MAX = 1024 * 1024;

/** Leaves room for what tells the pieces apart. */
export const CHUNK_BYTES = 900 * 1024;

/** At least one piece, each of at most CHUNK_BYTES; views of the same bytes. */
export function splitIntoChunks(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let start = 0; start === 0 || start < bytes.length; start += CHUNK_BYTES) {
    chunks.push(bytes.subarray(start, start + CHUNK_BYTES));
  }
  return chunks;
}

/** The inverse of splitIntoChunks. */
export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** SQLite takes an ArrayBuffer; a view of a larger one is copied out of it. All BLOBs pass here, so that none is too large for a row. */
export function bufferOf(bytes: Uint8Array): ArrayBuffer {
  if (bytes.length > BLOB_BYTES_MAX) broken(`${bytes.length} bytes are too many for a row`);
  return bytes.slice().buffer;
}
