/** `skein dev`: everything on a laptop. At the first start it makes the database `flights` and fills it. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { paint } from '../colour.ts';
import { Connection } from '../connection.ts';
import { runImport } from '../import/import-run.ts';
import { planMappedCsv } from '../import/mapped-csv.ts';
import { progressOf } from '../import/progress.ts';
import { parsePort } from '../options.ts';
import { superviseUntilExit } from '../stop.ts';
import { adminToken } from '../token.ts';
import { startWrangler } from '../wrangler.ts';
import { summary } from './import.ts';

const FOLDER = '.skein/dev';
const EXAMPLE = resolve(import.meta.dirname, '../../examples/flights');
const CREATE_FLIGHTS = `CREATE DATABASE flights OPTIONS {regions: ['weur', 'enam', 'apac'], modes: ['SYNC', 'SYNC', 'ASYNC']}`;

interface DevOptions {
  readonly port: number;
  readonly json?: boolean;
}

export function devCommand(): Command {
  return new Command('dev')
    .description('run Skein under wrangler dev, with the world’s air routes in the database flights')
    .option('--port <port>', 'port to listen on', parsePort, 8787)
    .option('--json', 'print the ready line as JSON')
    .action(run);
}

async function run({ port, json }: DevOptions): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const { token } = adminToken(FOLDER);
  const wrangler = await startWrangler({ folder: FOLDER, port, token });
  const exit = superviseUntilExit(wrangler.child, wrangler.kill);
  try {
    await fillAtFirstStart(new Connection(wrangler.url, token), json ?? false);
    process.stdout.write(json ? `${JSON.stringify({ ready: wrangler.url, token })}\n` : welcome(wrangler.url, token));
  } catch (error) {
    wrangler.kill('SIGTERM');
    await exit;
    throw error;
  }
  process.exitCode = await exit;
}

/** A file marks that the import came to its end; without it whatever is there is dropped and made again. */
async function fillAtFirstStart(connection: Connection, isQuiet: boolean): Promise<void> {
  const mark = join(FOLDER, 'flights-imported');
  if (existsSync(mark)) return wakeUp(connection);
  await connection.query({ database: 'system', statement: 'DROP DATABASE flights IF EXISTS' });
  await connection.query({ database: 'system', statement: CREATE_FLIGHTS });
  const report = await runImport(connection, planMappedCsv(EXAMPLE), {
    database: 'flights',
    progress: progressOf('bytes', { isQuiet }),
    bad: { path: join(FOLDER, 'flights-bad-rows.ndjson'), max: 0 },
    // The mark says that it is there; the graph is nothing but flights.
    forget: true,
  });
  writeFileSync(mark, '');
  if (!isQuiet) process.stdout.write(`${summary(report)}\n`);
}

/** Has MAIN read its graph back, so that the first question is not the slow one. Somebody may have dropped the database. */
async function wakeUp(connection: Connection): Promise<void> {
  await connection.query({ database: 'flights', statement: 'MATCH (n) RETURN count(n)' }).catch(() => undefined);
}

function welcome(url: string, token: string): string {
  const curl = (statement: string, more = '') =>
    `curl -s ${url}/db/flights/query/v2 -H "Authorization: Bearer $SKEIN_ADMIN_TOKEN" -H 'Content-Type: application/json'${more} \\\n      -d '${JSON.stringify({ statement })}'`;
  return `
${paint('bold', 'Skein is ready.')}  Stop it with Ctrl-C.

  Query API   ${url}/db/flights/query/v2
  live        ${url.replace('http', 'ws')}/db/flights/live
  page        file://${resolve(import.meta.dirname, '../../examples/live.html')}#${token}@${url}
  token       ${token}

Copy and try:

  export SKEIN_ADMIN_TOKEN=${token} SKEIN_URL=${url}
  ${curl('MATCH (:Airport {iata: "ZRH"})-[:ROUTE]->(a) RETURN DISTINCT a.city ORDER BY a.city LIMIT 5')}
  ${curl('MATCH (a:Airport) RETURN a.country, count(*) AS n ORDER BY n DESC LIMIT 5', " -H 'skein-region: apac' -i")}
  npx skein query 'SHOW INSTANCES'
  npx skein watch 'MATCH (a:Airport {iata: "ZRH"}) RETURN a.name, a.visits'
  npx skein query 'MATCH (a:Airport {iata: "ZRH"}) SET a.visits = coalesce(a.visits, 0) + 1'
`;
}
