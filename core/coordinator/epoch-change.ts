/** How an epoch ends and the next one begins, as commands in the log: by a failover, because an operator wants it, or by an abort. */
import { withAbort } from '../replication/assignment.ts';
import { mayGiveUp } from './cluster-settings.ts';
import type { ClusterState, CommandOf, Database, Failover } from './cluster-state.ts';
import { namesInOrder, type Outcome, refuse, set } from './outcome.ts';

/** Changes of MAIN that are remembered, for each database. */
const FAILOVERS_MAX = 20;

export function beginFailover(state: ClusterState, command: CommandOf<'beginFailover'>, database: Database): Outcome {
  const { assignment, status } = database;
  if (status.type !== 'online') return refuse(state, status.type, database);
  if (command.epoch !== assignment.epoch || command.toEpoch <= command.epoch) return refuse(state, 'epoch', database);
  const { toEpoch, choice, reason, atMs } = command;
  if (choice.type === 'instance' && !assignment.inSync.includes(choice.name)) {
    return refuse(state, 'notInSync', database);
  }
  return set(state, {
    ...database,
    status: { type: 'failingOver', toEpoch, from: assignment.main, choice, reason, beganAtMs: atMs },
  });
}

/**
 * A STRICT_SYNC replica did not confirm what MAIN has written after `afterLsn`: it is void, and the epoch with it, so that no replica
 * takes any of it any more. Nobody else becomes MAIN.
 */
export function abort(state: ClusterState, command: CommandOf<'abort'>, database: Database): Outcome {
  const { assignment, status } = database;
  const { epoch, version, afterLsn } = command;
  if (status.type !== 'online') return refuse(state, status.type, database);
  if (epoch !== assignment.epoch) return refuse(state, 'epoch', database);
  if (version !== assignment.version) return refuse(state, 'version', database);
  const aborts = withAbort(assignment.aborts, { epoch, afterLsn });
  const next = { ...assignment, epoch: epoch + 1, version: version + 1, aborts };
  return set(state, { ...database, assignment: next, told: [], unconfirmedVersion: undefined });
}

/** There is no MAIN because an operator wanted it so, and now there is to be one. */
export function chooseMain(state: ClusterState, command: CommandOf<'chooseMain'>, database: Database): Outcome {
  const { assignment, status } = database;
  const { choice } = command;
  if (status.type !== 'failingOver') return refuse(state, 'notFailingOver', database);
  if (command.toEpoch !== status.toEpoch) return refuse(state, 'epoch', database);
  if (status.choice.type !== 'nobody') return refuse(state, 'failingOver', database);
  if (choice.type === 'instance' && !assignment.inSync.includes(choice.name)) {
    return refuse(state, 'notInSync', database);
  }
  return set(state, { ...database, status: { ...status, choice } });
}

export function completeFailover(
  state: ClusterState,
  command: CommandOf<'completeFailover'>,
  database: Database,
): Outcome {
  const { assignment, status } = database;
  if (status.type !== 'failingOver') return refuse(state, 'notFailingOver', database);
  if (command.epoch !== status.toEpoch) return refuse(state, 'epoch', database);
  const { main, epoch, atMs, lost } = command;
  const { givenUpAfterLsn } = command;
  const inSync = namesInOrder(assignment, givenUpAfterLsn === undefined ? [main, ...command.inSync] : [main]);
  // Only members hold everything that was acknowledged.
  const mayBeMain = (name: string) => assignment.inSync.includes(name) || givenUpAfterLsn !== undefined;
  if (inSync.length === 0 || !inSync.every(mayBeMain)) return refuse(state, 'unknownInstance', database);
  if (givenUpAfterLsn !== undefined && !mayGiveUp(state)) return refuse(state, 'notInSync', database);
  const givenUp =
    givenUpAfterLsn === undefined
      ? assignment.givenUp
      : withAbort(assignment.givenUp, { epoch: assignment.epoch, afterLsn: givenUpAfterLsn });
  const { from, reason, beganAtMs } = status;
  const failover: Failover = {
    fromEpoch: assignment.epoch,
    toEpoch: epoch,
    from,
    to: main,
    reason,
    beganAtMs,
    endedAtMs: atMs,
    lost,
  };
  return set(state, {
    ...database,
    assignment: { ...assignment, epoch, main, inSync, version: assignment.version + 1, ...(givenUp && { givenUp }) },
    status: { type: 'online' },
    told: [],
    // Whoever becomes MAIN is told the whole assignment.
    unconfirmedVersion: undefined,
    failovers: [...database.failovers, failover].slice(-FAILOVERS_MAX),
  });
}
