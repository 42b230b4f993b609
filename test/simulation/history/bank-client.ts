/** Moves money between accounts, in one statement or in a transaction of several, and reads all of them: at once, or one after the other. */
import type { BankRead } from '../../core/history/bank.ts';
import type { Rows } from '../sim-statements.ts';
import type { World } from '../world.ts';
import { HistoryClient, type Told } from './history-client.ts';

export const BANK = { accounts: 5, balance: 20, total: 100 } as const;

const READ_ALL = 'MATCH (a:Account) RETURN a.id, a.balance';
const READ_ONE = 'MATCH (a:Account {id: $id}) RETURN a.id, a.balance';
const SET_ONE = 'MATCH (a:Account {id: $id}) SET a.balance = $balance';
const MOVE = `
  MATCH (a:Account {id: $from}), (b:Account {id: $to}) WHERE a.balance >= $amount
  SET a.balance = a.balance - $amount, b.balance = b.balance + $amount`;

export class BankClient extends HistoryClient {
  readonly #reads: BankRead[];

  constructor(world: World, name: string, reads: BankRead[]) {
    super(world, name);
    this.#reads = reads;
  }

  protected override act(done: () => void): void {
    const dice = this.world.dice.histories();
    if (dice < 0.3) this.#move(done);
    else if (dice < 0.5) this.#moveInSteps(done);
    else if (dice < 0.85) this.#readAtOnce(done);
    else this.#readInSteps(done);
  }

  #order(): { from: number; to: number; amount: number } {
    const from = this.below(BANK.accounts);
    const to = (from + 1 + this.below(BANK.accounts - 1)) % BANK.accounts;
    return { from, to, amount: 1 + this.below(BANK.balance) };
  }

  #move(done: () => void): void {
    this.atMain({ text: MOVE, parameters: this.#order(), writes: true }, (told) => this.#moved(told, done));
  }

  /** Reads both accounts, and then says what is to be in them: by itself that would lose updates. */
  #moveInSteps(done: () => void): void {
    const { from, to, amount } = this.#order();
    const next = (results: readonly Rows[]) => {
      const [source, target] = results.map((rows) => balancesIn(rows)).map((balances) => [...balances.values()][0]);
      if (results.length === 0) return { text: READ_ONE, parameters: { id: from }, writes: false };
      if (results.length === 1) return { text: READ_ONE, parameters: { id: to }, writes: false };
      if (source === undefined || target === undefined || source < amount) return undefined;
      const set = (id: number, balance: number) => ({ text: SET_ONE, parameters: { id, balance }, writes: true });
      if (results.length === 2) return set(from, source - amount);
      return results.length === 3 ? set(to, target + amount) : undefined;
    };
    this.inTransaction({ writes: true, next }, (told) => this.#moved(told, done));
  }

  #moved({ type }: Told, done: () => void): void {
    const { counts } = this.world;
    counts[type === 'ok' ? 'transfers' : type === 'unknown' ? 'transfersUnknown' : 'transfersFailed'] += 1;
    done();
  }

  #readAtOnce(done: () => void): void {
    this.anywhere({ text: READ_ALL, parameters: {}, writes: false }, (told) => {
      if (told.type === 'ok') this.#saw('at once', told.rows);
      done();
    });
  }

  /** In a transaction that only reads, wherever that may be: the accounts change meanwhile. */
  #readInSteps(done: () => void): void {
    let seen: Rows = [];
    const next = (results: readonly Rows[]) => {
      seen = results.flat();
      const id = results.length;
      return id < BANK.accounts ? { text: READ_ONE, parameters: { id }, writes: false } : undefined;
    };
    this.inTransaction({ writes: false, next }, ({ type }) => {
      if (type === 'ok') this.#saw('one by one', seen);
      done();
    });
  }

  #saw(how: string, rows: Rows): void {
    this.world.counts.bankReads += 1;
    this.#reads.push({
      what: `${this.name}, who reads ${how} until ${this.nowMs.toFixed(0)} ms,`,
      balances: balancesIn(rows),
    });
  }
}

export function balancesIn(rows: Rows): Map<number, number> {
  return new Map(rows.map(([id, balance]) => [Number(id), Number(balance)]));
}
