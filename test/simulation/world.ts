/**
 * One virtual world: three or five coordinators, the instances of one database, clients, a network and what goes wrong. The
 * machines are the production ones; a seed gives one run. First everything goes wrong for a while, then all is healed
 * and the cluster must work again.
 */
import { handle as handleCoordinator } from '../../core/coordinator/coordinator.ts';
import type { CoordinatorSettings } from '../../core/coordinator/coordinator-state.ts';
import { GraphStore } from '../../core/graph/graph-store.ts';
import type { RaftOptions } from '../../core/raft/options.ts';
import type { ReplicationMode } from '../../core/replication/assignment.ts';
import { checkBookmark } from '../../core/replication/bookmark.ts';
import { handle as handleInstance } from '../../core/replication/instance.ts';
import type { ReplicationSettings } from '../../core/replication/settings.ts';
import { hashText, sameHash } from '../../core/wal/checksum.ts';
import { LiveQueries } from '../../durable/live-queries.ts';
import { Calamities, type CalamityCounts, noCalamities } from './calamities.ts';
import { SimClient } from './client.ts';
import { SimCoordinator } from './coordinator-object.ts';
import { Faults } from './faults.ts';
import { SimGroupOperator } from './group-operator.ts';
import { Histories, type HistoryCounts, noHistoryCounts } from './history/histories.ts';
import { SimInstance } from './instance-object.ts';
import { Invariants } from './invariants.ts';
import { Network } from './network.ts';
import { SimOperator } from './operator.ts';
import { type Dice, diceFor } from './random.ts';
import { SimReader } from './reader.ts';
import { RollOut } from './roll-out.ts';
import { Schedule } from './schedule.ts';
import type { Archive } from './sim-graph.ts';
import { Trace } from './trace.ts';

/** The machines under test. A mutant puts a wrapped one in place. */
export interface Machines {
  readonly instance: typeof handleInstance;
  readonly coordinator: typeof handleCoordinator;
  readonly checkBookmark: typeof checkBookmark;
  readonly store: typeof GraphStore;
  readonly liveQueries: typeof LiveQueries;
}

export const PRODUCTION: Machines = {
  instance: handleInstance,
  coordinator: handleCoordinator,
  checkBookmark,
  store: GraphStore,
  liveQueries: LiveQueries,
};

export interface Settings {
  readonly replication: Partial<ReplicationSettings>;
  readonly coordinator: Partial<CoordinatorSettings>;
  readonly raft: Partial<RaftOptions>;
}

/** As in production, but for silence, which comes sooner, so that a run of a minute has some. */
const STEADY: Settings = {
  replication: { idleMs: 2_000 },
  coordinator: { idleMs: 2_500 },
  raft: { compactAfterEntries: 20 },
};

/** Everything about three times as fast, so that more happens in a run. */
const HASTY: Settings = {
  replication: {
    replicaTimeoutMs: 700,
    renewEveryMs: 400,
    heartbeatMs: 400,
    exchangeTimeoutMs: 1_500,
    askTimeoutMs: 500,
    retryMs: { first: 100, max: 800 },
    idleMs: 1_500,
    rejoinAfterMs: 500,
    saveEveryMs: 2_000,
  },
  coordinator: {
    leaseMs: 1_600,
    confirmedWithinMs: 400,
    leaseMarginMs: 200,
    checkEveryMs: 400,
    exchangeTimeoutMs: 1_200,
    sealWaitMs: 200,
    suspectMs: 700,
    idleMs: 2_000,
  },
  raft: {
    electionTimeoutMs: { min: 600, max: 1_200 },
    heartbeatMs: 200,
    rouseTimeoutMs: 300,
    compactAfterEntries: 20,
  },
};

/** Leases are long, and leaders change quickly: an old lease is often still running when somebody else is in charge. */
export const LONG_LEASES: Settings = {
  ...HASTY,
  replication: { ...HASTY.replication, renewEveryMs: 3_000, idleMs: 8_000 },
  coordinator: { ...HASTY.coordinator, leaseMs: 8_000 },
};

