/** `skein watch`: a query's rows, and every change to them, until Ctrl-C. */
import { Command } from 'commander';
import { paint } from '../colour.ts';
import { Connection, type ConnectionOptions, findToken, urlOption } from '../connection.ts';
import { CommandFailure } from '../failure.ts';
import { type LiveEvent, LiveResult, type RowChange, type ServerFrame } from '../live-result.ts';
import { formatCell, formatTable } from '../table.ts';

interface WatchOptions extends ConnectionOptions {
  readonly database: string;
  readonly json?: boolean;
}

/** Rows that the server may send ahead; as many again are granted for each that came. */
const CREDIT = 10_000;
/** Close codes after which trying again is of no use: the request itself is wrong. */
const FATAL_CODES: readonly number[] = [4400, 4401, 4403, 4406, 4409, 4413];
const PING_EVERY_MS = 25_000;
const RETRY_MS = { first: 250, max: 5_000 } as const;

export function watchCommand(): Command {
  return new Command('watch')
    .description('show a query’s rows and keep them up to date; stop with Ctrl-C')
    .argument('<query>', 'Cypher that reads')
    .option('-d, --database <name>', 'database, or database@instance', 'flights')
    .option('--json', 'print one JSON object a line for each event')
    .addOption(urlOption())
    .action(run);
}

async function run(query: string, options: WatchOptions): Promise<void> {
  const connection = new Connection(options.url, findToken());
  const result = new LiveResult();
  const show = (event: LiveEvent) => process.stdout.write(`${options.json ? JSON.stringify(event) : format(event)}\n`);
  let hasConnected = false;
  for (let pauseMs: number = RETRY_MS.first; ; pauseMs = Math.min(pauseMs * 2, RETRY_MS.max)) {
    const { opened, code, reason } = await subscribe(connection, { ...options, query, result, show });
    if (FATAL_CODES.includes(code)) throw new CommandFailure('refused', `${reason} (closed with ${code})`);
    if (!opened && !hasConnected) throw new CommandFailure('unreachable', `nobody answers at ${connection.url}`);
    hasConnected = true;
    if (opened) pauseMs = RETRY_MS.first;
    process.stderr.write(`${paint('dim', `connection lost (${code}), trying again`)}\n`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

interface Subscription {
  readonly database: string;
  readonly query: string;
  readonly result: LiveResult;
  readonly show: (event: LiveEvent) => void;
}

/** One socket's life; resolves when it closes. Goes on where `result` stands. Rejects when the server refuses the query. */
function subscribe(
  connection: Connection,
  { database, query, result, show }: Subscription,
): Promise<{ opened: boolean; code: number; reason: string }> {
  return new Promise((resolve, reject) => {
    const { socket, authentication } = connection.openLive(database);
    const ping = setInterval(() => socket.readyState === WebSocket.OPEN && socket.send('{"t":"ping"}'), PING_EVERY_MS);
    let opened = false;
    socket.addEventListener('open', () => {
      opened = true;
      socket.send(authentication);
      socket.send(JSON.stringify({ t: 'sub', id: 1, q: query, credit: CREDIT, ...result.resume }));
    });
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(String(data)) as ServerFrame; // sub.v1, which both sides' tests check
      const event = result.take(frame);
      const spent = (frame.rows?.length ?? 0) + (frame.ch?.length ?? 0);
      if (spent > 0) socket.send(JSON.stringify({ t: 'credit', id: 1, n: spent }));
      if (event?.type === 'error' && event.fatal) {
        socket.close();
        reject(new CommandFailure('refused', `${event.message}\n       ${event.code}`));
      } else if (event) {
        show(event);
      }
    });
    socket.addEventListener('close', ({ code, reason }) => {
      clearInterval(ping);
      resolve({ opened, code, reason });
    });
  });
}

function format(event: LiveEvent): string {
  switch (event.type) {
    case 'rows':
      return `${formatTable(event.columns, event.rows)}\n${paint('dim', `${event.rows.length} rows, live`)}`;
    case 'changes':
      return event.changes.map(formatChange).join('\n');
    case 'error':
      return paint('red', `${event.message} (${event.code})`);
  }
}

function formatChange(change: RowChange): string {
  const row = change.row?.map(formatCell).join('  ') ?? '(a row that was not shown)';
  switch (change.type) {
    case 'added':
      return paint('green', `+ ${row}`);
    case 'changed':
      return paint('yellow', `~ ${row}`);
    case 'removed':
      return paint('red', `- ${row}`);
  }
}
