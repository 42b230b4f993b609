/** A file as text, chunk by chunk: UTF-8 and nothing else, and all of it or an error. */
import { createReadStream, statSync } from 'node:fs';
import { CommandFailure } from '../failure.ts';

/** Bytes of one read: enough that the calls do not count, and little enough that memory does not either. */
const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** Bytes of a file as it is now. Throws CommandFailure when it cannot be read. */
export function fileBytes(path: string): number {
  try {
    const stat = statSync(path);
    if (stat.isFile()) return stat.size;
  } catch (error) {
    throw new CommandFailure('usage', `${path} cannot be read`, { cause: error });
  }
  throw new CommandFailure('usage', `${path} is not a file`);
}

/**
 * The text of a file without its byte order mark. `advance` is told of bytes read. Throws CommandFailure where the bytes are
 * not UTF-8, and when the file is no longer as long as it was at the start.
 */
export async function* readText(path: string, advance: (bytes: number) => void): AsyncGenerator<string, void> {
  const expected = fileBytes(path);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let read = 0;
  for await (const chunk of readChunks(path)) {
    if (read === 0) refuseOtherEncodings(path, chunk);
    const text = decode(decoder, chunk);
    if (text === undefined) throw await notUtf8(path, read);
    read += chunk.length;
    advance(chunk.length);
    yield text;
  }
  if (decode(decoder, undefined) === undefined) throw await notUtf8(path, read);
  if (read !== expected) {
    throw new CommandFailure('usage', `${path} had ${expected} bytes, and ${read} when it was read; leave it alone`);
  }
}

async function* readChunks(path: string): AsyncGenerator<Buffer, void> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) yield chunk as Buffer;
  } catch (error) {
    throw new CommandFailure('usage', `${path} cannot be read`, { cause: error });
  }
}

function decode(decoder: TextDecoder, chunk: Buffer | undefined): string | undefined {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch {
    return undefined;
  }
}

/** UTF-16, as some spreadsheets write it, begins with a mark. */
function refuseOtherEncodings(path: string, chunk: Buffer): void {
  const isUtf16 = (chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff);
  if (isUtf16) throw new CommandFailure('usage', `${path} is UTF-16; write it as UTF-8 (iconv -f UTF-16 -t UTF-8)`);
}

/** Looks the place up anew: the first line, in the chunk that could not be read or at its border, that is not UTF-8. */
async function notUtf8(path: string, from: number): Promise<CommandFailure> {
  let line = 1;
  let start = 0;
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of readChunks(path)) {
    const isBefore = start + chunk.length <= from;
    held = isBefore && held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (let end = held.indexOf(NEWLINE); end >= 0; end = held.indexOf(NEWLINE)) {
      if (!isUtf8(held.subarray(0, end))) return lineNotUtf8(path, line);
      held = held.subarray(end + 1);
      line += 1;
    }
    start += chunk.length;
    if (start > from + CHUNK_BYTES) break;
  }
  return lineNotUtf8(path, line);
}

function isUtf8(bytes: Buffer): boolean {
  return decode(new TextDecoder('utf-8', { fatal: true }), bytes) !== undefined;
}

function lineNotUtf8(path: string, line: number): CommandFailure {
  const advice = 'convert the file (iconv -f LATIN1 -t UTF-8) or mend the line';
  return new CommandFailure('usage', `${path}, line ${line}: the bytes are not UTF-8; ${advice}`);
}
