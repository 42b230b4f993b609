/**
 * Failover: MAIN's lease has run out, the epoch is ended in the log, sealed on the members of the in-sync set, and the
 * member with the longest log becomes MAIN of the next epoch. Each step can be repeated, by another leader too.
 *
 * Why nothing acknowledged is lost: from `beginFailover` on the in-sync set stands still, so MAIN cannot let go of anybody;
 * once a member is sealed MAIN cannot get its answer; so MAIN acknowledges nothing more, and what it has acknowledged is on every
 * member. Any member that answers the seal will do; the longest log keeps most of what was not acknowledged.
 *
 * With `sync_failover_only` set to false an ASYNC instance follows MAIN when no member answers: what it does not have is given up, and the
 * assignment says so to those who have it.
 */
import { validLsn } from '../replication/assignment.ts';
import type { SealReply } from '../replication/message.ts';
import { failoverLagMax, mayGiveUp } from './cluster-settings.ts';
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
  const hasHeir = inSync.some((member) => member !== main) || stragglers(turn, database).length > 0;
  if (!hasHeir || !isDown(turn, database)) return;
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
  const { database: name, inSync } = assignment;
  const usable = inSync.flatMap((member) => {
    const answer = validAnswer(turn, database, member);
    return answer !== undefined && isUsable(turn, name, answer, status) ? [{ member, answer }] : [];
  });
  const late = mayLose(status) ? lateCandidates(turn, database, status) : [];
  const isAnswered = usable.length > 0 || late.length > 0;
  const sealedAtMs = turn.watch(name).sealedAtMs ?? (isAnswered ? turn.nowMs : undefined);
  turn.updateWatch(name, { sealedAtMs });
  for (const member of [...inSync, ...(mayLose(status) ? stragglers(turn, database) : [])]) {
    if (!turn.watch(name).sealed.has(member) && mayAsk(turn, name, member)) {
      turn.ask(assignment, member, { type: 'seal', epoch: status.toEpoch });
    }
  }
  const waited = sealedAtMs !== undefined && turn.nowMs - sealedAtMs >= turn.state.settings.sealWaitMs;
  const isMissing = (member: string) => !usable.some((candidate) => candidate.member === member);
  const isWaitedFor = (member: string) =>
    isMissing(member) && !(member === status.from && isSilent(turn, name, member));
  if (!isAnswered || (inSync.some(isWaitedFor) && !waited)) return;
  if (status.choice.type === 'nobody' || !isFenced(turn, name, status)) return;
  const [best] = usable.sort((left, right) => compareCandidates(left, right, status));
  if (best !== undefined) return complete(turn, database, { status, best, usable });
  // Everybody who has all that was acknowledged is silent. It was waited for a moment, whoever could have answered the seal.
  const [heir] = waited ? late.sort((left, right) => compareCandidates(left, right, status)) : [];
  if (heir !== undefined) complete(turn, database, { status, best: heir, usable: [] });
}

interface Candidate {
  readonly member: string;
  readonly answer: SealReply;
}

/** `usable`: the members of the set that have answered; without any, what `best` does not have is given up. */
function complete(
  turn: CoordinatorTurn,
  database: Database,
  chosen: { readonly status: FailingOver; readonly best: Candidate; readonly usable: readonly Candidate[] },
): void {
  const { database: name, cluster, instances } = database.assignment;
  const { status, best, usable } = chosen;
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
    ...(usable.length === 0 && { givenUpAfterLsn: best.answer.stored.lsn }),
  });
}

/** Whether this failover may make an ASYNC instance MAIN: not one that an operator wanted, for then nobody is in need. */
function mayLose({ choice, reason }: FailingOver): boolean {
  return choice.type === 'best' && reason === 'down';
}

/** Those who may become MAIN when nobody of the in-sync set can: ASYNC instances, if the operator wants it so. */
function stragglers(turn: CoordinatorTurn, { assignment }: Database): readonly string[] {
  if (!mayGiveUp(turn.state.cluster)) return [];
  const { instances, inSync } = assignment;
  return instances.filter(({ name, mode }) => mode === 'ASYNC' && !inSync.includes(name)).map(({ name }) => name);
}

/**
 * Of these, who has answered the seal, and is near enough to MAIN. Its log has to end in the epoch that ends: then it is a prefix of
 * MAIN's, and what is given up is what comes after it. Where a limit is set and nobody knows how far MAIN was, nobody is near enough.
 */
function lateCandidates(turn: CoordinatorTurn, database: Database, status: FailingOver): Candidate[] {
  const { database: name, epoch } = database.assignment;
  const lagMax = failoverLagMax(turn.state.cluster);
  const { report } = turn.health(name, status.from);
  const mainLsn = report?.role === 'main' && report.epoch === epoch ? report.stored.lsn : undefined;
  return stragglers(turn, database).flatMap((member) => {
    const answer = validAnswer(turn, database, member);
    if (answer === undefined || !answer.eligible || answer.epoch !== status.toEpoch) return [];
    const isPrefix = answer.stored.epoch === epoch;
    const isNear = mainLsn === undefined ? lagMax === Number.POSITIVE_INFINITY : mainLsn - answer.stored.lsn <= lagMax;
    return isPrefix && isNear ? [{ member, answer }] : [];
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
function compareCandidates(left: Candidate, right: Candidate, { from, choice }: FailingOver): number {
  const isNamed = (member: string) => Number(choice.type === 'instance' && choice.name === member);
  return (
    isNamed(right.member) - isNamed(left.member) ||
    right.answer.stored.epoch - left.answer.stored.epoch ||
    right.answer.stored.lsn - left.answer.stored.lsn ||
    Number(left.member === from) - Number(right.member === from) ||
    (left.member < right.member ? -1 : 1)
  );
}
