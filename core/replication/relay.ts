/**
 * Chaining: a REPLICA feeds ASYNC ones, so that MAIN does not pay for each region. MAIN names them in its messages and hears in the answers how
 * far they are; whom its upstream does not reach, or who is not spoken of, MAIN feeds itself. Both may come at once: within an
 * epoch there is one history, whoever brings it. The coordinators have no part in it.
 */
import type { Relay, Replica } from './instance-state.ts';
import type { AppendReply, Envelope, RelayedReport, RelayTarget } from './message.ts';
import { newReplica } from './role.ts';
import { feed } from './stream.ts';
import type { Turn } from './turn.ts';
import { noteTold, toldBy } from './version-need.ts';

// ── MAIN ──

/** Whom this replica is to feed. */
export function relayTargets(turn: Turn, upstream: string): readonly RelayTarget[] {
  return turn.main.replicas
    .filter((replica) => replica.upstream === upstream)
    .map(({ name, region }) => ({ name, region }));
}

/** Whether another one of the replicas feeds this one, and MAIN need not. */
export function isRelayed(replicas: readonly Replica[], replica: Replica): boolean {
  if (!replica.relayed) return false;
  const upstream = replicas.find(({ name }) => name === replica.upstream);
  if (upstream === undefined || upstream.failures > 0 || upstream.transfer !== undefined) return false;
  return !upstream.lost && !upstream.diverged && !upstream.damaged;
}

/** What a replica tells of those that it feeds. */
export function noteRelayed(turn: Turn, upstream: string, { relayed = [] }: AppendReply): void {
  for (const replica of turn.main.replicas) {
    if (replica.upstream !== upstream) continue;
    const report = relayed.find(({ name, reached }) => reached && name === replica.name);
    if (report !== undefined) {
      turn.updateReplica(replica.name, relayedAt(turn, report));
      noteTold(turn, report.name, report.newest);
    } else if (replica.relayed) turn.updateReplica(replica.name, { relayed: false, retryAtMs: turn.nowMs });
  }
}

function relayedAt(turn: Turn, { storedLsn, toldLsn }: RelayedReport): Partial<Replica> {
  const heard = { heardAtMs: turn.nowMs, failures: 0, diverged: false, damaged: false };
  return { ...heard, relayed: true, storedLsn, sentLsn: storedLsn, toldLsn, flights: [], transfer: undefined };
}

// ── REPLICA ──

/** MAIN says whom to feed. Nobody is fed before the log is MAIN's to the end: before that, an old tail may stand there. */
export function noteRelayTargets(turn: Turn, envelope: Envelope, targets: readonly RelayTarget[] = []): void {
  const { relay, stored, epoch } = turn.state;
  if (targets.length === 0 || stored.epoch !== epoch) {
    if (relay !== undefined) turn.update({ relay: undefined });
    return;
  }
  // Nothing is acknowledged here, so nobody is waited for, whatever an old assignment says of the in-sync set.
  const fresh = (target: RelayTarget) => ({ ...newReplica(turn, { ...target, mode: 'ASYNC' }), awaited: false });
  const replicas = targets.map((target) => turn.replica(target.name) ?? fresh(target));
  turn.update({ relay: { main: envelope.from.name, heardAtMs: turn.nowMs, replicas } });
}

/** The replicas that this one feeds now. */
function relayOf(turn: Turn): Relay | undefined {
  const { role, epoch, sealedEpoch, relay } = turn.state;
  return role === 'replica' && sealedEpoch < epoch ? relay : undefined;
}

/** Sends on what is due; called after each event, as REPLICA. */
export function relay(turn: Turn): void {
  for (const { name } of relayOf(turn)?.replicas ?? []) feed(turn, name);
}

/** What MAIN is told of those that are fed. */
export function relayedReports(turn: Turn): readonly RelayedReport[] {
  return (relayOf(turn)?.replicas ?? []).map(({ name, storedLsn, toldLsn, heardAtMs, failures, diverged }) => ({
    name,
    newest: toldBy(turn.state, name),
    storedLsn,
    toldLsn,
    reached: heardAtMs !== undefined && failures === 0 && !diverged,
  }));
}

/**
 * When something will be due though MAIN says nothing more, in milliseconds: an answer that does not come, or one more attempt at
 * a replica that is not level. MAIN's own heartbeats bring those of the others about.
 */
export function relayDueAtMs(turn: Turn): number | undefined {
  const relayed = relayOf(turn);
  if (relayed === undefined) return undefined;
  const { settings, stored, acknowledgedLsn } = turn.state;
  const isGivenUp = turn.nowMs >= relayed.heardAtMs + settings.giveUpMs;
  const due = relayed.replicas.flatMap(({ flights, storedLsn, toldLsn, diverged, retryAtMs }) => {
    const [oldest] = flights;
    if (oldest !== undefined) return [oldest.sentAtMs + settings.exchangeTimeoutMs];
    const isLevel = storedLsn === stored.lsn && toldLsn === acknowledgedLsn;
    return isLevel || diverged || isGivenUp ? [] : [retryAtMs];
  });
  const later = due.filter((atMs) => atMs > turn.nowMs);
  return later.length === 0 ? undefined : Math.min(...later);
}