/** Coordinators take their storage for what it was. */
export const WITHOUT_INTRODUCTION: Settings = { ...HASTY, raft: { ...HASTY.raft, introductionMs: 0 } };
export const STEADY_WITHOUT_INTRODUCTION: Settings = { ...STEADY, raft: { ...STEADY.raft, introductionMs: 0 } };

/** Modes of the instances after the first, which is created as MAIN and is as strict as the strictest of them. */
export type Variant = readonly ReplicationMode[];

export interface WorldOptions {
  readonly variant: Variant;
  readonly machines: Machines;
  readonly coordinatorCount: 3 | 5;
  /** Undefined: those of the seed. */
  readonly settings: Settings | undefined;
  /** Without it, what an object says leaves before its writes are confirmed: a bug that has to be found. */
  readonly hasOutputGate: boolean;
  /** Whether somebody changes the cluster meanwhile. */
  readonly isOperated: boolean;
  /** Whether the rare things happen too, and among them clocks that jump. */
  readonly hasCalamities: boolean;
  readonly clocksJump: boolean;
  /** Whether somebody changes the coordinators' group meanwhile. */
  readonly isRegrouped: boolean;
  /** Whether everybody begins with the build of the version before, and a new one is rolled out meanwhile. */
  readonly isRolledOut: boolean;
  /** Whether instances have a real graph, and clients whose histories are checked. */
  readonly hasHistories: boolean;
  /** Whether these clients send again what may have been done already: a bug that has to be found. */
  readonly retriesUnknown: boolean;
  /** How long things go wrong, in milliseconds, and the numbers of the faults that are left out: to make a run that fails smaller. */
  readonly troubleMs: number;
  readonly skip: ReadonlySet<number>;
  /** What is watched: other promises hold in a world whose roles are given by hand. */
  readonly invariantsOf: (world: World) => Invariants;
}

/** With the creation before it and the healing after it, a run takes a little more than a virtual minute. */
const TROUBLE_MS = 55_000;

const DEFAULT_OPTIONS: WorldOptions = {
  variant: ['SYNC', 'ASYNC'],
  machines: PRODUCTION,
  coordinatorCount: 3,
  settings: undefined,
  hasOutputGate: true,
  isOperated: false,
  hasCalamities: false,
  clocksJump: false,
  isRegrouped: false,
  isRolledOut: false,
  hasHistories: false,
  retriesUnknown: false,
  troubleMs: TROUBLE_MS,
  skip: new Set(),
  invariantsOf: (world) => new Invariants(world),
};

export interface Counts extends CalamityCounts, HistoryCounts {
  leaders: number;
  failovers: number;
  epochsStarted: number;
  removals: number;
  /** Times that MAIN has told clients that a strict replica was missing, and that nothing was done. */
  aborts: number;
  joins: number;
  divergedTails: number;
  snapshotsInstalled: number;
  /** Records that came to a replica through another one. */
  relayed: number;
  /** Instances whose storage was damaged, and those that were filled anew. */
  damages: number;
  refills: number;
  crashes: number;
  freezes: number;
  cuts: number;
  storms: number;
  /** Times that the leader of the coordinators let its group fall silent. */
  silences: number;
  /** Commands of an operator that were carried out; among them planned changes of MAIN, and instances that came and went. */
  orders: number;
  switchovers: number;
  demotions: number;
  arrivals: number;
  departures: number;
  yields: number;
  /** Configurations of the coordinators' group that were committed. */
  groupChanges: number;
  /** Linearizable reads that were answered. */
  freshReads: number;
  ok: number;
  failed: number;
  unknown: number;
  /** Changes of MAIN while the old one had writes that it had not acknowledged, and those before the MAIN between had acknowledged any. */
  failoversInFlight: number;
  failoversInARow: number;
  /** Beginnings of an epoch while another instance still took itself for MAIN. */
  rivals: number;
  /** Writes of which the client never learned, and that are there at the end, or are not. */
  unknownKept: number;
  unknownLost: number;
  /** Objects that got a new build, and that got the old one back. */
  upgrades: number;
  rollBacks: number;
  /** What needs the new version: writes of it, those that were refused, and messages that were. */
  newsWritten: number;
  newsRefused: number;
  refusals: number;
}

