/** The admin token of a data folder: from the environment, or made once and kept for its owner only. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TOKEN_BYTES = 24;

export interface AdminToken {
  readonly token: string;
  /** It was just made, so nobody has seen it yet. */
  readonly isNew: boolean;
}

export function adminToken(folder: string): AdminToken {
  const fromEnvironment = process.env.SKEIN_ADMIN_TOKEN;
  if (fromEnvironment) return { token: fromEnvironment, isNew: false };
  const file = join(folder, 'admin-token');
  try {
    return { token: readFileSync(file, 'utf8').trim(), isNew: false };
  } catch {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' });
    return { token, isNew: true };
  }
}
