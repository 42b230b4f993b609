/**
 * Who does what in a database: decided by the coordinators, committed in their Raft log, and told to every instance.
 * `epoch` grows with each MAIN; `version` grows with every change, and every change names the version it rests on.
 */
import { assert } from '../assert.ts';
import { VERSION_MIN } from '../version.ts';

/**
 * ASYNC: nothing waits for it. SYNC: while it is in the in-sync set, every acknowledgement waits for it. STRICT_SYNC: every
 * acknowledgement waits for it, always; what it does not confirm is aborted.
 */
export type ReplicationMode = 'SYNC' | 'ASYNC' | 'STRICT_SYNC';

/** Records of `epoch` and of earlier ones that stand after `afterLsn` were never acknowledged and are void for ever. */
export interface Abort {
  readonly epoch: number;
  readonly afterLsn: number;
}

/** Where Memgraph's tools are told to find an instance. Objects are found by name: these are kept and shown, and nothing more. */
export interface Servers {
  readonly bolt_server: string;
  readonly management_server: string;
  readonly replication_server: string;
}

/** One instance of a database. `name` is unique within the database, `region` a Durable Object location hint. */
export interface InstanceDescription {
  readonly name: string;
  readonly region: string;
  readonly mode: ReplicationMode;
  readonly servers?: Servers;
  /** The replica that feeds it in place of MAIN, while that can (relay.ts). Of an ASYNC one only. */
  readonly upstream?: string;
  /** What an operator calls the replica, where he has registered it by hand. */
  readonly alias?: string;
}

export interface Assignment {
  readonly database: string;
  /** Id of the cluster: a database that was dropped and created again has another one. */
  readonly cluster: string;
  readonly epoch: number;
  readonly version: number;
  /** Name of the instance that is MAIN in `epoch`. */
  readonly main: string;
  readonly instances: readonly InstanceDescription[];
  /** The instances that hold every acknowledged write; `main` is among them. In the order of `instances`. */
  readonly inSync: readonly string[];
  /** Names of the coordinators when the database was made. Those of later are told with every message (coordinator-group.ts). */
  readonly coordinators: readonly string[];
  /** `global_read_only`: MAIN takes no writes from clients. */
  readonly readOnly?: boolean;
  /** Ascending, in both. Absent when there was none. */
  readonly aborts?: readonly Abort[];
  /**
   * What was given up when an ASYNC instance became MAIN that did not have it: void as after an abort, though it may have been
   * acknowledged. Ascending, in both. Absent when nothing was.
   */
  readonly givenUp?: readonly Abort[];
  /**
   * All instances that there are, in the order of their creation. Present where roles are given by hand (manual.ts): then `instances` are
   * MAIN and the replicas that are registered with it, and MAIN itself decides on the next version.
   */
  readonly members?: readonly Member[];
}

/** An instance that there is, whether or not it does anything. */
export type Member = Pick<InstanceDescription, 'name' | 'region'>;

/** Aborts that are remembered. An older one concerns a log that nobody has continued through as many of them. */
const ABORTS_MAX = 64;

/** The aborts with one more. Those that it covers are left out: of earlier epochs, and not below its own `afterLsn`. */
export function withAbort(aborts: readonly Abort[] | undefined, abort: Abort): readonly Abort[] {
  return [...(aborts ?? []).filter(({ afterLsn }) => afterLsn < abort.afterLsn), abort].slice(-ABORTS_MAX);
}

/** Whether a log that ends at `stored` may be cut off after `lsn`, whatever of it was acknowledged: so much was given up. */
export function isGivenUp(
  { givenUp = [] }: Pick<Assignment, 'givenUp'>,
  stored: { readonly epoch: number },
  lsn: number,
): boolean {
  return givenUp.some(({ epoch, afterLsn }) => epoch >= stored.epoch && afterLsn <= lsn);
}

/**
 * How far a log that ends at `stored` is valid: the end, or where an abort of its last epoch or of a later one cuts it off. A log
 * that ends in a later epoch goes through a MAIN that has cut it off before. Where roles are given by hand an earlier epoch may be that of
 * another MAIN, which has acknowledged what it has.
 */
export function validLsn(
  { aborts = [], members }: Pick<Assignment, 'aborts' | 'members'>,
  stored: { readonly epoch: number; readonly lsn: number },
): number {
  const isCut = ({ epoch }: Abort) => epoch === stored.epoch || (epoch > stored.epoch && !isManual({ members }));
  return Math.min(stored.lsn, ...aborts.filter(isCut).map(({ afterLsn }) => afterLsn));
}

/** A database without replicas needs neither lease nor coordinators: nobody else could ever be MAIN. */
export function isSingle(assignment: Assignment): boolean {
  return assignment.instances.length === 1;
}

/** Whether roles are given by hand. */
export function isManual(assignment: { readonly members?: Assignment['members'] | undefined } | undefined): boolean {
  return assignment?.members !== undefined;
}

/** Whether MAIN acknowledges only while it holds a lease: somebody else may make another instance MAIN. */
export function needsLease(assignment: Assignment): boolean {
  return !isSingle(assignment) && !isManual(assignment);
}

/** SYNC goes on without a replica where STRICT_SYNC stops, so both together would promise nothing. As in Memgraph. */
export function mayMix(instances: readonly Pick<InstanceDescription, 'mode'>[]): boolean {
  const modes = instances.map(({ mode }) => mode);
  return !(modes.includes('SYNC') && modes.includes('STRICT_SYNC'));
}

/** Epochs between one that an instance opens by hand and its next one: more than a database will ever have instances. */
const EPOCH_STRIDE = 64;

/**
 * The first epoch above `epoch` that the instance may open by hand. Each instance has epochs of its own, as proposers have ballots in Paxos,
 * so that two that are promoted at one moment are not MAIN of the same one.
 */
export function ownEpochAfter(members: readonly Member[], name: string, epoch: number): number {
  const first = 1 + members.findIndex((member) => member.name === name);
  assert(first >= 1 && first <= EPOCH_STRIDE, `${name} has no epochs of its own`);
  return epoch < first ? first : first + EPOCH_STRIDE * (Math.floor((epoch - first) / EPOCH_STRIDE) + 1);
}

/** The oldest version that understands an assignment: to older code, roles were always given by coordinators, and nothing given up. */
export function versionOfAssignment({ members, givenUp = [] }: Assignment): number {
  return members !== undefined || givenUp.length > 0 ? 2 : VERSION_MIN;
}

/** Whether `candidate` is news to one who knows `known`. */
export function isNewer(candidate: Assignment, known: Assignment | undefined): boolean {
  if (known === undefined) return true;
  return candidate.epoch > known.epoch || (candidate.epoch === known.epoch && candidate.version > known.version);
}
