/** The commands on replicas, instances and settings, which any door takes and the coordinators' leader answers. */
import type { Cell, OperatorCommand, ShownTable } from '../core/coordinator/request.ts';
import type { ClusterCommand, ManualCommand } from '../core/cypher/ast.ts';
import { GraphError } from '../core/error.ts';
import { managedError } from '../core/replication/manual.ts';
import { decodeResult } from '../core/value/codec.ts';
import type { ResultValue } from '../core/value/value.ts';
import { DIVERGED_COLUMNS } from '../durable/diverged-rows.ts';
import type { Notification, ReplicationRequest } from '../durable/protocol.ts';
import type { Answer, Server, StatementCall } from './answer.ts';
import { type Coordinators, unexpected } from './coordinators.ts';
import type { Router } from './router.ts';
import { NO_COUNTERS } from './system-database.ts';
import { SYSTEM_DATABASE } from './system-query.ts';

interface Edges {
  readonly coordinators: Coordinators;
  readonly router: Router;
}

interface Result {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ResultValue[])[];
  readonly notifications: readonly Notification[];
  /** Who answered, where it was not the coordinators' leader. */
  readonly server?: Server;
}

/** Whether a command only shows something. */
export function isShowing(command: ClusterCommand): boolean {
  return command.type === 'show' || command.type === 'showDiverged';
}

/** Carries out a command. */
export async function runClusterCommand(command: ClusterCommand, call: StatementCall, edges: Edges): Promise<Answer> {
  const { server, ...result } = await carryOut(command, call, edges);
  const { leader } = edges.coordinators;
  return {
    ok: true,
    ...result,
    bookmarks: [],
    counters: NO_COUNTERS,
    queryType: isShowing(command) ? 'r' : 's',
    plan: undefined,
    server: server ?? (leader && { name: leader.name, role: 'leader', region: leader.region }),
  };
}

async function carryOut(command: ClusterCommand, call: StatementCall, edges: Edges): Promise<Result> {
  if (command.type === 'showDiverged') return showDiverged(call, edges.router);
  if (command.type === 'show') return show(command.what, call, edges);
  if (isManual(command)) return replicate(command, call, edges.router);
  return operate(command, call, edges);
}

async function show(what: ShownTable, call: StatementCall, { coordinators, router }: Edges): Promise<Result> {
  const database = call.database === SYSTEM_DATABASE ? undefined : call.database;
  if (database === undefined && (what === 'replicas' || what === 'replicationRole' || what === 'routingTable')) {
    throw onDatabase();
  }
  const byHand = what === 'replicas' ? 'showReplicas' : what === 'replicationRole' ? 'showRole' : undefined;
  if (byHand && call.instance !== undefined && (await router.isManual(call))) {
    return replicate({ type: byHand }, call, router);
  }
  const instance = what === 'replicationRole' ? (call.instance ?? (await nearest(call, router))) : undefined;
  const request = { type: 'show', what, database, ...(instance !== undefined && { instance }) } as const;
  return tableOf(await coordinators.ask(request, call.region));
}

function isManual(command: ClusterCommand): command is ManualCommand {
  return ['becomeMain', 'becomeReplica', 'registerReplica', 'dropReplica'].includes(command.type);
}

/** Asks the instance that the client has named; without a name there is only something to explain. */
async function replicate(command: ReplicationRequest['command'], call: StatementCall, router: Router): Promise<Result> {
  const { database, instance: name, region } = call;
  if (database === SYSTEM_DATABASE) throw onDatabase();
  if (name === undefined) {
    await router.readers({ database, region });
    throw managedError(database);
  }
  const { columns, rows, servedBy } = await router.replicate({ database, name, region }, command);
  return { columns, rows: decodeResult(rows).rows, notifications: [], server: servedBy };
}

/** The instance that a read would go to. */
async function nearest({ database, region }: StatementCall, router: Router): Promise<string | undefined> {
  const [first] = await router.readers({ database, region });
  return first?.name;
}

async function operate(command: OperatorCommand, call: StatementCall, edges: Edges): Promise<Result> {
  const database = call.database === SYSTEM_DATABASE ? undefined : call.database;
  if ('instance' in command && database === undefined) throw onDatabase();
  const reply = await edges.coordinators.ask({ type: 'operate', database, command }, call.region);
  // Whoever is MAIN, and who reads go to, may have changed.
  if (database !== undefined) edges.router.forget(database);
  return tableOf(reply);
}

function tableOf(reply: Awaited<ReturnType<Coordinators['ask']>>): Result {
  if (reply.type !== 'table') throw unexpected(reply);
  const { columns, rows } = reply;
  return { columns, rows: rows satisfies readonly (readonly Cell[])[], notifications: [] };
}

async function showDiverged(call: StatementCall, router: Router): Promise<Result> {
  if (call.database === SYSTEM_DATABASE) throw onDatabase();
  const { database, instance: name, region } = call;
  const { rows, silent } = await router.diverged({ database, name, region });
  return { columns: DIVERGED_COLUMNS, rows, notifications: silent.map(silence) };
}

function silence(instance: string): Notification {
  return {
    code: 'InstanceSilent',
    title: 'An instance did not answer',
    description: `'${instance}' did not answer: what it has set aside is not shown.`,
    severity: 'WARNING',
    category: 'TOPOLOGY',
  };
}

function onDatabase(): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.NotSupported',
    `Ask this on the database that it concerns, not on '${SYSTEM_DATABASE}'.`,
  );
}
