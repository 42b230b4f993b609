/**
 * A snapshot on its way to a replica that needs records which are no longer kept: chunk by chunk, several of them in flight, going
 * back to the one that the replica wants when something went missing. The facts are in the flights; nothing else is kept.
 */
import { fly, pauseFor } from './flight.ts';
import type { Replica } from './instance-state.ts';
import type { SnapshotDescription } from './log.ts';
import type { InstallSnapshotReply } from './message.ts';
import type { Turn } from './turn.ts';

/** The records that the replica needs are no longer kept: it gets a snapshot, and records from there on. */
export function beginTransfer(turn: Turn, name: string): void {
  const snapshot = turn.log.snapshot();
  if (snapshot === undefined) {
    turn.emit({ type: 'takeSnapshot' });
    return turn.updateReplica(name, { retryAtMs: turn.nowMs + turn.state.settings.retryMs.max });
  }
  // What is still on the way of another snapshot says nothing about this one.
  const flights = turn.replica(name)?.flights.filter((flight) => flight.chunk === undefined) ?? [];
  turn.updateReplica(name, { transfer: { snapshot, nextChunk: 0 }, flights });
}

/**
 * Sends the chunks that there is room for on the way. The replica takes them in their order, and each answer names the one that it
 * wants next, so a broken transfer goes on where it stopped.
 */
export function sendChunks(turn: Turn, first: Replica): void {
  // Records that were sent before are waited for: their answers could end this transfer.
  if (first.flights.some((flight) => flight.chunk === undefined)) return;
  let replica: Replica | undefined = first;
  while (replica?.transfer !== undefined && hasRoom(turn, replica)) {
    const { snapshot, nextChunk } = replica.transfer;
    const sent = replica.flights.at(-1)?.chunk?.number ?? -1;
    const number = Math.max(nextChunk, sent + 1);
    if (number >= snapshot.chunkCount) return;
    if (!sendChunk(turn, replica, { snapshot, number })) return beginTransfer(turn, first.name);
    replica = turn.replica(first.name);
  }
}

function hasRoom(turn: Turn, { flights, failures }: Replica): boolean {
  if (flights.length === 0) return true;
  const bytes = flights.reduce((sum, flight) => sum + (flight.chunk?.bytes ?? 0), 0);
  return failures === 0 && bytes < turn.state.settings.snapshotBytesInFlightMax;
}

/** False when a newer snapshot has taken the place of this one. */
function sendChunk(turn: Turn, replica: Replica, chunk: { snapshot: SnapshotDescription; number: number }): boolean {
  const { snapshot, number } = chunk;
  const bytes = turn.log.snapshotChunk(snapshot.id, number);
  if (bytes === undefined) return false;
  const { acknowledgedLsn, relay } = turn.state;
  const exchange = turn.askInstance(replica, {
    type: 'installSnapshot',
    snapshot,
    chunk: number,
    bytes,
    acknowledgedLsn,
    ...(relay && { main: relay.main }),
  });
  fly(turn, replica, { exchange, previousLsn: 0, throughLsn: 0, chunk: { number, bytes: bytes.length } });
  return true;
}

/** An answer to a chunk. */
export function receiveSnapshotStored(turn: Turn, name: string, exchange: number, reply: InstallSnapshotReply): void {
  const replica = turn.replica(name);
  const flight = replica?.flights.find((candidate) => candidate.exchange === exchange);
  if (replica === undefined || flight?.chunk === undefined) return;
  const flights = replica.flights.filter((candidate) => candidate !== flight);
  turn.updateReplica(name, { flights, heardAtMs: turn.nowMs, failures: 0, retryAtMs: turn.nowMs });
  if (reply.outcome === 'quarantined') {
    return turn.updateReplica(name, { diverged: true, transfer: undefined, flights: [] });
  }
  if (reply.outcome !== 'stored') return pauseFor(turn, name);
  const { transfer } = replica;
  if (transfer?.snapshot.id !== reply.snapshotId) return;
  const { nextChunk } = reply;
  if (nextChunk < transfer.snapshot.chunkCount) {
    // It wants this one or an earlier one: those in between were lost or overtaken, and those after it are not taken.
    const isGap = nextChunk <= flight.chunk.number;
    const known = isGap ? nextChunk : Math.max(nextChunk, transfer.nextChunk);
    return turn.updateReplica(name, {
      transfer: { ...transfer, nextChunk: known },
      ...(isGap && { flights: [] }),
    });
  }
  const { lsn } = transfer.snapshot.position;
  turn.updateReplica(name, {
    transfer: undefined,
    flights: [],
    damaged: false,
    storedLsn: lsn,
    sentLsn: lsn,
    toldLsn: lsn,
    progressAtMs: turn.nowMs,
  });
}
