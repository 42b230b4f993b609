/** The objects as the Worker sees them over RPC, faked: that edge is where these tests end. */
import type {
  DatabaseRow,
  InstanceRow,
  Topology,
  WorkerRequest,
  WorkerResponse,
} from '../../core/coordinator/request.ts';
import type { ErrorCode } from '../../core/error.ts';
import { decodeValue, encodeResult } from '../../core/value/codec.ts';
import type { ResultValue, Value } from '../../core/value/value.ts';
import { coordinatorAddresses } from '../../durable/names.ts';
import type {
  ReplicationAnswer,
  ReplicationRequest,
  StatementAnswer,
  StatementRequest,
  TransactionAnswer,
  TransactionRequest,
} from '../../durable/protocol.ts';
import { createApp } from '../../worker/app.ts';
import { Coordinators } from '../../worker/coordinators.ts';
import { Router } from '../../worker/router.ts';
import { Service } from '../../worker/service.ts';

export const TOKEN = 'correct-horse-battery-staple';

const COUNTERS = {
  nodesCreated: 0,
  nodesDeleted: 0,
  relationshipsCreated: 0,
  relationshipsDeleted: 0,
  propertiesSet: 0,
  labelsAdded: 0,
  labelsRemoved: 0,
  indexesAdded: 0,
  indexesRemoved: 0,
  constraintsAdded: 0,
  constraintsRemoved: 0,
};

/** What an instance does with a statement. `lose` breaks the connection, `hang` never answers. */
export type Behaviour =
  | 'answer'
  | 'lose'
  | 'hang'
  | { readonly retry: 'notMain' | 'unreachable' }
  | { readonly fail: ErrorCode };

export class FakeCluster {
  main: string | undefined = 'weur-1';
  readonly regions = new Map([
    ['weur-1', 'weur'],
    ['enam-1', 'enam'],
    ['apac-1', 'apac'],
  ]);
  readonly down = new Set<string>();
  /** Instances that the settings keep reads away from. */
  readonly leftOut = new Set<string>();
  readonly behaviours = new Map<string, Behaviour>();
  /** The rows every statement comes to. */
  rows: ResultValue[][] = [[1]];
  columns: string[] = ['x'];
  /** Statements that instances took, by `instance: statement`. */
  readonly executed: string[] = [];
  readonly requests: StatementRequest[] = [];
  /** Requests of transactions that instances took, by the instance's name. */
  readonly transactions: { readonly instance: string; readonly request: TransactionRequest }[] = [];
  readonly reported: string[] = [];
  /** Roles are given by hand: what was asked of instances. */
  isManual = false;
  readonly replicated: { readonly instance: string; readonly command: ReplicationRequest['command'] }[] = [];
  /** What was asked of the coordinators, topology left out. */
  readonly asked: WorkerRequest[] = [];
  databases: readonly DatabaseRow[] = [];
  instances: readonly InstanceRow[] = [];
  topologyQuestions = 0;
  /** Name of the coordinator that answers; the others name it. Undefined: none does. */
  leader: string | undefined = 'default/coordinator/1';
  /** Coordinators that are frozen: no answer ever comes. */
  readonly frozen = new Set<string>();

  topology(database: string): Topology {
    const instances = [...this.regions].map(([name, region]) => {
      const health = this.down.has(name) ? 'down' : 'up';
      return { name, region, mode: 'SYNC', inSync: true, health, lag: 0, reads: !this.leftOut.has(name) } as const;
    });
    const topology = { database, cluster: 'c', epoch: 1, version: 1, instances };
    return this.isManual ? { ...topology, main: undefined, manual: true } : { ...topology, main: this.main };
  }

  async run(name: string, request: StatementRequest): Promise<StatementAnswer> {
    const region = this.regions.get(name) ?? '';
    const role = name === this.main ? 'main' : 'replica';
    const servedBy = { name, role, region } as const;
    const behaviour = this.behaviours.get(name) ?? 'answer';
    if (behaviour === 'lose') throw new Error('Network connection lost.');
    if (behaviour === 'hang') return new Promise(() => undefined);
    const failed = (code: ErrorCode) => ({ ok: false, error: { code, message: code }, servedBy }) as const;
    if (typeof behaviour === 'object' && 'fail' in behaviour) return failed(behaviour.fail);
    if (typeof behaviour === 'object') {
      return { ...failed('Neo.TransientError.General.DatabaseUnavailable'), retry: behaviour.retry };
    }
    const needsMain = request.accessMode === 'write' || request.readLevel === 'linearizable';
    if (needsMain && role === 'replica') {
      return { ...failed('Neo.ClientError.Cluster.NotALeader'), retry: 'notMain' };
    }
    this.executed.push(`${name}: ${request.statement}`);
    this.requests.push(request);
    const rows = encodeResult({ columns: this.columns, rows: this.rows });
    const success = { columns: this.columns, rows, bookmark: 'FB:1', counters: COUNTERS, notifications: [], servedBy };
    return { ok: true, ...success, queryType: request.accessMode === 'write' ? 'rw' : 'r' };
  }

