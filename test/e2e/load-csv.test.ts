/** LOAD CSV in a real `skein serve`, from a server on this machine that the deployment lists. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Server } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'skein-e2e-csv-'));
const AIRPORTS = `code,city\n${Array.from({ length: 5_000 }, (_, i) => `A${i},"City, ${i}"`).join('\n')}\n`;
let files: HttpServer;
let origin: string;
let server: Server;

beforeAll(async () => {
  files = createServer((request, response) => {
    response.writeHead(request.url === '/data/airports.csv' ? 200 : 404).end(AIRPORTS);
  });
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
  server = await Server.start(folder, { SKEIN_LOAD_CSV_ALLOW: `${origin}/data/` });
  await server.rows('CREATE DATABASE csv', { database: 'system' });
});

afterAll(async () => {
  await server.stop();
  files.close();
  rmSync(folder, { recursive: true, force: true });
});

test('rows are read, and written in transactions', async () => {
  const url = `${origin}/data/airports.csv`;
  const write = `LOAD CSV WITH HEADERS FROM $url AS row CALL (row) { CREATE (:Airport {code: row.code, city: row.city}) } IN TRANSACTIONS OF 1000 ROWS`;

  await server.rows(write, { database: 'csv', parameters: { url } });
  const read = await server.rows(`UNWIND ['${url}'] AS url LOAD CSV FROM url AS row RETURN count(*)`, {
    database: 'csv',
  });

  expect(read).toEqual([[5_001]]);
  expect(await server.rows('MATCH (a:Airport {code: "A7"}) RETURN a.city', { database: 'csv' })).toEqual([['City, 7']]);
  expect(await server.rows('MATCH (a:Airport) RETURN count(*)', { database: 'csv' })).toEqual([[5_000]]);
});

test.each([
  { url: () => `${origin}/secret`, status: 400, message: 'not in SKEIN_LOAD_CSV_ALLOW' },
  { url: () => `${origin}/data/none.csv`, status: 400, message: 'status 404' },
  { url: () => 'http://169.254.169.254/latest/meta-data', status: 400, message: 'https URL' },
])('a text that may not or cannot be read is an error, and changes nothing', async ({ url, status, message }) => {
  const statement = 'LOAD CSV FROM $url AS row CREATE (:Never)';

  const answer = await server.ask(statement, { database: 'csv', parameters: { url: url() } });

  expect(answer.status).toBe(status);
  expect(answer.errors[0]).toMatchObject({
    code: 'Neo.ClientError.Statement.ExternalResourceFailed',
    message: expect.stringContaining(message),
  });
  expect(await server.rows('MATCH (n:Never) RETURN count(*)', { database: 'csv' })).toEqual([[0]]);
});