export function noCounts(): Counts {
  return {
    ...noCalamities(),
    ...noHistoryCounts(),
    leaders: 0,
    failovers: 0,
    epochsStarted: 0,
    removals: 0,
    aborts: 0,
    joins: 0,
    divergedTails: 0,
    snapshotsInstalled: 0,
    relayed: 0,
    damages: 0,
    refills: 0,
    crashes: 0,
    freezes: 0,
    cuts: 0,
    storms: 0,
    silences: 0,
    orders: 0,
    switchovers: 0,
    demotions: 0,
    arrivals: 0,
    departures: 0,
    yields: 0,
    groupChanges: 0,
    freshReads: 0,
    ok: 0,
    failed: 0,
    unknown: 0,
    failoversInFlight: 0,
    failoversInARow: 0,
    rivals: 0,
    unknownKept: 0,
    unknownLost: 0,
    upgrades: 0,
    rollBacks: 0,
    newsWritten: 0,
    newsRefused: 0,
    refusals: 0,
  };
}

export function addCounts(total: Counts, more: Counts): void {
  for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += more[key];
}

const REGIONS = ['weur', 'enam', 'apac', 'oc'];
const CLIENTS = 4;
const READERS = 2;
/** Once all is well, the cluster works again within this time. */
export const LIVENESS_MS = 60_000;

export class World {
  readonly database = 'flights';
  readonly coordinatorNames: readonly string[];
  readonly schedule = new Schedule();
  readonly trace = new Trace();
  readonly counts = noCounts();
  /** Turns in which an object has written to its storage. */
  storageWrites = 0;
  readonly settings: Settings;
  /** What each transaction wrote, by its hash. */
  readonly texts = new Map<string, string>();
  /** All transactions, in worlds with graphs. */
  readonly archive: Archive | undefined;
  /** Undefined where nobody tells any. */
  readonly histories: Histories | undefined;
  readonly retriesUnknown: boolean;
  readonly seed: number;
  readonly skip: ReadonlySet<number>;
  readonly dice: Dice;
  readonly machines: Machines;
  readonly hasOutputGate: boolean;
  readonly network: Network;
  readonly faults: Faults;
  /** Undefined where they are spared. */
  readonly calamities: Calamities | undefined;
  /** Whether clocks run evenly: leases, and what rests on them, are promised only then. */
  readonly clocksAreEven: boolean;
  /** Undefined where all are of one build. */
  readonly rollOut: RollOut | undefined;
  readonly invariants: Invariants;
  readonly clients: readonly SimClient[];
  readonly #readers: readonly SimReader[];
  readonly #operator: SimOperator | undefined;
  readonly #groupOperator: SimGroupOperator | undefined;
  readonly #coordinators = new Map<string, SimCoordinator>();
  readonly #instances = new Map<string, SimInstance>();
  readonly #variant: Variant;
  readonly #troubleMs: number;

