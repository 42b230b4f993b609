/**
 * A client behind a Worker's router: finds MAIN through the coordinators, writes there, and keeps what became of each
 * write: ok, failed (certainly not done) or unknown. A write is sent again only after an answer that it was not done.
 */
import type { Topology, WorkerRequest, WorkerResponse } from '../../core/coordinator/request.ts';
import type { WriteAnswer } from './instance-object.ts';
import type { Receiver } from './network.ts';
import { between, pick } from './random.ts';
import type { World } from './world.ts';

export type Outcome = 'pending' | 'ok' | 'failed' | 'unknown';

const ATTEMPTS_MAX = 8;
const TIMEOUT_MS = 6_000;
const RETRY_MS = 150;

export class SimClient implements Receiver {
  readonly name: string;
  /** By the text of the write. */
  readonly outcomes = new Map<string, Outcome>();
  writing = true;
  readonly #world: World;
  #topology: Topology | undefined;
  #leader: string | undefined;
  #count = 0;

  constructor(world: World, name: string) {
    this.name = name;
    this.#world = world;
  }

  arrive(run: () => void): boolean {
    run();
    return true;
  }

  /** Writes one after another, with pauses; longer ones when the last write did not go well. */
  start(pauseMs = 0): void {
    const { schedule, dice, faults } = this.#world;
    const lullMs = Math.max(0, faults.lullUntilMs - schedule.nowMs);
    schedule.after(lullMs + pauseMs + between(dice.clients, 10, 300), () => {
      if (!this.writing) return;
      const text = `${this.name}-${++this.#count}`;
      this.outcomes.set(text, 'pending');
      this.#attempt(text, 1);
    });
  }

  /** Asks any coordinator, and then the one that leads. */
  askCoordinators(request: WorkerRequest, done: (response: WorkerResponse | undefined) => void): void {
    const { coordinatorNames, dice } = this.#world;
    const coordinator = this.#world.coordinator(this.#leader ?? pick(dice.clients, coordinatorNames));
    this.#call<WorkerResponse>(
      coordinator,
      (answer) => coordinator.serveWorker(request, answer),
      (response) => {
        this.#leader = response?.type === 'notLeader' ? response.leader : response && this.#leader && coordinator.name;
        done(response);
      },
    );
  }

  #attempt(text: string, attempt: number): void {
    const main = this.#topology?.main;
    if (main !== undefined) this.#write(text, attempt, main);
    else {
      this.askCoordinators({ type: 'topology', database: this.#world.database }, (response) => {
        if (response?.type === 'topology') this.#topology = response.topology;
        if (this.#topology?.main !== undefined) this.#write(text, attempt, this.#topology.main);
        else this.#again(text, attempt);
      });
    }
  }

  #write(text: string, attempt: number, main: string): void {
    const instance = this.#world.instance(main);
    this.#call<WriteAnswer>(
      instance,
      (answer) => instance.write(text, answer),
      (answer) => {
        if (answer?.type === 'ok') this.#end(text, 'ok');
        else if (answer?.type === 'aborted') this.#end(text, 'failed');
        else if (answer?.type === 'refused') {
          this.#forgetMain(main);
          this.#again(text, attempt);
        } else {
          this.#forgetMain(main);
          this.#end(text, 'unknown');
        }
      },
    );
  }

  /** What the router knew was wrong or MAIN is gone: the coordinators are told, and asked again. */
  #forgetMain(instance: string): void {
    const epoch = this.#topology?.epoch ?? 0;
    this.#topology = undefined;
    this.askCoordinators({ type: 'reportUnreachable', database: this.#world.database, instance, epoch }, () => {});
  }

  #again(text: string, attempt: number): void {
    if (attempt >= ATTEMPTS_MAX) this.#end(text, 'failed');
    else this.#world.schedule.after(RETRY_MS * attempt, () => this.#attempt(text, attempt + 1));
  }

  #end(text: string, outcome: Outcome): void {
    this.#world.note(this.name, `${text} is ${outcome}`, []);
    this.#world.counts[outcome === 'ok' ? 'ok' : outcome === 'failed' ? 'failed' : 'unknown'] += 1;
    this.outcomes.set(text, outcome);
    this.start(outcome === 'ok' ? 0 : RETRY_MS);
  }

  /** A call with a timeout; `done` gets undefined when there is no answer. */
  #call<Answer>(
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
    this.#world.schedule.after(TIMEOUT_MS, () => once(undefined));
    const failed = () => once(undefined);
    this.#world.network.call<Answer>({ from: this, to, serve, answered: once, failed, repeatable: false });
  }
}
