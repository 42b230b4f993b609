/**
 * Failover: MAIN's lease has run out, the epoch is ended in the log, sealed on the members of the in-sync set, and the
 * member with the longest log becomes MAIN of the next epoch. Each step can be repeated, by another leader too.
 *
 * Why nothing acknowledged is lost: from `beginFailover` on the in-sync set stands still, so MAIN cannot let go of anybody;
 * once a member is sealed MAIN cannot get its answer; so MAIN acknowledges nothing more, and what it has acknowledged is on every
 * member. Any member that answers the seal will do; the longest log keeps most of what was not acknowledged.
 */
import { validLsn } from '../replication/assignment.ts';
import type { SealReply } from '../replication/message.ts';
import type { Database, DatabaseStatus, Loss } from './cluster-state.ts';
import { mayAsk } from './health.ts';
import type { CoordinatorTurn } from './turn.ts';

type FailingOver = Extract<DatabaseStatus, { type: 'failingOver' }>;

/** Failed probes after which a MAIN that was reported counts as down. */
const FAILED_PROBES_MAX = 2;

/** Begins a failover when MAIN is down and somebody could take its place. Probes a MAIN that was reported. */
export function beginFailoverIfDown(turn: CoordinatorTurn, database: Database): void {
  const { database: name, cluster, main, inSync, epoch } = database.assignment;
  const { suspectedAtMs } = turn.watch(name);
  if (suspectedAtMs !== undefined && mayAsk(turn, name, main)) turn.ask(database.assignment, main, { type: 'probe' });
  // With nobody else in the set, only MAIN itself could be the next one: it is waited for.
  if (!inSync.some((member) => member !== main) || !isDown(turn, database)) return;
  turn.decide({
    type: 'beginFailover',
    database: name,
    cluster,
    epoch,
    toEpoch: epoch + 1,
    choice: { type: 'best' },
    reason: 'down',
    atMs: turn.nowMs,
  });
}

function isDown(turn: CoordinatorTurn, database: Database): boolean {
  const { assignment, told } = database;
  const { database: name, main } = assignment;
  const { leaseMs, suspectMs } = turn.state.settings;
  const { active, suspectedAtMs, leaseUntilMs, refused } = turn.watch(name);
  if (turn.nowMs < leaseUntilMs) return false;
  const { heardAtMs, report, failures, failingSinceMs } = turn.health(name, main);
  const answeredLately = heardAtMs !== undefined && turn.nowMs - heardAtMs < leaseMs;
  if (answeredLately && failures === 0) {
    // It is there, but it is not MAIN: it is in quarantine, has lost its storage, or has seen a higher epoch.
    return refused || (told.includes(main) && report !== undefined && report.role !== 'main');
  }
  if (active && !answeredLately) return true;
  if (suspectedAtMs === undefined || failures < FAILED_PROBES_MAX) return false;
  // A leader that is new has perhaps asked it before anybody complained.
  return turn.nowMs - Math.min(suspectedAtMs, failingSinceMs ?? suspectedAtMs) >= suspectMs;
}

/** Seals, and chooses when enough members have answered. */
export function goOnFailingOver(turn: CoordinatorTurn, database: Database, status: FailingOver): void {
  const { assignment } = database;
  const { database: name, cluster, inSync, instances } = assignment;
  const usable = inSync.flatMap((member) => {
    const answer = validAnswer(turn, database, member);
    return answer !== undefined && isUsable(turn, name, answer, status) ? [{ member, answer }] : [];
  });
  const { sealWaitMs } = turn.state.settings;
  const sealedAtMs = turn.watch(name).sealedAtMs ?? (usable.length > 0 ? turn.nowMs : undefined);
  turn.updateWatch(name, { sealedAtMs });
  for (const member of inSync) {
    if (!turn.watch(name).sealed.has(member) && mayAsk(turn, name, member)) {
      turn.ask(assignment, member, { type: 'seal', epoch: status.toEpoch });
    }
  }
  const waited = sealedAtMs !== undefined && turn.nowMs - sealedAtMs >= sealWaitMs;
  const [best] = usable.sort((left, right) => compareCandidates(left, right, status));
  const isMissing = (member: string) => !usable.some((candidate) => candidate.member === member);
  const isWaitedFor = (member: string) =>
    isMissing(member) && !(member === status.from && isSilent(turn, name, member));
  if (best === undefined || (inSync.some(isWaitedFor) && !waited)) return;
  if (status.choice.type === 'nobody' || !isFenced(turn, name, status)) return;
  // A member that follows asynchronously may have been MAIN; as a replica nobody waits for it.
  const staying = usable.filter(
    ({ member }) => instances.find((instance) => instance.name === member)?.mode !== 'ASYNC' || member === best.member,
  );
  turn.decide({
    type: 'completeFailover',
    database: name,
    cluster,
    epoch: status.toEpoch,
    main: best.member,
    inSync: staying.map(({ member }) => member),
    atMs: turn.nowMs,
    lost: lossBy(turn, database, { status, chosen: best.answer }),
  });
}