  constructor(seed: number, options: Partial<WorldOptions> = {}) {
    const { variant, machines, coordinatorCount, hasOutputGate, isOperated, troubleMs, skip, ...more } = {
      ...DEFAULT_OPTIONS,
      ...options,
    };
    this.seed = seed;
    this.skip = skip;
    this.#troubleMs = troubleMs;
    this.dice = diceFor(seed);
    this.settings = options.settings ?? (seed % 2 === 0 ? STEADY : HASTY);
    this.machines = machines;
    this.hasOutputGate = hasOutputGate;
    this.#variant = variant;
    this.coordinatorNames = Array.from({ length: coordinatorCount }, (_, number) => `coordinator-${number + 1}`);
    this.network = new Network(this.schedule, this.dice.network);
    this.faults = new Faults(this);
    this.calamities = more.hasCalamities ? new Calamities(this) : undefined;
    this.rollOut = more.isRolledOut ? new RollOut(this) : undefined;
    this.clocksAreEven = !more.clocksJump;
    this.archive = more.hasHistories ? new Map() : undefined;
    this.retriesUnknown = more.retriesUnknown;
    this.invariants = more.invariantsOf(this);
    for (const name of this.coordinatorNames) this.coordinator(name);
    this.#operator = isOperated ? new SimOperator(this) : undefined;
    this.#groupOperator = more.isRegrouped ? new SimGroupOperator(this) : undefined;
    this.clients = Array.from({ length: CLIENTS }, (_, number) => new SimClient(this, `client-${number + 1}`));
    this.#readers = Array.from({ length: READERS }, (_, number) => new SimReader(this, `reader-${number + 1}`));
    this.histories = more.hasHistories ? new Histories(this) : undefined;
  }

  /** Whether what was acknowledged may be lost, since the operator wants it so. */
  get mayLose(): boolean {
    return false;
  }

  /** The mode of those that hold every acknowledged write: the other ones are ASYNC. */
  get strongestMode(): ReplicationMode {
    return this.#variant.includes('STRICT_SYNC') ? 'STRICT_SYNC' : 'SYNC';
  }

