/** What everybody who asks something of the cluster does, as a Worker's router does it: finds MAIN through the coordinators, and calls. */
import type { Topology, WorkerRequest, WorkerResponse } from '../../core/coordinator/request.ts';
import { type CoordinatorGroup, isNewerGroup } from '../../core/replication/coordinator-group.ts';
import type { Receiver } from './network.ts';
import { pick, type Random } from './random.ts';
import type { World } from './world.ts';

const TIMEOUT_MS = 6_000;

export class SimCaller implements Receiver {
  readonly name: string;
  protected readonly world: World;
  readonly #dice: Random;
  #topology: Topology | undefined;
  #leader: string | undefined;
  #group: CoordinatorGroup | undefined;

  constructor(world: World, name: string, dice: Random) {
    this.name = name;
    this.world = world;
    this.#dice = dice;
  }

  arrive(run: () => void): boolean {
    run();
    return true;
  }

  /** Asks any coordinator, and then the one that leads. */
  askCoordinators(request: WorkerRequest, done: (response: WorkerResponse | undefined) => void): void {
    const name = this.#leader ?? pick(this.#dice, this.#coordinators());
    const coordinator = this.world.coordinator(name).seenBy(this);
    this.call<WorkerResponse>(
      coordinator,
      (answer) => coordinator.serveWorker(request, answer),
      (response) => {
        const group = response?.coordinators;
        if (group !== undefined && isNewerGroup(group, this.#group)) this.#group = group;
        this.#leader = response?.type === 'notLeader' ? response.leader : response && this.#leader && coordinator.name;
        done(response);
      },
    );
  }

  /** Those of today, as far as they are known, and those of the beginning. */
  #coordinators(): readonly string[] {
    const { coordinatorNames } = this.world;
    const members = this.#group?.members.map(({ name }) => name) ?? [];
    return [...members, ...coordinatorNames.filter((name) => !members.includes(name))];
  }

  /** Hands on the name of MAIN, from the cache if it is there; undefined when nobody knows it. */
  protected findMain(found: (main: string | undefined) => void): void {
    if (this.#topology?.main !== undefined) return found(this.#topology.main);
    this.#askTopology(() => found(this.#topology?.main));
  }

  /** The same for the names of all instances: none when nobody knows any. */
  protected findInstances(found: (names: readonly string[]) => void): void {
    const tell = () => found(this.#topology?.instances.map(({ name }) => name) ?? []);
    if (this.#topology !== undefined) return tell();
    this.#askTopology(tell);
  }

  #askTopology(then: () => void): void {
    this.askCoordinators({ type: 'topology', database: this.world.database }, (response) => {
      if (response?.type === 'topology') this.#topology = response.topology;
      then();
    });
  }

  /** What the router knew may be wrong: the coordinators are asked anew. */
  protected forgetTopology(): void {
    this.#topology = undefined;
  }

  /** What the router knew was wrong or MAIN is gone: the coordinators are told, and asked again. */
  protected forgetMain(instance: string, epoch = this.#topology?.epoch ?? 0): void {
    this.#topology = undefined;
    this.askCoordinators({ type: 'reportUnreachable', database: this.world.database, instance, epoch }, () => {});
  }

  /** A call with a timeout; `done` gets undefined when there is no answer. */
  protected call<Answer>(
    to: Receiver,
    serve: (answer: (answer: Answer) => void) => void,
    done: (answer: Answer | undefined) => void,
  ): void {
    let open = true;
    const once = (answer: Answer | undefined) => {
      if (!open) return;
      open = false;
      done(answer);
    };
    this.world.schedule.after(TIMEOUT_MS, () => once(undefined));
    const failed = () => once(undefined);
    this.world.network.call<Answer>({ from: this, to, serve, answered: once, failed, repeatable: false });
  }
}