/** Whoever has not answered for a lease will hardly answer the seal, and everybody would wait for it. */
function isSilent(turn: CoordinatorTurn, database: string, member: string): boolean {
  const { heardAtMs = Number.NEGATIVE_INFINITY, failures } = turn.health(database, member);
  return failures > 0 && turn.nowMs - heardAtMs >= turn.state.settings.leaseMs;
}

/**
 * MAIN of the epoch that ends says nothing more under its lease: it has been told, or the lease has run out. One that was down
 * had none when the failover was proposed, but may have come back and got one before that was committed.
 */
function isFenced(turn: CoordinatorTurn, database: string, { from, toEpoch }: FailingOver): boolean {
  const { sealed, leaseUntilMs } = turn.watch(database);
  return turn.nowMs >= leaseUntilMs || sealed.get(from)?.epoch === toEpoch;
}

/** What MAIN wrote beyond the log that goes on: at least what it had reported, at most what it answers to the seal. */
function lossBy(
  turn: CoordinatorTurn,
  database: Database,
  { status, chosen }: { readonly status: FailingOver; readonly chosen: SealReply },
): Loss {
  const answer = validAnswer(turn, database, status.from);
  const reported = turn.health(database.assignment.database, status.from).report;
  const beyond = (lsn: number) => Math.max(0, lsn - chosen.stored.lsn);
  if (answer !== undefined) return { atLeast: beyond(answer.stored.lsn), atMost: beyond(answer.stored.lsn) };
  return { atLeast: reported?.role === 'main' ? beyond(reported.stored.lsn) : 0, atMost: null };
}

/** What a member has answered to the seal, without what was aborted: it will be cut off, should the member become MAIN. */
function validAnswer(turn: CoordinatorTurn, { assignment }: Database, member: string): SealReply | undefined {
  const answer = turn.watch(assignment.database).sealed.get(member);
  if (answer === undefined) return undefined;
  return { ...answer, stored: { ...answer.stored, lsn: validLsn(assignment, answer.stored) } };
}

/** A member whose log ends before what MAIN is known to have acknowledged has lost its end. */
function isUsable(turn: CoordinatorTurn, database: string, answer: SealReply, status: FailingOver): boolean {
  const { acknowledgedLsn } = turn.watch(database);
  return answer.eligible && answer.epoch === status.toEpoch && answer.stored.lsn >= acknowledgedLsn;
}

/** Whom an operator named; then the longest log; of equal ones not the MAIN that was given up, then by name. */
function compareCandidates(
  left: { readonly member: string; readonly answer: SealReply },
  right: { readonly member: string; readonly answer: SealReply },
  { from, choice }: FailingOver,
): number {
  const isNamed = (member: string) => Number(choice.type === 'instance' && choice.name === member);
  return (
    isNamed(right.member) - isNamed(left.member) ||
    right.answer.stored.epoch - left.answer.stored.epoch ||
    right.answer.stored.lsn - left.answer.stored.lsn ||
    Number(left.member === from) - Number(right.member === from) ||
    (left.member < right.member ? -1 : 1)
  );
}