  /** The coordinator of this name. One that is not of the first ones comes to be when somebody first speaks to it. */
  coordinator(name: string): SimCoordinator {
    const known = this.#coordinators.get(name);
    if (known !== undefined) return known;
    const coordinator = new SimCoordinator(this, name, {
      region: REGIONS[this.#coordinators.size % REGIONS.length] ?? '',
    });
    this.#coordinators.set(name, coordinator);
    return coordinator;
  }

  /** The instance of this name. It comes to be when somebody first speaks to it, as a Durable Object does. */
  instance(name: string): SimInstance {
    const known = this.#instances.get(name);
    if (known !== undefined) return known;
    const instance = new SimInstance(this, name, { region: name.replace(/-\d+$/, '') });
    this.#instances.set(name, instance);
    return instance;
  }

  /** Another object takes the name and the storage of this one, which does not know it. */
  supersede<Stale extends SimCoordinator | SimInstance>(stale: Stale): Stale {
    if (stale instanceof SimInstance) this.#instances.set(stale.name, stale.supersede());
    else this.#coordinators.set(stale.name, stale.supersede());
    return stale;
  }

  /** Everything that can crash, in a fixed order. */
  readonly objects = (): readonly (SimCoordinator | SimInstance)[] => [
    ...this.#coordinators.values(),
    ...this.#instances.values(),
  ];

  /** The database's instances. */
  readonly instances = (): readonly SimInstance[] => [...this.#instances.values()];

  note(object: string, what: string | (() => string), effects: readonly { readonly type: string }[]): void {
    this.trace.add(this.schedule.nowMs, object, what, effects);
  }

  /** The whole run. Throws a Violation when an invariant breaks, or when the healed cluster does not work. */
  run(): void {
    this.create();
    for (const client of [...this.clients, ...this.#readers]) client.start();
    this.histories?.start();
    this.faults.start();
    this.calamities?.start();
    this.#operator?.start();
    this.#groupOperator?.start();
    this.rollOut?.start();
    const healAtMs = this.schedule.nowMs + this.#troubleMs;
    this.#runUntil(healAtMs, () => false);
    this.note('world', 'HEALED', []);
    this.faults.heal();
    this.calamities?.heal();
    this.#operator?.heal();
    this.#groupOperator?.heal();
    this.rollOut?.heal();
    const deadlineMs = healAtMs + LIVENESS_MS;
    const before = this.counts.ok;
    if (!this.#runUntil(deadlineMs, () => this.counts.ok >= before + 5)) {
      this.invariants.violate('no writes are accepted after everything has healed');
    }
    for (const client of this.clients) client.writing = false;
    for (const reader of this.#readers) reader.reading = false;
    this.histories?.stop();
    if (!this.#runUntil(deadlineMs, () => this.#isLevel())) {
      this.invariants.violate(`the cluster is not level after everything has healed: ${this.#describe()}`);
    }
    this.histories?.readOnceMore();
    if (!this.#runUntil(deadlineMs, () => this.histories?.isRead ?? true)) {
      this.invariants.violate('a session gets no answer after everything has healed');
    }
    const end = this.#members()[0]?.state.stored.lsn ?? 0;
    if (!this.#runUntil(deadlineMs, () => this.histories?.areSubscribersLevel(end) ?? true)) {
      this.invariants.violate(`a subscriber does not become level at ${end}: ${this.histories?.places}`);
    }
    this.invariants.checkEnd(this.#members(), ({ hash }) => this.texts.get(hashText(hash)));
    this.histories?.check(this.#members());
  }

  /** Makes the database. */
  create(): void {
    const regions = REGIONS.slice(0, this.#variant.length + 1);
    const modes = [this.strongestMode, ...this.#variant];
    const request = {
      type: 'createDatabase',
      name: this.database,
      ifNotExists: true,
      regions,
      modes,
      clusterId: 'c1',
    } as const;
    let created = false;
    const [client] = this.clients;
    const ask = () =>
      client?.askCoordinators(request, (response) => {
        created = response?.type === 'created';
        if (!created) this.schedule.after(200, ask);
      });
    ask();
    if (!this.#runUntil(20_000, () => created)) this.invariants.violate('the database is not created');
  }

  /** Runs events until `done` or the moment given; tells whether it was done. */
  #runUntil(endMs: number, done: () => boolean): boolean {
    while (this.schedule.nowMs < endMs) {
      if (done()) return true;
      if (!this.schedule.step()) return done();
    }
    return done();
  }

  /** No write is open, one MAIN, every SYNC replica in sync, and one log everywhere, all of it visible. */
  #isLevel(): boolean {
    const { assignment, status, leaving } = this.invariants.committed ?? {};
    if (assignment === undefined || status?.type !== 'online' || leaving?.length !== 0) return false;
    if (this.clients.some((client) => [...client.outcomes.values()].includes('pending'))) return false;
    if (this.histories?.isQuiet === false) return false;
    const instances = this.#members();
    const main = this.instance(assignment.main);
    const synchronous = assignment.instances.filter(({ mode, name }) => mode !== 'ASYNC' || name === main.name);
    if (!synchronous.every(({ name }) => assignment.inSync.includes(name))) return false;
    if (instances.filter(({ state }) => state.role === 'main').length !== 1 || main.state.role !== 'main') return false;
    const end = main.state.stored;
    return instances.every(({ visibleLsn, state: { stored } }) => {
      return stored.lsn === end.lsn && sameHash(stored.hash, end.hash) && visibleLsn === end.lsn;
    });
  }

  /** The instances that belong to the database now. */
  #members(): readonly SimInstance[] {
    return (this.invariants.committed?.assignment.instances ?? []).map(({ name }) => this.instance(name));
  }

  #describe(): string {
    const { assignment, status } = this.invariants.committed ?? {};
    const instances = this.#members().map(({ name, state, visibleLsn }) => {
      return `${name} ${state.role} epoch ${state.epoch} lsn ${state.stored.lsn} visible ${visibleLsn}`;
    });
    const { epoch, main, inSync } = assignment ?? {};
    return `${status?.type} epoch ${epoch} main ${main} in sync ${inSync?.join(' ')}; ${instances.join('; ')}`;
  }
}
