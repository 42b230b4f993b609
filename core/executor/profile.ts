/** What PROFILE counts: for each operator of a plan the rows that it hands on, and the work that it and those below it spend. */
import type { Plan } from '../planner/plan.ts';
import type { Batch, Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator, OperatorFactory } from './operator.ts';

export interface OperatorProfile {
  rows: number;
  /** Its own work and that of all operators that it asks for rows. */
  work: number;
}

/** The profiles of one execution. A subplan that is run many times has one for all its runs. */
export class Profile {
  readonly #profiles = new Map<Plan, OperatorProfile>();

  of(plan: Plan): OperatorProfile | undefined {
    return this.#profiles.get(plan);
  }

  /** The factory, whose operators are counted from now on. */
  counting(plan: Plan, factory: OperatorFactory): OperatorFactory {
    const profile = this.#profiles.get(plan) ?? { rows: 0, work: 0 };
    this.#profiles.set(plan, profile);
    return (argument) => new Counted(factory(argument), profile);
  }
}

class Counted implements Operator {
  readonly #operator: Operator;
  readonly #profile: OperatorProfile;

  constructor(operator: Operator, profile: OperatorProfile) {
    this.#operator = operator;
    this.#profile = profile;
  }

  next(context: ExecutionContext): Batch | Signal {
    const before = context.work;
    const answer = this.#operator.next(context);
    this.#profile.work += context.work - before;
    if (typeof answer !== 'symbol') this.#profile.rows += answer.rowCount;
    return answer;
  }
}
