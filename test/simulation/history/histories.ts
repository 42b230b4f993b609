/** The clients of a world whose histories are checked when it has ended, and what has to be true of them then. */
import { type BankRead, faultsOfBank } from '../../core/history/bank.ts';
import { anomaliesOf, type HistoryTransaction } from '../../core/history/list-append.ts';
import { isLinearizable } from '../../core/history/register.ts';
import { faultsOfSessions, type Mark } from '../../core/history/session.ts';
import { type AddOutcome, faultsOfSet } from '../../core/history/set.ts';
import type { SimInstance } from '../instance-object.ts';
import type { World } from '../world.ts';
import { AppendClient, AppendHistory, listsIn } from './append-client.ts';
import { BANK, BankClient, balancesIn } from './bank-client.ts';
import type { HistoryClient } from './history-client.ts';
import { REGISTERS, RegisterClient, RegisterHistory } from './register-client.ts';
import { SessionClient, SessionHistory } from './session-client.ts';
import { Setup } from './setup.ts';

export interface HistoryCounts {
  /** Worlds whose clients told histories. */
  histories: number;
  registerReads: number;
  registerWrites: number;
  registerSwaps: number;
  registersUnknown: number;
  /** Registers of which the search took too long. */
  undecided: number;
  sessionWrites: number;
  sessionReads: number;
  /** Reads that waited until a replica had reached their bookmark, those that waited in vain, and bookmarks of what was lost. */
  bookmarkWaits: number;
  bookmarkTimeouts: number;
  lostBookmarks: number;
  bankReads: number;
  transfers: number;
  transfersFailed: number;
  transfersUnknown: number;
  /** Transactions over lists; those that another one had outrun; and worlds in which two of them skewed each other's writes, as they may. */
  listsCommitted: number;
  listsAborted: number;
  listsUnknown: number;
  outdated: number;
  writeSkews: number;
}

export function noHistoryCounts(): HistoryCounts {
  return {
    histories: 0,
    registerReads: 0,
    registerWrites: 0,
    registerSwaps: 0,
    registersUnknown: 0,
    undecided: 0,
    sessionWrites: 0,
    sessionReads: 0,
    bookmarkWaits: 0,
    bookmarkTimeouts: 0,
    lostBookmarks: 0,
    bankReads: 0,
    transfers: 0,
    transfersFailed: 0,
    transfersUnknown: 0,
    listsCommitted: 0,
    listsAborted: 0,
    listsUnknown: 0,
    outdated: 0,
    writeSkews: 0,
  };
}

const ACCOUNTS = 'MATCH (a:Account) RETURN a.id, a.balance';
const ALL_LISTS = 'MATCH (l:List) RETURN l.key, l.values';

const REGISTER_CLIENTS = 3;
const SESSIONS = 3;
const BANK_CLIENTS = 2;
const APPEND_CLIENTS = 3;

export class Histories {
  readonly #world: World;
  readonly #setup: Setup;
  readonly #registers = new Map(REGISTERS.map((key) => [key as string, new RegisterHistory()]));
  readonly #sessions = new SessionHistory();
  readonly #bank: BankRead[] = [];
  readonly #lists = new AppendHistory();
  readonly #clients: readonly HistoryClient[];
  /** Sessions that have read once more after everything has healed. */
  #read = 0;

