/** `npm run dev` as a newcomer runs it, but in a folder and on a port of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';

const SKEIN = resolve(import.meta.dirname, '../../cli/skein.ts');
const folder = mkdtempSync(join(tmpdir(), 'skein-dev-'));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Starts `skein dev`; resolves when it is ready. */
async function startDev(port: number) {
  const { SKEIN_ADMIN_TOKEN: _, ...env } = process.env;
  const command = spawn(process.execPath, [SKEIN, 'dev', '--port', String(port), '--json'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  command.stderr.on('data', (chunk) => {
    complaint += String(chunk);
  });
  const exit = new Promise<number | null>((done) => command.once('exit', done));
  const startedMs = performance.now();
  for await (const line of createInterface({ input: command.stdout })) {
    const { ready, token } = JSON.parse(line) as { ready: string; token: string };
    const stop = () => {
      command.kill('SIGINT');
      return exit;
    };
    return { ready, token, stop, afterMs: performance.now() - startedMs };
  }
  throw new Error(`skein dev ended with ${await exit}: ${complaint}`);
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function countNodes({ ready, token }: { ready: string; token: string }): Promise<unknown> {
  const response = await fetch(`${ready}/db/flights/query/v2`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ statement: 'MATCH (n) RETURN count(n)' }),
  });
  return (await response.json()).data.values[0][0];
}

test('skein dev fills flights at its first start, and has it at the second', async () => {
  const port = await freePort();

  const first = await startDev(port);
  const countAtFirst = await countNodes(first);
  const codeAtFirst = await first.stop();
  const second = await startDev(port);
  const countAtSecond = await countNodes(second);
  const taken = await startDev(port).catch((error: Error) => error.message);
  const codeAtSecond = await second.stop();

  expect([countAtFirst, countAtSecond]).toEqual([13_860, 13_860]);
  expect([codeAtFirst, codeAtSecond]).toEqual([0, 0]);
  expect(second.token).toBe(first.token);
  expect(taken).toContain(`port ${port} is taken`);
});
