/** A disk that is full under `skein serve`: writes fail and say why, reads go on, and all is well once there is room again. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, Server } from './server.ts';

/** The Worker takes 2 MB of it. */
const DISK_BYTES = 11 * 1024 * 1024;

/** What somebody else has on the disk. */
const FILLER_BYTES = 3 * 1024 * 1024;

const folder = mkdtempSync(join(tmpdir(), 'skein-full-'));
const isMounted = mount();
let server: Server | undefined;

/** A small disk of its own; only root may make one. */
function mount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function unmount(): boolean {
  try {
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

beforeAll(async () => {
  if (!isMounted) return;
  writeFileSync(join(folder, 'filler'), new Uint8Array(FILLER_BYTES));
  server = await Server.start(folder);
  await server.rows("CREATE DATABASE flights OPTIONS {regions: ['weur']}", { database: 'system' });
}, 60_000);

afterAll(async () => {
  await server?.kill();
  // A process that was killed may hold its files for a moment yet.
  if (isMounted) await eventually(async () => unmount(), Boolean, 10_000);
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!isMounted)(
  'writes fail and say why, reads go on, and nothing acknowledged is lost',
  { timeout: 60_000 },
  async () => {
    const { ask, rows } = { ask: server!.ask.bind(server), rows: server!.rows.bind(server) };
    const create = (id: number) =>
      ask('CREATE (:Page {id: $id, text: $text})', { parameters: { id, text: 'x'.repeat(400_000) } });
    const ids = async () => (await rows('MATCH (p:Page) RETURN p.id ORDER BY p.id')).flat();
    const acknowledged: number[] = [];
    let failure: Awaited<ReturnType<typeof ask>> | undefined;

    for (let id = 0; failure === undefined; id += 1) {
      const answer = await create(id);
      if (answer.status === 202) acknowledged.push(id);
      else failure = answer;
    }
    const whileFull = await ids();
    const refused = await create(1_000);
    rmSync(join(folder, 'filler'));
    const afterwards = await create(2_000);

    expect(acknowledged.length).toBeGreaterThan(0);
    expect(failure.errors[0]?.message).toMatch(/storage is full/);
    expect(refused.errors[0]?.message).toMatch(/storage is full/);
    expect(whileFull).toEqual(acknowledged);
    expect(afterwards.status).toBe(202);
    expect(await ids()).toEqual([...acknowledged, 2_000]);
  },
);
