/** When what an operator wanted is done, and what he is told. */
import { committedConfiguration } from '../raft/configuration.ts';
import type { CommandRefusal, Database } from './cluster-state.ts';
import type { Operated } from './coordinator-state.ts';
import { MIXED_MODES } from './creation.ts';
import { memberNumbered } from './group-change.ts';
import type { WorkerRequest, WorkerResponse } from './request.ts';
import { argumentError, DONE, notFound, unavailable } from './response.ts';
import type { CoordinatorTurn } from './turn.ts';

/** Whether there is nothing more to wait for, because it is done or because it will not be. */
export function isOperated(turn: CoordinatorTurn, wants: Operated): boolean {
  const { command, database: name } = wants.request;
  const databases = [...turn.state.cluster.databases.values()];
  const database = name === undefined ? undefined : turn.database(name);
  switch (command.type) {
    case 'switchover':
    case 'setMain':
      return database === undefined || hasNewMain(database, wants.epoch) || isGivenUp(turn, database, wants.epoch);
    case 'demote':
      return database === undefined || isWithoutMain(turn, database) || isGivenUp(turn, database, wants.epoch);
    case 'register':
    case 'unregister':
      return database?.unconfirmedVersion === undefined;
    case 'setSetting':
      return databases.every(({ unconfirmedVersion }) => unconfirmedVersion === undefined);
    case 'forceReset':
      return databases.every(({ status }) => status.type !== 'failingOver' || status.choice.type !== 'nobody');
    case 'yieldLeadership':
      return turn.state.raft.transfer === undefined;
    case 'addCoordinator':
      return !isLearner(turn, command.coordinator);
    case 'updateConfig':
    case 'removeCoordinator':
    case 'updateCoordinator':
      return true;
  }
}

/** Whether a coordinator was added and does not vote yet, or not for certain: its vote may still be taken back. */
function isLearner({ state: { raft } }: CoordinatorTurn, number: number): boolean {
  const id = memberNumbered(raft.self, number);
  return committedConfiguration(raft).members.some((member) => member.id === id && !member.votes);
}

/** Whether it is done by now, though this coordinator leads no more: the log has it, or it was what the operator wanted. */
export function isLasting({ request: { command } }: Operated): boolean {
  return !['switchover', 'demote', 'setMain', 'forceReset'].includes(command.type);
}

function hasNewMain({ assignment, told }: Database, epoch: number): boolean {
  return assignment.epoch > epoch && told.includes(assignment.main);
}

/** The handover came to nothing, and MAIN goes on. */
function isGivenUp(turn: CoordinatorTurn, { assignment, status }: Database, epoch: number): boolean {
  const { handover, proposing } = turn.watch(assignment.database);
  return status.type === 'online' && assignment.epoch === epoch && handover === undefined && !proposing;
}

/** The old MAIN knows that it is none, or cannot acknowledge anything more. */
function isWithoutMain(turn: CoordinatorTurn, { assignment, status }: Database): boolean {
  if (status.type !== 'failingOver' || status.choice.type !== 'nobody') return false;
  const { sealed, leaseUntilMs } = turn.watch(assignment.database);
  return sealed.has(status.from) || turn.nowMs >= leaseUntilMs;
}

/** What the operator is told when it is over, or when he has waited long enough. */
export function outcomeOf(turn: CoordinatorTurn, wants: Operated): WorkerResponse {
  const { command, database: name } = wants.request;
  if (command.type === 'yieldLeadership') return unavailable('No other coordinator could take the leadership');
  if (command.type === 'addCoordinator' && isLearner(turn, command.coordinator)) {
    return unavailable(
      `Coordinator ${command.coordinator} has been added, and votes as soon as it is level with the others`,
    );
  }
  if (!('instance' in command) || name === undefined) return DONE;
  const database = turn.database(name);
  if (database === undefined) return notFound(name);
  const { main, epoch } = database.assignment;
  switch (command.type) {
    case 'demote':
      if (isWithoutMain(turn, database)) return DONE;
      return unavailable(`'${command.instance}' could not hand over in time, and is MAIN as before`);
    case 'switchover':
    case 'setMain':
      if (!isOperated(turn, wants)) return unavailable(`The new MAIN of '${name}' has not answered yet`);
      if (main === command.instance) return DONE;
      if (epoch === wants.epoch) return unavailable(`'${main}' could not hand over in time, and is MAIN as before`);
      return unavailable(`'${command.instance}' did not answer in time, so '${main}' is MAIN`);
    default:
      return DONE;
  }
}

/** Why the log refused it. */
export function operationRefused(
  { command, database = '' }: Extract<WorkerRequest, { type: 'operate' }>,
  refusal: CommandRefusal,
): WorkerResponse {
  const instance = 'instance' in command ? command.instance : '';
  switch (refusal) {
    case 'exists':
      return argumentError(`'${database}' has an instance '${instance}' already`);
    case 'tooMany':
      return argumentError(`'${database}' has as many instances as it can have`);
    case 'main':
      return argumentError(`'${instance}' is MAIN: SWITCHOVER TO another instance first`);
    case 'unknownInstance':
      return argumentError(`'${database}' has no instance '${instance}'`);
    case 'notInSync':
      return argumentError(`'${instance}' is not in the in-sync set: it may lack what clients were told is done`);
    case 'mixedModes':
      return argumentError(MIXED_MODES);
    case 'upstream':
      return argumentError(
        `the upstream of '${instance}' has to be an instance of '${database}' that has no upstream itself`,
      );
    case 'leaving':
      return unavailable(`'${instance}' is still being removed`);
    case 'unknownDatabase':
      return notFound(database);
    default:
      return unavailable(`'${database}' is changing its MAIN now`);
  }
}
