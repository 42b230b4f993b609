/** Bundles the Worker as a deploy would and holds its size against our own limit, far below the platform's. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gzipped. The platform takes 3 MB on the free plan; an object that starts cold pays for every byte, so ours is a sixth. */
const GZIP_KIB_MAX = 512;

const folder = mkdtempSync(join(tmpdir(), 'skein-size-'));
try {
  const output = execFileSync('npx', ['wrangler', 'deploy', '--dry-run', '--outdir', folder], {
    encoding: 'utf8',
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gzip = /gzip: ([\d.]+) KiB/.exec(output)?.[1];
  if (gzip === undefined) throw new Error(`wrangler did not tell the size:\n${output}`);
  process.stdout.write(`the Worker weighs ${gzip} KiB gzipped, of ${GZIP_KIB_MAX} allowed\n`);
  if (Number(gzip) > GZIP_KIB_MAX) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
