/** Messages on their way to a replica: what MAIN knew when it sent them. */
import type { Flight, Replica } from './instance-state.ts';
import type { Turn } from './turn.ts';

/** Notes a message that has just been sent. */
export function fly(
  turn: Turn,
  replica: Replica,
  sent: Pick<Flight, 'exchange' | 'previousLsn' | 'throughLsn'> & { readonly chunk?: Flight['chunk'] },
): void {
  const flight: Flight = {
    chunk: undefined,
    ...sent,
    sentAtMs: turn.nowMs,
    storedLsnThen: replica.storedLsn,
    acknowledgedLsn: turn.state.acknowledgedLsn,
  };
  const sentLsn = Math.max(replica.sentLsn, sent.throughLsn);
  turn.updateReplica(replica.name, { flights: [...replica.flights, flight], sentLsn, sentAtMs: turn.nowMs });
}

/** A replica has refused what was sent: asking again at once would bring the same answer. */
export function pauseFor(turn: Turn, name: string): void {
  turn.updateReplica(name, { flights: [], retryAtMs: turn.nowMs + turn.state.settings.retryMs.first });
}
