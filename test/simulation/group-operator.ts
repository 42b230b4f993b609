/** Somebody who changes the coordinators' group while it is in use and in trouble: coordinators come, go, and take each other's place. */
import type { OperatorCommand } from '../../core/coordinator/request.ts';
import { SimClient } from './client.ts';
import { between, pick } from './random.ts';
import type { World } from './world.ts';

/** Voters that stay at least: a command may be carried out after its answer was given up, so one less is possible. */
const VOTERS_MIN = 3;
/** Added to those that a world begins with, at most. */
const MORE_MAX = 2;

export class SimGroupOperator {
  readonly #world: World;
  readonly #client: SimClient;
  #active = false;
  #lastNumber: number;

  constructor(world: World) {
    this.#world = world;
    this.#client = new SimClient(world, 'group-operator');
    this.#lastNumber = world.coordinatorNames.length;
  }

  start(): void {
    this.#active = true;
    this.#next();
  }

  /** What was begun goes on; nothing new is. */
  heal(): void {
    this.#active = false;
  }

  #next(): void {
    const { dice, schedule } = this.#world;
    schedule.after(between(dice.group, 300, 3_000), () => {
      if (!this.#active) return;
      this.#act();
      this.#next();
    });
  }

  #act(): void {
    const { dice, invariants, coordinatorNames } = this.#world;
    const { members } = invariants.group.newest ?? {};
    if (members === undefined) return;
    const voters = members.filter(({ votes }) => votes);
    const learner = members.find(({ votes }) => !votes);
    const mayGrow = members.length < coordinatorNames.length + MORE_MAX;
    if (learner !== undefined && dice.group() < 0.2) this.#remove(learner.id);
    else if (mayGrow && (voters.length <= VOTERS_MIN || dice.group() < 0.5)) this.#add();
    else if (voters.length > VOTERS_MIN) this.#remove(pick(dice.group, voters).id);
  }

  #add(): void {
    this.#lastNumber += 1;
    const config = new Map([['region', 'weur']]);
    this.#order({ type: 'addCoordinator', coordinator: this.#lastNumber, config });
  }

  /** A leader has to yield first. */
  #remove(id: string): void {
    if (this.#world.invariants.leader === id) this.#order({ type: 'yieldLeadership' });
    else this.#order({ type: 'removeCoordinator', coordinator: Number(id.replace(/^\D+/, '')) });
  }

  #order(command: OperatorCommand): void {
    const what = `${command.type} ${'coordinator' in command ? command.coordinator : ''}`;
    this.#world.note('group-operator', what, []);
    this.#client.askCoordinators({ type: 'operate', database: undefined, command }, (response) => {
      const outcome = response?.type === 'error' ? `fails: ${response.message}` : (response?.type ?? 'is not answered');
      this.#world.note('group-operator', `${what} ${outcome}`, []);
    });
  }
}
