/**
 * STRICT_SYNC: what a strict replica does not store is done nowhere. A record that MAIN has sent counts as prepared; it is committed
 * by being acknowledged, which takes every strict replica, and aborted by a decision in the coordinators' log, which ends the epoch
 * and names the last lsn that stays. So whoever is MAIN next finds the decision and cuts the rest off before it takes office. A
 * prepared record without a decision stays: it may have been acknowledged.
 */
import type { InstanceState, Replica } from './instance-state.ts';
import { isSilent } from './lease.ts';
import { REPLICA_FAILURES_MAX } from './settings.ts';
import type { Turn } from './turn.ts';

/**
 * Whether nothing may be acknowledged now: a strict replica is not waited for yet, or an abort is being decided. One whose storage
 * was damaged needs a snapshot of what is acknowledged, so it holds nothing up before there is one; new writes are refused meanwhile.
 */
export function isHeldUp(turn: Turn): boolean {
  const isWithoutSnapshot = ({ damaged, transfer }: Replica) => damaged && transfer === undefined;
  const isMissing = (replica: Replica) => isStrict(replica) && !replica.awaited && !isWithoutSnapshot(replica);
  return turn.state.aborting !== undefined || turn.main.replicas.some(isMissing);
}

/**
 * The last lsn that stays when MAIN has to abort; undefined when it has not. What was in the log when MAIN took office may have been
 * acknowledged before, and the record that opens the epoch is nobody's: neither is ever aborted.
 */
export function abortPoint(turn: Turn): number | undefined {
  const { aborting, acknowledgedLsn, history, stored } = turn.state;
  if (aborting !== undefined) return aborting.afterLsn;
  const afterLsn = Math.max(acknowledgedLsn, turn.main.inheritedLsn, history.at(-1)?.firstLsn ?? 0);
  return stored.lsn > afterLsn && silencedReplicas(turn).length > 0 ? afterLsn : undefined;
}

/** The strict replicas that hold up what has been written. */
export function silencedReplicas(turn: Turn): readonly string[] {
  const { replicas } = turn.main;
  return replicas.filter((replica) => isStrict(replica) && isAbsent(turn, replica)).map(({ name }) => name);
}

function isAbsent(turn: Turn, replica: Replica): boolean {
  return !replica.awaited || isSilent(turn, replica);
}

/** What the clients are told whose transactions were aborted. */
export function abortReason(turn: Turn): string {
  if (turn.state.role !== 'main') return 'The transaction was aborted.';
  const silenced = turn.main.replicas.find((replica) => isStrict(replica) && isAbsent(turn, replica));
  return silenced === undefined
    ? 'A STRICT_SYNC replica did not confirm the transaction in time. It was aborted on all instances.'
    : replicationFailure(silenced);
}

/** A strict replica that is known not to answer, or not to be level: a write would only be aborted, and so is refused. */
export function missingReplica({ main, assignment }: InstanceState): Replica | undefined {
  const isReady = ({ name, failures, lost, diverged }: Replica) =>
    assignment?.inSync.includes(name) && failures < REPLICA_FAILURES_MAX && !lost && !diverged;
  return main?.replicas.find((replica) => isStrict(replica) && !isReady(replica));
}

/** Memgraph's wording, on which clients match. */
export function replicationFailure({ shownAs, diverged }: Replica): string {
  const reason = diverged ? 'diverged from main' : 'not reachable or not in sync';
  return `Failed to replicate to STRICT_SYNC replica '${shownAs}': ${reason}. Nothing was done. SHOW REPLICAS tells how it is.`;
}

function isStrict({ mode }: Replica): boolean {
  return mode === 'STRICT_SYNC';
}
