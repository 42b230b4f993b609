/**
 * What a leader does for one database, level-triggered: it looks at what the log says and at what the instances have told,
 * and does the next thing. Whatever gets lost is done again at the next check, by this leader or the next one.
 */
import { unreachable } from '../assert.ts';
import { type Assignment, isManual } from '../replication/assignment.ts';
import type { Database } from './cluster-state.ts';
import type { Health } from './coordinator-state.ts';
import { beginFailoverIfDown, goOnFailingOver } from './failover.ts';
import { goOnHandingOver } from './handover.ts';
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
      if (isManual(database.assignment)) return;
      tellAmendment(turn, database);
      seeOff(turn, database);
      goOnHandingOver(turn, database);
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
  const { status, told, assignment, unconfirmedVersion, leaving } = database;
  // Without a MAIN because an operator wants it so: it is his turn.
  if (status.type === 'failingOver' && status.choice.type === 'nobody') return false;
  if (status.type !== 'online' || unconfirmedVersion !== undefined || leaving.length > 0) return true;
  return told.length < assignment.instances.length;
}

/** Tells every instance that has not confirmed the epoch, MAIN first. What they confirm goes into the log. */
function tellAssignment(turn: CoordinatorTurn, database: Database): void {
  const { assignment, told } = database;
  const { database: name, main, instances, cluster, epoch } = assignment;
  const untold = instances.map((instance) => instance.name).filter((instance) => !told.includes(instance));
  const isCaredFor = !isManual(assignment);
  for (const instance of told)
    if (isCaredFor && hasLostTouch(turn, assignment, instance)) tellAgain(turn, assignment, instance);
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

/** Instances or settings were changed: MAIN is told until it has confirmed the version. */
function tellAmendment(turn: CoordinatorTurn, { assignment, told, unconfirmedVersion }: Database): void {
  const { database: name, main, cluster, epoch } = assignment;
  if (unconfirmedVersion === undefined || !told.includes(main)) return;
  const { report } = turn.health(name, main);
  const isConfirmed = report?.cluster === cluster && report.epoch === epoch && report.version >= unconfirmedVersion;
  if (isConfirmed) {
    const { version } = report;
    return turn.decide({ type: 'told', what: 'amended', version, database: name, cluster, epoch, instances: [main] });
  }
  if (mayAsk(turn, name, main)) turn.ask(assignment, main, { type: 'assign', assignment, created: false });
}

/** Has those who were unregistered forget everything, when MAIN no longer counts on them. */
function seeOff(turn: CoordinatorTurn, { assignment, leaving, unconfirmedVersion }: Database): void {
  const { database: name, cluster, epoch } = assignment;
  if (leaving.length === 0 || unconfirmedVersion !== undefined) return;
  const gone = leaving.map((instance) => instance.name).filter((instance) => turn.health(name, instance).forgotten);
  if (gone.length > 0) turn.decide({ type: 'told', what: 'left', database: name, cluster, epoch, instances: gone });
  for (const instance of leaving) {
    const isGone = gone.includes(instance.name);
    if (!isGone && mayAsk(turn, name, instance.name))
      turn.ask(assignment, instance.name, { type: 'drop', version: assignment.version });
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

/**
 * Whether an instance lives in the epoch, or at least knows of its database where roles are given by hand. One in quarantine takes part
 * in nothing, and need not be told again.
 */
function confirms(assignment: Assignment, instance: string, { report }: Health): boolean {
  if (report === undefined || report.cluster !== assignment.cluster) return false;
  if (isManual(assignment)) return true;
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
    if (!gone.includes(instance) && mayAsk(turn, name, instance))
      turn.ask(assignment, instance, { type: 'drop', version: assignment.version });
  }
}
