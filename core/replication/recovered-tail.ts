/**
 * After a start an instance holds records of which it does not know whether they were acknowledged: what storage knows of
 * acknowledgements is up to a second old. A reader who came right then would miss what he had been told was done. So
 * readers wait a little until MAIN has confirmed the recovered end of the log, and a replica that has such an end and a reader
 * wakes MAIN, which may have gone down with it.
 */
import type { InstanceState } from './instance-state.ts';
import { noteActivity } from './main.ts';
import type { Turn } from './turn.ts';

/** A reader's question wakes MAIN at most this often, in milliseconds. */
const ASK_EVERY_MS = 1_000;

/** Whether readers see all that the log held when the instance started. */
export function isTailConfirmed(state: InstanceState): boolean {
  return state.acknowledgedLsn >= Math.min(state.recoveredLsn, state.stored.lsn);
}

/** REPLICA: a client has asked something. MAIN is asked how it is, so that it wakes and says what is acknowledged. */
export function wakeMain(turn: Turn): void {
  const { assignment, name, role } = turn.state;
  if (role !== 'replica' || isTailConfirmed(turn.state) || turn.nowMs < turn.state.wokeMainAtMs + ASK_EVERY_MS) return;
  const main = assignment?.instances.find((instance) => instance.name === assignment.main);
  if (main === undefined || main.name === name) return;
  turn.update({ wokeMainAtMs: turn.nowMs });
  turn.askInstance(main, { type: 'probe' });
}

/**
 * MAIN: one of its replicas has a reader who waits. A MAIN that knows from storage that all is acknowledged has nothing to do, and would
 * say nothing: it tells its replicas now. The coordinators' questions wake nobody.
 */
export function answerReader(turn: Turn, asker: string): void {
  if (turn.state.role === 'main' && turn.replica(asker) !== undefined) noteActivity(turn);
}
