/**
 * Statements that no instance answers: SHOW DATABASES and SHOW INSTANCES, on any database, and what is asked on `system`, such as
 * the version, the functions and the procedures. `system` has no graph, so that an engine over an empty one answers in the Worker.
 */
import type { DatabaseRow, InstanceRow } from '../core/coordinator/request.ts';
import type { SystemTables } from '../core/engine/built-in/show-system.ts';
import { Engine } from '../core/engine/engine.ts';
import type { Execution } from '../core/engine/execution.ts';
import { INSTANCE_LIMITS } from '../core/engine/limits.ts';
import { GraphError } from '../core/error.ts';
import type { Value, ValueMap } from '../core/value/value.ts';
import { nextTurn, SLICE_WORK } from '../durable/turn.ts';
import type { Answer, Server, StatementCall } from './answer.ts';
import { type Coordinators, unexpected } from './coordinators.ts';

/** The database that commands about databases are asked on. It has no graph. */
export const SYSTEM_DATABASE = 'system';

/** The database that Neo4j's clients ask when they are told no other. */
const HOME_DATABASE = 'neo4j';

/** Nothing here is large, and a Worker has little time. */
const LIMITS = { ...INSTANCE_LIMITS, workMax: 4_000_000 };

/** Answers a reading statement; `table` is what it shows of databases and instances, if it does. */
export async function runSystemQuery(
  call: StatementCall,
  table: string | undefined,
  coordinators: Coordinators,
): Promise<Answer> {
  const systemTables = await tablesFor(table, call, coordinators);
  const leader = table === undefined ? undefined : coordinators.leader;
  const server = leader && { name: leader.name, role: 'leader', region: leader.region };
  const engine = Engine.withoutGraph({
    clusterId: SYSTEM_DATABASE,
    database: SYSTEM_DATABASE,
    limits: LIMITS,
    systemTables,
  });
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const nowMs = Date.now();
  const execution = engine.start(call.statement, call.parameters, { seed, nowMs });
  while (execution.next(SLICE_WORK) === 'paused') {
    await nextTurn();
    if (Date.now() <= nowMs + call.deadlineMs) continue;
    execution.cancel();
    throw new GraphError(
      'Neo.TransientError.General.DatabaseUnavailable',
      'The statement took too long and was ended.',
    );
  }
  return answerOf(execution, server);
}

function answerOf(execution: Execution, server: Server | undefined): Answer {
  const { columns, rows, counters, plan } = execution;
  return { ok: true, columns, rows, bookmarks: [], counters, queryType: 'r', notifications: [], plan, server };
}

/** Asks the coordinators for the one table that the statement shows. */
async function tablesFor(
  table: string | undefined,
  call: StatementCall,
  coordinators: Coordinators,
): Promise<SystemTables> {
  if (table === 'SHOW DATABASES') {
    const reply = await coordinators.ask({ type: 'showDatabases' }, call.region);
    if (reply.type !== 'databases') throw unexpected(reply);
    return { databases: [...reply.rows.map(databaseRow), systemRow(coordinators.leader?.name)], instances: [] };
  }
  if (table === undefined) return { databases: [], instances: [] };
  const database = call.database === SYSTEM_DATABASE ? undefined : call.database;
  const reply = await coordinators.ask({ type: 'showInstances', database }, call.region);
  if (reply.type !== 'instances') throw unexpected(reply);
  return { databases: [], instances: reply.rows.map(instanceRow) };
}

function instanceRow(row: InstanceRow): ValueMap {
  return new Map<string, Value>(Object.entries(row));
}

/** One row for each database, though Neo4j has one for each server: SHOW INSTANCES tells of those. */
function databaseRow({ name, clusterId, status, main, epoch, instances }: DatabaseRow): ValueMap {
  const primaries = instances.filter(({ mode }) => mode !== 'ASYNC').length;
  return new Map<string, Value>([
    ...commonFields(name),
    ['type', 'standard'],
    ['address', main === null ? null : `${name}@${main}`],
    ['serverID', main],
    ['databaseID', clusterId],
    ['requestedStatus', status === 'dropping' ? 'dropping' : 'online'],
    ['currentStatus', status],
    ['writer', status === 'online' && main !== null],
    ['epoch', epoch],
    ['instances', instances.map((one) => new Map<string, Value>(Object.entries(one)))],
    ...countFields({ primaries, secondaries: instances.length - primaries }),
    ...(main === null ? ([['options', new Map([['replication', 'manual']])]] as const) : []),
  ]);
}

function systemRow(leader: string | undefined): ValueMap {
  return new Map<string, Value>([
    ...commonFields(SYSTEM_DATABASE),
    ['type', 'system'],
    ['address', leader ?? null],
    ['serverID', leader ?? null],
    ['requestedStatus', 'online'],
    ['currentStatus', 'online'],
    ['writer', true],
    ['instances', []],
    ...countFields({ primaries: 1, secondaries: 0 }),
  ]);
}

function commonFields(name: string): [string, Value][] {
  return [
    ['name', name],
    ['aliases', []],
    ['access', 'read-write'],
    ['role', 'primary'],
    ['statusMessage', ''],
    ['default', name === HOME_DATABASE],
    ['home', name === HOME_DATABASE],
    ['constituents', []],
    ['options', new Map()],
  ];
}

function countFields({ primaries, secondaries }: { primaries: number; secondaries: number }): [string, Value][] {
  return ['current', 'requested'].flatMap((which): [string, Value][] => [
    [`${which}PrimariesCount`, primaries],
    [`${which}SecondariesCount`, secondaries],
  ]);
}
