/** Makes what the other clients work on, before they begin. */
import { HistoryClient } from './history-client.ts';
import { REGISTERS } from './register-client.ts';

/** Again, it changes nothing. */
const SETUP = `
  UNWIND $registers AS key
  MERGE (r:Register {key: key}) ON CREATE SET r.value = 0`;

const RETRY_MS = 300;

export class Setup extends HistoryClient {
  #isDone = false;

  get isDone(): boolean {
    return this.#isDone;
  }

  /** Calls `done` when it is certain that all is there. */
  run(done: () => void): void {
    this.act(() => {
      if (this.#isDone) done();
      else this.world.schedule.after(RETRY_MS, () => this.run(done));
    });
  }

  protected override act(done: () => void): void {
    this.atMain({ text: SETUP, parameters: { registers: REGISTERS }, writes: true }, ({ type }) => {
      this.#isDone = type === 'ok';
      done();
    });
  }
}
