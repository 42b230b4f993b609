/** What tells one import from another: the contents of its files and how they are read. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CommandFailure } from '../failure.ts';

/** Part of every fingerprint: to be counted up when the same files would give other batches than before. */
const FORMAT = 'skein-import-1';

export async function fingerprint(paths: readonly string[], reading: readonly string[]): Promise<string> {
  const whole = createHash('sha256').update(JSON.stringify([FORMAT, ...reading]));
  for (const path of paths) whole.update(await contentHash(path));
  return whole.digest('hex').slice(0, 32);
}

async function contentHash(path: string): Promise<Buffer> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    throw new CommandFailure('usage', `${path} cannot be read`, { cause: error });
  }
  return hash.digest();
}
