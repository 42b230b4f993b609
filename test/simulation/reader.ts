/**
 * A client that only reads, and wants to see whatever was acknowledged before it asked. It stays with the MAIN that it knows for as
 * long as that answers, so that one which has been deposed without knowing it is put to the test.
 */
import { SimCaller } from './caller.ts';
import type { ReadAnswer } from './instance-object.ts';
import { between } from './random.ts';
import type { World } from './world.ts';

const RETRY_MS = 150;

export class SimReader extends SimCaller {
  reading = true;

  constructor(world: World, name: string) {
    super(world, name, world.dice.readers);
  }

  /** Reads again and again, with pauses, and none while clients have a lull. */
  start(): void {
    const { schedule, dice, faults } = this.world;
    const lullMs = Math.max(0, faults.lullUntilMs - schedule.nowMs);
    schedule.after(lullMs + between(dice.readers, 20, 400), () => {
      if (this.reading) this.#read();
    });
  }

  #read(): void {
    this.findMain((main) => {
      if (main === undefined) return this.#later();
      const { invariants, counts } = this.world;
      const acknowledgedLsn = invariants.acknowledgedLsn;
      const instance = this.world.instance(main).seenBy(this);
      this.call<ReadAnswer>(
        instance,
        (answer) => instance.readFresh(answer),
        (answer) => {
          if (answer?.type === 'ok') {
            counts.freshReads += 1;
            invariants.readFresh(main, { lsn: answer.lsn, acknowledgedLsn });
            return this.start();
          }
          this.forgetMain(main);
          this.#later();
        },
      );
    });
  }

  #later(): void {
    this.world.schedule.after(RETRY_MS, () => this.start());
  }
}