  /** Each step does what it is to do: transactions are always there. */
  async transact(name: string, request: TransactionRequest): Promise<TransactionAnswer> {
    const { step, statement, ...rest } = request;
    const accessMode = step.type === 'begin' ? step.accessMode : 'read';
    const { text = '', parameters = new Uint8Array() } = statement ?? {};
    const answer = await this.run(name, {
      ...rest,
      statement: text,
      parameters,
      accessMode,
      bookmarks: [],
      bookmarkWaitMs: 0,
    });
    if (!answer.ok) return answer;
    this.transactions.push({ instance: name, request });
    const { servedBy, notifications, bookmark } = answer;
    const id = step.type === 'begin' ? `${name}~${accessMode === 'read' ? 'r' : 'w'}${'0'.repeat(32)}` : step.id;
    const isOpen = step.type === 'begin' || step.type === 'run';
    return {
      ok: true,
      ...(statement && { result: answer }),
      ...(isOpen && { transaction: { id, expiresAtMs: Date.UTC(2030, 0, 1) } }),
      ...(step.type === 'commit' && { bookmark }),
      notifications,
      servedBy,
    };
  }

  async diverged(name: string): Promise<Uint8Array> {
    if (this.behaviours.get(name) === 'lose') throw new Error('Network connection lost.');
    const columns = ['instance', 'epoch', 'lsn', 'change_count', 'changes'];
    return encodeResult({ columns, rows: [[name, 1, 7, 0, []]] });
  }

  async replication(instance: string, { command }: ReplicationRequest): Promise<ReplicationAnswer> {
    const servedBy = { name: instance, role: 'replica', region: this.regions.get(instance) ?? '' } as const;
    const behaviour = this.behaviours.get(instance);
    if (behaviour === 'lose') throw new Error('Network connection lost.');
    if (typeof behaviour === 'object' && 'fail' in behaviour) {
      return { ok: false, error: { code: behaviour.fail, message: behaviour.fail }, servedBy };
    }
    this.replicated.push({ instance, command });
    const columns = command.type === 'showRole' ? ['replication role'] : [];
    const rows = command.type === 'showRole' ? [['replica']] : [];
    return { ok: true, columns, rows: encodeResult({ columns, rows }), servedBy };
  }

  async ask(coordinator: string, request: WorkerRequest): Promise<WorkerResponse> {
    if (this.frozen.has(coordinator)) return new Promise(() => undefined);
    if (this.leader === undefined) throw new Error('Network connection lost.');
    if (coordinator !== this.leader) return { type: 'notLeader', leader: this.leader };
    if (request.type === 'topology') {
      this.topologyQuestions++;
      if (request.database === 'flights') return { type: 'topology', topology: this.topology('flights') };
      const message = `There is no database '${request.database}'.`;
      return { type: 'error', code: 'Neo.ClientError.Database.DatabaseNotFound', message };
    }
    this.asked.push(request);
    switch (request.type) {
      case 'createDatabase':
        return { type: 'created', created: true, topology: this.topology(request.name) };
      case 'dropDatabase':
        return { type: 'dropped', dropped: true };
      case 'showDatabases':
        return { type: 'databases', rows: this.databases };
      case 'showInstances':
        return { type: 'instances', rows: this.instances };
      case 'show':
      case 'operate':
        return { type: 'table', columns: [], rows: [] };
      case 'reportUnreachable':
        return { type: 'noted' };
    }
  }

  /** Parameters of the last statement that was executed. */
  lastParameters(): Value {
    return decodeValue(this.requests.at(-1)!.parameters);
  }

  router(): Router {
    const coordinators = this.coordinators();
    return new Router({
      instance: ({ instance }) => ({
        run: (request) => this.run(instance, request),
        transact: (request) => this.transact(instance, request),
        diverged: () => this.diverged(instance),
        replication: (request) => this.replication(instance, request),
      }),
      topology: (database, options) => coordinators.topology(database, options),
      reportUnreachable: ({ instance }) => this.reported.push(instance),
    });
  }

  coordinators(): Coordinators {
    return new Coordinators({
      seeds: coordinatorAddresses('weur,enam,apac'),
      coordinator: ({ name }) => ({ ask: (request) => this.ask(name, request) }),
    });
  }

  /** The application before these objects. Sockets are answered by a line that says what became of them. */
  app(options: { development?: boolean; adminToken?: string | undefined } = {}) {
    const service = new Service({ router: this.router(), coordinators: this.coordinators() });
    const silent = { development: () => Promise.reject(new Error('Network connection lost.')) };
    return createApp({
      service,
      adminToken: 'adminToken' in options ? options.adminToken : TOKEN,
      development: options.development ? { coordinator: () => silent, instance: () => silent } : undefined,
      regionOf: () => 'weur',
      upgrade: async (_request, { database, instance }) => {
        if (this.behaviours.get(instance) === 'lose') throw new Error('Network connection lost.');
        return new Response(`upgraded at ${database}@${instance}`);
      },
      closeSocket: (code, reason) => new Response(`closed with ${code}: ${reason}`),
    });
  }

  /** POST of a statement with the right token, changed by `init`. */
  async post(
    body: unknown,
    init: { path?: string; headers?: Record<string, string>; app?: ReturnType<FakeCluster['app']> } = {},
  ) {
    const app = init.app ?? this.app({ development: true });
    const response = await app.request(init.path ?? '/db/flights/query/v2', {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...init.headers },
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}
