/** Makes what the other clients work on, before they begin. */
import { LISTS } from './append-client.ts';
import { BANK } from './bank-client.ts';
import { HistoryClient } from './history-client.ts';
import { REGISTERS } from './register-client.ts';

/** Again, it changes nothing. */
const SETUP = `
  UNWIND $registers AS key
  MERGE (r:Register {key: key}) ON CREATE SET r.value = 0
  WITH count(*) AS registers
  UNWIND $lists AS key
  MERGE (l:List {key: key}) ON CREATE SET l.values = []
  WITH count(*) AS lists
  UNWIND range(0, $accounts - 1) AS id
  MERGE (a:Account {id: id}) ON CREATE SET a.balance = $balance`;

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
    const { accounts, balance } = BANK;
    const parameters = { registers: REGISTERS, lists: LISTS, accounts, balance };
    this.atMain({ text: SETUP, parameters, writes: true }, ({ type }) => {
      this.#isDone = type === 'ok';
      done();
    });
  }
}
