/** Files that are there whole or not at all. */

import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { CommandFailure } from '../failure.ts';

/** Characters that wait to be written together. */
const BUFFER_LENGTH = 256 * 1024;

export interface TextSink {
  write(text: string): void | Promise<void>;
}

/** What goes to another program. */
export const STANDARD_OUTPUT: TextSink = {
  async write(text) {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  },
};

/** Gathers small texts for a file. Kept open only while it writes, so that there may be many. */
export class BufferedFile implements TextSink {
  readonly #path: string;
  #parts: string[] = [];
  #length = 0;

  constructor(path: string) {
    this.#path = path;
  }

  write(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length >= BUFFER_LENGTH) this.flush();
  }

  flush(): void {
    try {
      const file = openSync(this.#path, 'a');
      try {
        const bytes = Buffer.from(this.#parts.join(''));
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw new CommandFailure('usage', `${this.#path} cannot be written`, { cause: error });
    }
    [this.#parts, this.#length] = [[], 0];
  }
}

/** Lets `write` fill a file or folder under another name, and gives it its own when all is there. */
export async function writeWhole(
  target: string,
  kind: 'file' | 'folder',
  write: (path: string) => Promise<void>,
): Promise<void> {
  refuseExisting(target, kind);
  const part = `${target.replace(/\/+$/, '')}.part`;
  rmSync(part, { recursive: true, force: true });
  try {
    if (kind === 'folder') mkdirSync(part, { recursive: true });
    await write(part);
    if (kind === 'folder') rmSync(target, { recursive: true, force: true });
    renameSync(part, target);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** An export takes the place of nothing but an empty folder. */
function refuseExisting(target: string, kind: 'file' | 'folder'): void {
  if (!existsSync(target)) return;
  if (kind === 'folder' && isEmptyFolder(target)) return;
  throw new CommandFailure('usage', `${target} is there already`);
}

function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}
