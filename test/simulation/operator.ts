/** Somebody who changes the cluster while it is in use and in trouble: planned changes of MAIN, instances that come and go, settings. */
import type { OperatorCommand, WorkerResponse } from '../../core/coordinator/request.ts';
import type { InstanceDescription } from '../../core/replication/assignment.ts';
import { SimClient } from './client.ts';
import { between, pick } from './random.ts';
import type { World } from './world.ts';

const REGIONS = ['weur', 'enam', 'apac', 'oc', 'sam'];
const INSTANCES_MAX = 5;

export class SimOperator {
  readonly #world: World;
  readonly #client: SimClient;
  #active = false;

  constructor(world: World) {
    this.#world = world;
    this.#client = new SimClient(world, 'operator');
  }

  start(): void {
    this.#active = true;
    this.#next();
  }

  /** Leaves the cluster as clients need it: with a MAIN, and open for writes. */
  heal(): void {
    this.#active = false;
    const restore = () => {
      const { status, assignment } = this.#world.invariants.committed ?? {};
      if (status?.type === 'failingOver' && status.choice.type === 'nobody') this.#order({ type: 'forceReset' });
      if (assignment?.readOnly) this.#order({ type: 'setSetting', name: 'global_read_only', value: 'false' });
      this.#world.schedule.after(3_000, restore);
    };
    restore();
  }

  #next(): void {
    const { dice, schedule } = this.#world;
    schedule.after(between(dice.operator, 500, 4_000), () => {
      if (!this.#active) return;
      this.#act();
      this.#next();
    });
  }

  #act(): void {
    const { operator } = this.#world.dice;
    const { assignment } = this.#world.invariants.committed ?? {};
    if (assignment === undefined) return;
    const { main, inSync, instances } = assignment;
    const others = inSync.filter((name) => name !== main);
    const replicas = instances.map(({ name }) => name).filter((name) => name !== main);
    const dice = operator();
    if (dice < 0.35 && others.length > 0) this.#order({ type: 'switchover', instance: pick(operator, others) });
    else if (dice < 0.45) this.#demote(main, inSync);
    else if (dice < 0.65 && instances.length < INSTANCES_MAX) this.#register(instances, main);
    else if (dice < 0.8 && replicas.length > 1) this.#order({ type: 'unregister', instance: pick(operator, replicas) });
    else if (dice < 0.92) this.#order({ type: 'yieldLeadership' });
    else this.#freezeWrites();
  }

  #demote(main: string, inSync: readonly string[]): void {
    const { dice, schedule } = this.#world;
    this.#order({ type: 'demote', instance: main });
    schedule.after(between(dice.operator, 300, 6_000), () => {
      if (this.#active) this.#order({ type: 'setMain', instance: pick(dice.operator, inSync) });
    });
    // What he named may be gone by then: any other will do.
    schedule.after(8_000, () => {
      const { status } = this.#world.invariants.committed ?? {};
      const isWithout = status?.type === 'failingOver' && status.choice.type === 'nobody';
      if (this.#active && isWithout) this.#order({ type: 'forceReset' });
    });
  }

  /** Often with a name that was there before. */
  #register(instances: readonly InstanceDescription[], main: string): void {
    const { operator } = this.#world.dice;
    const names = instances.map(({ name }) => name);
    const region = pick(operator, REGIONS);
    const instance = [1, 2, 3].map((number) => `${region}-${number}`).find((name) => !names.includes(name));
    if (instance === undefined) return;
    const dice = operator();
    const mode = dice < 0.7 ? this.#world.strongestMode : 'ASYNC';
    const feeding = instances.filter(({ name, upstream }) => name !== main && upstream === undefined);
    const upstream = dice < 0.8 ? undefined : feeding[0]?.name;
    const config = new Map([['region', region], ...(upstream === undefined ? [] : [['upstream', upstream] as const])]);
    this.#order({ type: 'register', instance, mode, config });
  }

  #freezeWrites(): void {
    const { dice, schedule } = this.#world;
    const set = (value: string) => this.#order({ type: 'setSetting', name: 'global_read_only', value });
    set('true');
    schedule.after(between(dice.operator, 500, 3_000), () => set('false'));
  }

  #order(command: OperatorCommand): void {
    const { database, counts } = this.#world;
    const what = `${command.type} ${'instance' in command ? command.instance : ''}`;
    this.#world.note('operator', what, []);
    this.#client.askCoordinators({ type: 'operate', database, command }, (response) => {
      if (response?.type === 'table') {
        counts.orders += 1;
        if (command.type === 'yieldLeadership') counts.yields += 1;
      }
      this.#world.note('operator', `${what} ${wordOf(response)}`, []);
    });
  }
}

function wordOf(response: WorkerResponse | undefined): string {
  if (response === undefined) return 'is not answered';
  return response.type === 'error' ? `fails: ${response.message}` : response.type;
}
