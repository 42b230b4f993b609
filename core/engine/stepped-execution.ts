/** A command that is carried out in steps, so that others get their turn in between, and is committed when they are all done. */
import { ImmediateExecution } from './execution.ts';

type Fields = ConstructorParameters<typeof ImmediateExecution>[0];

export class SteppedExecution extends ImmediateExecution {
  readonly #steps: Iterator<number, void>;

  /** Each of `steps` yields the work that it was. When one fails, everything is rolled back. */
  constructor(fields: Fields, steps: Iterator<number, void>) {
    super(fields);
    this.#steps = steps;
  }

  override next(workBudget: number): 'paused' | 'done' {
    try {
      for (let work = 0; work < Math.max(1, workBudget); ) {
        const step = this.#steps.next();
        if (step.done) return 'done';
        work += step.value;
      }
    } catch (error) {
      this.cancel();
      throw error;
    }
    return 'paused';
  }
}
