/** The clients of a world whose histories are checked when it has ended, and what has to be true of them then. */
import { type BankRead, faultsOfBank } from '../../core/history/bank.ts';
import { anomaliesOf, type HistoryTransaction } from '../../core/history/list-append.ts';
import { isLinearizable } from '../../core/history/register.ts';
import { faultsOfSessions, type Mark } from '../../core/history/session.ts';
import { type AddOutcome, faultsOfSet } from '../../core/history/set.ts';
import { faultsOfStream } from '../../core/history/subscription.ts';
import type { SimInstance } from '../instance-object.ts';
import { between, pick } from '../random.ts';
import type { World } from '../world.ts';
import { AppendClient, AppendHistory, listsIn } from './append-client.ts';
import { BANK, BankClient, balancesIn } from './bank-client.ts';
import type { HistoryClient } from './history-client.ts';
import { LiveAnswers } from './live-answers.ts';
import { REGISTERS, RegisterClient, RegisterHistory } from './register-client.ts';
import { SessionClient, SessionHistory } from './session-client.ts';
import { Setup } from './setup.ts';
import { LiveHistory, Subscriber } from './subscriber.ts';

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
  /** Connections of subscribers, changes that they were sent, and starts anew since they were slow, or since the graph had been replaced. */
  liveConnections: number;
  liveDifferences: number;
  liveLags: number;
  liveMoves: number;
  /** Objects that fell asleep with connections, and subscriptions that were taken up again after that. */
  sleeps: number;
  liveWakes: number;
  /** States that subscribers were told, and those of them that a failover has given up since. */
  liveStates: number;
  liveStatesLost: number;
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
    liveConnections: 0,
    liveDifferences: 0,
    liveLags: 0,
    liveMoves: 0,
    sleeps: 0,
    liveWakes: 0,
    liveStates: 0,
    liveStatesLost: 0,
  };
}

const ACCOUNTS = 'MATCH (a:Account) RETURN a.id, a.balance';
const ALL_LISTS = 'MATCH (l:List) RETURN l.key, l.values';

const REGISTER_CLIENTS = 3;
const SESSIONS = 3;
const BANK_CLIENTS = 2;
const APPEND_CLIENTS = 3;
/**
 * Which queries each subscriber keeps live. The last one is slow, and has one query often enough for more old results than an instance keeps.
 */
const SUBSCRIBERS: readonly (readonly number[])[] = [
  [0, 2],
  [1, 3],
  [0, 0, 0, 0, 0, 0, 0, 2],
];
const SLEEP_EVERY_MS = { min: 2_000, max: 8_000 };

export class Histories {
  readonly #world: World;
  readonly #setup: Setup;
  readonly #registers = new Map(REGISTERS.map((key) => [key as string, new RegisterHistory()]));
  readonly #sessions = new SessionHistory();
  readonly #bank: BankRead[] = [];
  readonly #lists = new AppendHistory();
  readonly #live = new LiveHistory();
  readonly #subscribers: readonly Subscriber[];
  #isOver = false;
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
    this.#subscribers = SUBSCRIBERS.map((queries, index) => {
      const isSlow = index === SUBSCRIBERS.length - 1;
      return new Subscriber(world, `subscriber-${index + 1}`, { history: this.#live, isSlow, queries });
    });
  }

  start(): void {
    this.#world.counts.histories += 1;
    this.#setup.run(() => {
      for (const client of this.#clients) client.start({ min: 20, max: 700 });
    });
    for (const subscriber of this.#subscribers) subscriber.start();
    this.#putToSleep();
  }

  stop(): void {
    this.#isOver = true;
    for (const client of this.#clients) client.active = false;
    for (const subscriber of this.#subscribers) subscriber.isSettled = true;
  }

  /** Now and then an instance sleeps that has connections: its memory goes, and they are kept. */
  #putToSleep(): void {
    const { schedule, dice, faults, counts, instances } = this.#world;
    schedule.after(between(dice.histories, SLEEP_EVERY_MS.min, SLEEP_EVERY_MS.max), () => {
      if (this.#isOver) return;
      const candidates = instances().filter(({ alive, frozen, isSettled, isSuperseded, hasConnections, state }) => {
        return alive && !frozen && isSettled && !isSuperseded && hasConnections && state.role === 'replica';
      });
      if (candidates.length > 0 && !faults.isPaused) {
        const victim = pick(dice.histories, candidates);
        this.#world.note(victim.name, 'SLEEPS', []);
        counts.sleeps += 1;
        victim.evict();
      }
      this.#putToSleep();
    });
  }

  /** How far subscribers are, for the report. */
  get places(): string {
    return this.#subscribers.map(({ place }) => place).join('; ');
  }

  /** Whether all subscribers hold the answers at the log's end. */
  areSubscribersLevel(lsn: number): boolean {
    return this.#subscribers.every((subscriber) => subscriber.isLevel(lsn));
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
    this.#checkSubscriptions(first, isKept);
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

  #checkSubscriptions({ memory, state }: SimInstance, isKept: (mark: Mark) => boolean): void {
    const { counts, archive = new Map() } = this.#world;
    const answers = new LiveAnswers({ archive, positions: memory.positions, cluster: state.cluster ?? '' });
    for (const [number, streams] of this.#live.streams.entries()) {
      const marks = streams.flatMap(({ states }) => states.map(({ mark }) => mark));
      const gone = marks.filter((mark) => !isKept(mark));
      counts.liveStates += marks.length;
      counts.liveStatesLost += gone.length;
      const untold = gone.filter((mark) => !this.#isGivenUp(mark));
      this.#tell(
        'subscriptions',
        untold.map((mark) => `${JSON.stringify(mark)} was shown, and is not there`),
      );
      const answerOf = answers.of(
        number,
        marks.filter(isKept).map(({ lsn }) => lsn),
      );
      const answerAt = (mark: Mark) => (isKept(mark) ? answerOf.get(mark.lsn) : undefined);
      this.#tell(
        'subscriptions',
        streams.flatMap((stream) => faultsOfStream(stream, answerAt)),
      );
    }
    const wrong = this.#live.lost.filter((told) => told.every((mark) => isKept(mark) && !this.#isGivenUp(mark)));
    this.#tell(
      'subscriptions',
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
