/**
 * The file of one database's object, damaged while `skein serve` is stopped: what is read is what was written, or the error names the object and what
 * is lost; other databases go on.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Server } from './server.ts';

const PAGE_BYTES = 4096;
const NODES = 40;
const COUNT = 'MATCH (n:Page) RETURN count(n), sum(n.i)';
const WHOLE = [NODES, (NODES * (NODES - 1)) / 2];

let folder: string;
let server: Server;
/** The file of the database flights, the largest of the instances', and what is in it. */
let file: string;
let good: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skein-damage-'));
  server = await Server.start(folder);
  await server.rows("CREATE DATABASE flights OPTIONS {regions: ['weur']}", { database: 'system' });
  await server.rows("CREATE DATABASE other OPTIONS {regions: ['weur']}", { database: 'system' });
  for (let i = 0; i < NODES; i += 1) {
    await server.rows('CREATE (:Page {i: $i, text: $text})', { parameters: { i, text: `${i}`.repeat(10_000) } });
  }
  await server.rows('CREATE (:Page {i: 7})', { database: 'other' });
  await server.stop();
  const objects = join(folder, 'objects', 'skein-instance');
  const files = readdirSync(objects).filter((name) => name.endsWith('.sqlite'));
  file = files.map((name) => join(objects, name)).sort((one, other) => statSync(other).size - statSync(one).size)[0]!;
  good = readFileSync(file);
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the server on a damaged file, and gives what it says and answers. */
async function withFile(damage: (bytes: Buffer) => Buffer) {
  for (const ending of ['-wal', '-shm']) rmSync(file + ending, { force: true });
  writeFileSync(file, damage(Buffer.from(good)));
  server = await Server.start(folder);
  const read = await server.ask(COUNT);
  const other = await server.rows(COUNT, { database: 'other' });
  await server.stop();
  return { said: server.said, read, other };
}

const flip = (place: (bytes: Buffer) => number) => (bytes: Buffer) => {
  bytes[place(bytes)]! ^= 1;
  return bytes;
};

describe('the file of an object', () => {
  test.each([
    { what: 'without its beginning', damage: (bytes: Buffer) => bytes.fill(0, 0, 100), atStart: /does not begin as/ },
    {
      what: 'cut off',
      damage: (bytes: Buffer) => bytes.subarray(0, bytes.length / 2),
      atStart: /it ends after \d+ bytes, and had \d+/,
    },
    {
      what: 'cut off in its first page',
      damage: (bytes: Buffer) => bytes.subarray(0, 60),
      atStart: /it ends after 60 bytes/,
    },
    { what: 'that is empty', damage: (bytes: Buffer) => bytes.subarray(0, 0), atStart: /it is empty/ },
  ])('$what is told at the start, and to whoever asks', { timeout: 60_000 }, async ({ damage, atStart }) => {
    const { said, read, other } = await withFile(damage);

    expect(said).toMatch(atStart);
    expect(said).toContain(file);
    expect(read.status).not.toBe(202);
    expect(read.errors[0]?.message).toContain("'flights@weur-1'");
    expect(other).toEqual([[1, 7]]);
  });

  test.each([
    { what: 'one in seven pages is all 0', of: (page: number) => page % 7 === 3 },
    { what: 'the last page is all 0', of: (page: number, count: number) => page === count - 1 },
    { what: 'the page of the tables is all 0', of: (page: number) => page === 1 },
  ])('in which $what gives nothing that is not so', { timeout: 60_000 }, async ({ of }) => {
    const { said, read, other } = await withFile((bytes) => {
      const count = bytes.length / PAGE_BYTES;
      for (let page = 1; page < count; page += 1) {
        if (of(page, count)) bytes.fill(0, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
      }
      return bytes;
    });

    expectHonest(read, said);
    expect(other).toEqual([[1, 7]]);
  });

  test.each([0.03, 0.2, 0.4, 0.6, 0.8, 0.97])(
    'in which a bit is turned over (at %f of its length) gives nothing that is not so',
    { timeout: 60_000 },
    async (share) => {
      const { said, read, other } = await withFile(flip((bytes) => Math.floor(bytes.length * share)));

      expectHonest(read, said);
      expect(other).toEqual([[1, 7]]);
    },
  );
});

/** All that was written, or an error that names the object. */
function expectHonest(read: Awaited<ReturnType<Server['ask']>>, said: string): void {
  if (read.status === 202) {
    expect(read.rows).toEqual([WHOLE]);
    return;
  }
  expect(read.errors[0]?.code, JSON.stringify(read.errors)).toBe('Neo.DatabaseError.General.StorageDamageDetected');
  expect(read.errors[0]?.message).toContain("'flights@weur-1'");
  expect(said).toContain('flights/instance/weur-1');
}
