/**
 * A database under test: real coordinators and instances, spoken to as the Worker does. Each has a name of its own, since all
 * tests of a file share storage.
 */
import { env, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { expect } from 'vitest';
import type { Topology, WorkerRequest } from '../../core/coordinator/request.ts';
import type { InstanceReply, InstanceRequest, InstanceRequestBody } from '../../core/replication/message.ts';
import { decodeResult, encodeValue } from '../../core/value/codec.ts';
import { Float, type ResultValue, type Value } from '../../core/value/value.ts';
import { VERSION } from '../../core/version.ts';
import type { Environment } from '../../durable/environment.ts';
import type { InstanceObject } from '../../durable/instance-object.ts';
import { type CoordinatorAddress, coordinatorAddresses } from '../../durable/names.ts';
import type {
  DevelopmentCommand,
  Faults,
  ObjectDescription,
  ReadLevel,
  StatementAnswer,
  StatementFailure,
  StatementRequest,
  StatementSuccess,
} from '../../durable/protocol.ts';
import { NO_FAULTS } from '../../durable/protocol.ts';
import { coordinatorStub, instanceStub } from '../../durable/transport.ts';
import { decodeWire, encodeWire } from '../../durable/wire.ts';
import { Coordinators } from '../../worker/coordinators.ts';

export const environment = env as unknown as Environment; // wrangler.toml and vitest.config.ts bind just this

const COORDINATORS = coordinatorAddresses(environment.SKEIN_COORDINATORS);
const coordinators = new Coordinators({
  seeds: COORDINATORS,
  coordinator: (address: CoordinatorAddress) => coordinatorStub(environment, address),
});

export type Parameters = Readonly<Record<string, Value>>;

interface Asked {
  readonly accessMode?: 'read' | 'write';
  readonly bookmarks?: readonly string[];
  readonly readLevel?: ReadLevel;
  readonly deadlineMs?: number;
}

/** Asks the coordinators, as the Worker does. */
export function ask(request: WorkerRequest) {
  return coordinators.ask(request, 'weur');
}

/** The details of an object's description that tests look at. */
export interface Details {
  readonly epoch: number;
  readonly storedLsn: number;
  readonly acknowledgedLsn: number;
  readonly nodes: number;
  readonly checksum: string;
  readonly divergedRows: number;
  readonly quarantine: string | false;
  readonly awake: boolean;
}

export class Database {
  readonly name: string;
  /** `weur-1` and so on: the first is MAIN at first. */
  readonly instances: readonly string[];

  constructor(name: string, instances: readonly string[]) {
    this.name = name;
    this.instances = instances;
  }

  /** Creates a database. With `modes` each region's, else all are SYNC. */
  static async create(name: string, regions: readonly string[], modes?: readonly string[]): Promise<Database> {
    const response = await ask({
      type: 'createDatabase',
      name,
      ifNotExists: false,
      regions,
      modes,
      clusterId: crypto.randomUUID(),
    });
    if (response.type !== 'created') throw new Error(`the coordinators answered ${response.type}`);
    const { main = '', instances } = response.topology;
    return new Database(name, [main, ...instances.map((instance) => instance.name).filter((other) => other !== main)]);
  }

  get main(): string {
    return this.instances[0] ?? '';
  }

  /** A fresh stub, since one that failed stays broken. */
  stub(instance: string): DurableObjectStub<InstanceObject> {
    const region = instance.split('-')[0] ?? '';
    const stub = instanceStub(environment, { database: this.name, instance, region });
    return stub as unknown as DurableObjectStub<InstanceObject>; // the class behind it
  }

  /** Sends a statement to an instance, whatever its role. */
  async send(
    instance: string,
    statement: string,
    parameters: Parameters = {},
    asked: Asked = {},
  ): Promise<StatementAnswer> {
    const request: StatementRequest = {
      database: this.name,
      statement,
      parameters: encodeValue(new Map(Object.entries(parameters))),
      accessMode: asked.accessMode ?? 'write',
      bookmarks: asked.bookmarks ?? [],
      bookmarkWaitMs: asked.deadlineMs ?? 10_000,
      ...(asked.readLevel && { readLevel: asked.readLevel }),
      deadlineMs: asked.deadlineMs ?? 10_000,
      from: { name: 'worker', region: 'weur' },
    };
    return (await this.stub(instance).run(request)) as StatementAnswer;
  }

  /** The same, for a statement that must succeed. */
  async run(
    instance: string,
    statement: string,
    parameters: Parameters = {},
    asked: Asked = {},
  ): Promise<StatementSuccess> {
    const answer = await this.send(instance, statement, parameters, asked);
    if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
    return answer;
  }

  /** The same, for one that must fail. */
  async fails(
    instance: string,
    statement: string,
    parameters: Parameters = {},
    asked: Asked = {},
  ): Promise<StatementFailure> {
    const answer = await this.send(instance, statement, parameters, asked);
    if (answer.ok) throw new Error(`'${statement}' succeeded`);
    return answer;
  }

  /** The rows of a reading statement. */
  async rows(instance: string, statement: string, asked: Asked = {}): Promise<readonly (readonly ResultValue[])[]> {
    const answer = await this.run(instance, statement, {}, { accessMode: 'read', ...asked });
    return decodeResult(answer.rows).rows.map((row) =>
      row.map((value) => (value instanceof Float ? value.value : value)),
    );
  }

  async describe(instance: string): Promise<ObjectDescription & { readonly details: Details }> {
    const description = (await this.command(instance, { type: 'describe' })) as ObjectDescription;
    return description as ObjectDescription & { readonly details: Details };
  }

  command(instance: string, command: DevelopmentCommand): Promise<unknown> {
    return this.stub(instance).development(command);
  }

  /** Loses the instance's memory without a warning. Its storage stays. */
  async kill(instance: string): Promise<void> {
    const answer = await this.command(instance, { type: 'kill' }).catch((error: unknown) => String(error));
    expect(answer).toMatch(/killed/);
  }

  /** Lets the instance sleep as the platform does: memory goes, storage and sockets stay. */
  async evict(instance: string): Promise<void> {
    await evictDurableObject(this.stub(instance) as unknown as DurableObjectStub);
  }

  /** Runs SQL in an instance's storage. */
  sql(instance: string, query: string, ...bindings: SqlStorageValue[]): Promise<Record<string, SqlStorageValue>[]> {
    return runInDurableObject(this.stub(instance), (_object, ctx) =>
      ctx.storage.sql.exec(query, ...bindings).toArray(),
    );
  }

  /** Says to an instance what a coordinator, or another instance, would. */
  async tell(instance: string, body: InstanceRequestBody): Promise<InstanceReply> {
    const { topology } = (await ask({ type: 'topology', database: this.name })) as { topology: Topology };
    const request: InstanceRequest = {
      envelope: {
        version: VERSION,
        database: this.name,
        cluster: topology.cluster,
        epoch: topology.epoch,
        from: { name: 'default/coordinator/1', region: 'weur' },
        deadlineMs: Date.now() + 5_000,
      },
      body,
    };
    const from = { name: 'default/coordinator/1', region: 'weur' };
    return decodeWire<InstanceReply>(await this.stub(instance).receive({ from, message: encodeWire(request) }));
  }

  /** Waits until another instance than `old` is MAIN, and gives its name. */
  successor(old: string): Promise<string> {
    return eventually(async () => {
      const others = this.instances.filter((instance) => instance !== old);
      const all = await Promise.all(others.map((instance) => this.describe(instance)));
      const main = all.find(({ role }) => role === 'main');
      return main?.name.split('/').at(-1) ?? Promise.reject(new Error('nobody is MAIN yet'));
    });
  }

  /** Waits until all instances have stored and show the same lsn, and gives what each says of itself. */
  async level(instances: readonly string[] = this.instances) {
    return eventually(async () => {
      const all = await Promise.all(instances.map((instance) => this.describe(instance)));
      const lsns = new Set(all.flatMap(({ details }) => [details.storedLsn, details.acknowledgedLsn]));
      expect(lsns.size, JSON.stringify(all.map(({ role, details }) => ({ role, ...details })))).toBe(1);
      return all;
    });
  }

  /** Cuts one instance off from all other objects, while clients still reach it; undone by `cut()`. */
  async isolate(instance: string): Promise<void> {
    const others = this.instances
      .filter((other) => other !== instance)
      .map((other) => `${this.name}/instance/${other}`);
    const cut = [...others, ...COORDINATORS.map(({ name }) => name)];
    await this.command(instance, { type: 'faults', faults: { ...NO_FAULTS, cut } });
  }

  /** Cuts instances off, from one another and from everybody; nothing named: heals. */
  async cut(...instances: readonly string[]): Promise<void> {
    const cut = instances.map((instance) => `${this.name}/instance/${instance}`);
    await setFaults({ ...NO_FAULTS, cut }, this);
  }
}

/** Sets the faults everywhere: at the coordinators and at the database's instances. */
export async function setFaults(faults: Faults, database: Database): Promise<void> {
  const command = { type: 'faults', faults } as const;
  await Promise.all([
    ...COORDINATORS.map((address) => coordinatorStub(environment, address).development(command)),
    ...database.instances.map((instance) => database.command(instance, command)),
  ]);
}

/** Tries until it does not throw, for 20 seconds. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const untilMs = Date.now() + 20_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > untilMs) throw error;
      await scheduler.wait(50);
    }
  }
}
