/**
 * What a leader does for one database, level-triggered: it looks at what the log says and at what the instances have told,
 * and does the next thing. Whatever gets lost is done again at the next check, by this leader or the next one.
 */
import { unreachable } from '../assert.ts';
import type { Assignment } from '../replication/assignment.ts';
import type { Database } from './cluster-state.ts';
import type { Health } from './coordinator-state.ts';
import { beginFailoverIfDown, goOnFailingOver } from './failover.ts';
import { mayAsk } from './health.ts';
import type { CoordinatorTurn } from './turn.ts';

/** Checks for which MAIN misses a replica before that is told again what it is. */
const LOST_TOUCH_CHECKS = 2;

/** Looks after one database. */
export function careFor(turn: CoordinatorTurn, name: string): void {
  const database = turn.database(name);
  if (database === undefined) {
    const watches = new Map(turn.state.watches);
    if (watches.delete(name)) turn.update({ watches });
    return;
  }
  switch (database.status.type) {
    case 'online':
      tellAssignment(turn, database);
      return beginFailoverIfDown(turn, database);
    case 'failingOver':
      return goOnFailingOver(turn, database, database.status);
    case 'dropping':
      return drop(turn, database);
    default:
      return unreachable(database.status);
  }
}

/** Whether something is left to do for a database. */
export function isUnfinished(database: Database): boolean {
  return database.status.type !== 'online' || database.told.length < database.assignment.instances.length;
}

/** Tells every instance that has not confirmed the epoch, MAIN first. What they confirm goes into the log. */
function tellAssignment(turn: CoordinatorTurn, database: Database): void {
  const { assignment, told } = database;
  const { database: name, main, instances, cluster, epoch } = assignment;
  const untold = instances.map((instance) => instance.name).filter((instance) => !told.includes(instance));
  for (const instance of told) if (hasLostTouch(turn, assignment, instance)) tellAgain(turn, assignment, instance);
  if (untold.length === 0) return;
  const confirmed = untold.filter((instance) => confirms(assignment, instance, turn.health(name, instance)));
  if (confirmed.length > 0) {
    turn.decide({ type: 'told', what: 'assigned', database: name, cluster, epoch, instances: confirmed });
  }
  // A MAIN that was never told starts from nothing; every later one has to have a log.
  const created = epoch === 1 && !told.includes(main);
  const asking = untold.filter((instance) => !confirmed.includes(instance));
  for (const instance of asking.sort((left, right) => Number(right === main) - Number(left === main))) {
    if (mayAsk(turn, name, instance)) turn.ask(assignment, instance, { type: 'assign', assignment, created });
  }
}

/** MAIN has not reached a replica for a while: it may have lost its storage, and not know any more what it is part of. */
function hasLostTouch(turn: CoordinatorTurn, { database, main }: Assignment, instance: string): boolean {
  const { failingSinceMs } = turn.health(database, instance);
  const sinceMs = LOST_TOUCH_CHECKS * turn.state.settings.checkEveryMs;
  return instance !== main && failingSinceMs !== undefined && turn.nowMs - failingSinceMs >= sinceMs;
}

function tellAgain(turn: CoordinatorTurn, assignment: Assignment, instance: string): void {
  if (mayAsk(turn, assignment.database, instance)) {
    turn.ask(assignment, instance, { type: 'assign', assignment, created: false });
  }
}

/** Whether an instance lives in the epoch. One in quarantine takes part in nothing, and need not be told again. */
function confirms(assignment: Assignment, instance: string, { report }: Health): boolean {
  if (report === undefined || report.cluster !== assignment.cluster) return false;
  if (report.quarantine !== undefined) return instance !== assignment.main;
  if (report.epoch !== assignment.epoch) return false;
  return report.role === (instance === assignment.main ? 'main' : 'replica');
}

/** Has every instance forget everything; then the database is gone. */
function drop(turn: CoordinatorTurn, database: Database): void {
  const { assignment, told } = database;
  const { database: name, cluster, epoch, instances } = assignment;
  const left = instances.map((instance) => instance.name).filter((instance) => !told.includes(instance));
  const gone = left.filter((instance) => turn.health(name, instance).forgotten);
  if (gone.length > 0) turn.decide({ type: 'told', what: 'dropped', database: name, cluster, epoch, instances: gone });
  for (const instance of left) {
    if (!gone.includes(instance) && mayAsk(turn, name, instance)) turn.ask(assignment, instance, { type: 'drop' });
  }
}