  constructor(world: World) {
    this.#world = world;
    this.#setup = new Setup(world, 'setup');
    const named = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
    this.#clients = [
      ...named('register', REGISTER_CLIENTS).map((name) => new RegisterClient(world, name, this.#registers)),
      ...named('session', SESSIONS).map((name) => new SessionClient(world, name, this.#sessions)),
      ...named('bank', BANK_CLIENTS).map((name) => new BankClient(world, name, this.#bank)),
      ...named('list', APPEND_CLIENTS).map((name) => new AppendClient(world, name, this.#lists)),
    ];
  }

  start(): void {
    this.#world.counts.histories += 1;
    this.#setup.run(() => {
      for (const client of this.#clients) client.start({ min: 20, max: 700 });
    });
  }

  stop(): void {
    for (const client of this.#clients) client.active = false;
  }

  /** Whether nobody waits for anything any more. */
  get isQuiet(): boolean {
    return this.#setup.isDone && this.#clients.every((client) => !client.isBusy);
  }

  /** Every session reads once more, with the bookmarks that it has. */
  readOnceMore(): void {
    const read = (client: SessionClient) =>
      client.readAnywhere((isAnswered) => {
        if (isAnswered) this.#read += 1;
        else this.#world.schedule.after(200, () => read(client));
      });
    for (const client of this.#sessions.clients) read(client);
  }

  get isRead(): boolean {
    return this.#read === this.#sessions.clients.length;
  }

  /** At the end, when all instances have one log. */
  check(members: readonly SimInstance[]): void {
    const [first] = members;
    if (first === undefined) return;
    this.#checkSet(first);
    this.#checkRegisters();
    const isKept = ({ epoch, lsn }: Mark) => lsn === 0 || first.memory.positions[lsn - 1]?.epoch === epoch;
    this.#checkSessions(isKept);
    this.#checkBank(first);
    this.#checkLists(first, isKept);
    this.#checkGraphs(members);
  }

  #checkBank(instance: SimInstance): void {
    const final = { what: 'at the end, whoever reads', balances: balancesIn(instance.rowsOf(ACCOUNTS)) };
    this.#tell('bank', faultsOfBank(BANK, [...this.#bank, final]));
  }

  /** Snapshot isolation: nothing but write skew. What was acknowledged and then given up counts as aborted. */
  #checkLists(instance: SimInstance, isKept: (mark: Mark) => boolean): void {
    const history = this.#lists.transactions.map((transaction): HistoryTransaction => {
      const { mark } = transaction;
      return mark === undefined || isKept(mark) ? transaction : { ...transaction, outcome: 'aborted' };
    });
    const anomalies = anomaliesOf(history, listsIn(instance.rowsOf(ALL_LISTS)));
    if (anomalies.delete('G2')) this.#world.counts.writeSkews += 1;
    this.#tell('lists', [...anomalies]);
  }

  /** The same graph everywhere. */
  #checkGraphs(members: readonly SimInstance[]): void {
    const [first, ...others] = members.map(({ name, graph }) => ({ name, checksum: graph?.store.checksum() }));
    for (const { name, checksum } of others) {
      if (checksum !== first?.checksum) this.#tell('graphs', [`${name} has another one than ${first?.name}`]);
    }
  }

  #checkSet(instance: SimInstance): void {
    const added = new Map<string, AddOutcome>();
    for (const { outcomes } of this.#world.clients) {
      for (const [name, outcome] of outcomes) added.set(name, outcome === 'pending' ? 'unknown' : outcome);
    }
    const final = instance.rowsOf('MATCH (e:Entry) RETURN e.name').map(([name]) => String(name));
    this.#tell('set', faultsOfSet(added, final));
  }

  #checkRegisters(): void {
    // Leases, and with them linearizable reads, are promised only where clocks run evenly; and nothing where what was acknowledged may be lost.
    if (!this.#world.clocksAreEven || this.#world.mayLose) return;
    for (const [key, { operations }] of this.#registers) {
      const answer = isLinearizable(0, operations);
      if (answer === 'unknown') this.#world.counts.undecided += 1;
      if (answer === false) this.#tell('register', [`${key} is not linearizable`]);
    }
  }

  #checkSessions(isKept: (mark: Mark) => boolean): void {
    const { operations, lost } = this.#sessions;
    this.#tell('sessions', faultsOfSessions(operations, isKept));
    const marks = operations.flatMap(({ mark }) => mark ?? []);
    const gone = marks.filter((mark) => !isKept(mark) && !this.#isGivenUp(mark));
    this.#tell(
      'sessions',
      gone.map((mark) => `${JSON.stringify(mark)} was lost, and no failover tells of it`),
    );
    const wrong = lost.filter((told) => told.every((mark) => isKept(mark) && !this.#isGivenUp(mark)));
    this.#tell(
      'sessions',
      wrong.map((told) => `of bookmarks ${JSON.stringify(told)} one is told to be lost, and none is`),
    );
  }

  /** Whether a failover has told that it was lost. It may have come back with the next one. */
  #isGivenUp({ epoch, lsn }: Mark): boolean {
    const givenUp = this.#world.invariants.committed?.assignment.givenUp ?? [];
    return givenUp.some((each) => each.epoch >= epoch && each.afterLsn < lsn);
  }

  #tell(what: string, faults: readonly string[]): void {
    if (faults.length > 0) this.#world.invariants.violate(`${what}: ${faults.slice(0, 3).join('; ')}`);
  }
}
