/**
 * The state of one member, and what comes back after a restart. Term, vote, log and snapshot are in storage before any
 * message that rests on them leaves; everything else is memory, and may be lost at any moment.
 */
import { assert } from '../assert.ts';
import { checkVersion, VERSION, VERSION_MIN, VERSION_UNTOLD } from '../version.ts';
import { configurationIn, type Membership, membershipOf } from './configuration.ts';
import {
  type Entry,
  type Member,
  type MemberId,
  type RaftMessage,
  type Snapshot,
  versionOfEntry,
  versionOfSnapshot,
} from './message.ts';
import { DEFAULT_RAFT_OPTIONS, type RaftOptions } from './options.ts';

export interface RaftConfiguration {
  readonly self: MemberId;
  /** Those that the group began with, the same on every member. `self` is not among them when it was added later. */
  readonly members: readonly Member[];
  readonly options?: Partial<RaftOptions>;
  /** The newest version that it understands. Absent: this build's. */
  readonly newest?: number;
}

/** What storage holds of a member. A member that never stored anything: term 0, no vote, no entries, no snapshot. */
export interface PersistedState {
  readonly term: number;
  readonly votedFor: MemberId | undefined;
  /** Entries after the snapshot, in order, without gaps. */
  readonly entries: readonly Entry[];
  readonly snapshot: Snapshot | undefined;
}

/** What a leader knows of another member. */
export interface Peer {
  readonly nextIndex: number;
  readonly matchIndex: number;
  /** The leader's round when it learned that: whoever lacks some of it in answer to a later one has lost it. */
  readonly matchRound: number;
  /** Newest round that it answered, and when the leader had sent that round. */
  readonly answeredRound: number;
  readonly answeredSentAtMs: number;
  /** The round of catching up that a learner is in: how far the log reached when it began, and when that was. */
  readonly catchingUp: { readonly throughIndex: number; readonly sinceMs: number };
}

/** A read that waits until the leadership is confirmed by `round`, and until `index` is committed. */
export interface PendingRead {
  readonly id: string;
  readonly index: number;
  readonly round: number;
}

/** Where a log ends. */
export interface LogEnd {
  readonly lastIndex: number;
  readonly lastTerm: number;
}

/** What a member that came back from storage has been told until now. */
export interface Introduction {
  /** By member: where its log ends, and the newest term, if it stood for election in it. */
  readonly heard: ReadonlyMap<MemberId, LogEnd & { readonly stood: number | undefined }>;
  /** When those that have not answered are asked again, and when they are waited for no more. +Infinity until the first event. */
  readonly askAtMs: number;
  readonly untilMs: number;
  /** The newest message that has to wait. */
  readonly held: RaftMessage | undefined;
}

export type Role = 'follower' | 'preCandidate' | 'candidate' | 'leader';

export interface RaftState extends PersistedState, Membership {
  readonly self: MemberId;
  readonly initialMembers: readonly Member[];
  readonly options: RaftOptions;
  /** The newest version that this member understands, and those that the others have told of themselves. */
  readonly newest: number;
  readonly told: ReadonlyMap<MemberId, number>;

  readonly role: Role;
  readonly leader: MemberId | undefined;
  readonly commitIndex: number;
  /** Members that granted the vote (or the pre-vote) asked for now. A set by name: a repeated answer counts once. */
  readonly votes: readonly MemberId[];
  /** False while the group is silent, and after a restart until the first event. No timers run then. */
  readonly awake: boolean;

  /** Follower and candidates: when to stand for election. */
  readonly electionDueAtMs: number;
  /** Until when this member refuses pre-votes because it believes in its leader; -Infinity after a restart. */
  readonly leaderTrustedUntilMs: number;

  /**
   * When this member last heard a leader, or led itself: whom it confirmed later it would know. +Infinity after a restart,
   * until the first event says what time it is: it may have heard one until then.
   */
  readonly leaderHeardAtMs: number;
  /** Candidate and leader: no leader before this one was confirmed by a majority after this moment of this member's clock. */
  readonly lastLeaderAtMs: number;

  /**
   * When this member last wrote to storage; -Infinity after a restart. What it says from then on leaves when that is confirmed, and so only if
   * storage was its own then: an object that another one has replaced goes on from memory, and does not know it.
   */
  readonly storedAtMs: number;

  /** Undefined when the member takes part. After a restart it first learns where the others stand. */
  readonly introduction: Introduction | undefined;
  /** What some other member's log held at the last restart: this one votes for none that is behind it. Undefined: it held that itself. */
  readonly floor: { readonly end: LogEnd; readonly untilMs: number } | undefined;

  /** Leader only. Those whom a configuration that is not committed leaves out are among them until it is. */
  readonly peers: ReadonlyMap<MemberId, Peer>;
  readonly round: number;
  readonly heartbeatDueAtMs: number;
  /** When the leadership (or its waking) began: silence before that is not held against the peers. */
  readonly leadingSinceMs: number;
  readonly pendingReads: readonly PendingRead[];
  /** Another member is to lead instead: no command is taken until it does, or until this moment. */
  readonly transfer: { readonly to: MemberId; readonly untilMs: number } | undefined;
  /** A snapshot at this index has been asked for; 0 when none is. */
  readonly snapshotAskedAtIndex: number;
}

const UNKNOWN: Introduction = {
  heard: new Map(),
  askAtMs: Number.POSITIVE_INFINITY,
  untilMs: Number.POSITIVE_INFINITY,
  held: undefined,
};

/** A member as it comes back from storage: a follower that knows no leader, and that nothing has woken yet. */
export function restore(configuration: RaftConfiguration, persisted: PersistedState): RaftState {
  const { self, members, newest = VERSION } = configuration;
  assert(new Set(members.map(({ id }) => id)).size === members.length, 'a member is named twice');
  checkVersion('the coordinators’ log', versionOfLog(persisted), newest);
  const first = (persisted.snapshot?.index ?? 0) + 1;
  assert(
    persisted.entries.every((entry, position) => entry.index === first + position),
    'the stored Raft log has a gap',
  );
  const options = { ...DEFAULT_RAFT_OPTIONS, ...configuration.options };
  const membership = membershipOf(self, configurationIn({ ...persisted, initialMembers: members }));
  const isAlone = membership.voters.every((voter) => voter === self);
  return {
    ...persisted,
    ...membership,
    self,
    initialMembers: members,
    options,
    newest,
    told: new Map(),
    role: 'follower',
    leader: undefined,
    commitIndex: persisted.snapshot?.index ?? 0,
    votes: [],
    awake: false,
    electionDueAtMs: Number.POSITIVE_INFINITY,
    leaderTrustedUntilMs: Number.NEGATIVE_INFINITY,
    leaderHeardAtMs: Number.POSITIVE_INFINITY,
    lastLeaderAtMs: Number.POSITIVE_INFINITY,
    storedAtMs: Number.NEGATIVE_INFINITY,
    introduction: isAlone || options.introductionMs === 0 ? undefined : UNKNOWN,
    floor: undefined,
    peers: new Map(),
    round: 0,
    heartbeatDueAtMs: Number.POSITIVE_INFINITY,
    leadingSinceMs: Number.NEGATIVE_INFINITY,
    pendingReads: [],
    transfer: undefined,
    snapshotAskedAtIndex: 0,
  };
}

/** A member that has never stored anything. */
export function initialState(configuration: RaftConfiguration): RaftState {
  return restore(configuration, { term: 0, votedFor: undefined, entries: [], snapshot: undefined });
}

/** The oldest version that understands all of a log. */
export function versionOfLog({ entries, snapshot }: PersistedState): number {
  const needed = entries.map(versionOfEntry);
  return Math.max(VERSION_MIN, ...needed, snapshot === undefined ? VERSION_MIN : versionOfSnapshot(snapshot));
}

/** Which other members are not known to understand a version: they have not said so since this one began, or said otherwise last. */
export function membersBelow({ others, told }: RaftState, version: number): readonly MemberId[] {
  return others.filter((other) => (told.get(other) ?? VERSION_UNTOLD) < version);
}

/** Votes, answers or copies that make a majority of the voters. */
export function quorumOf(state: Membership): number {
  return Math.floor(state.voters.length / 2) + 1;
}

/** Those whose votes count, without this member. */
export function othersVoting({ voters, self }: RaftState): readonly MemberId[] {
  return voters.filter((voter) => voter !== self);
}

/** Whether this member counts in majorities, and may stand for election. Who does not yet, or no longer, keeps no time either. */
export function isVoter(state: RaftState): boolean {
  return state.voters.includes(state.self);
}

/** The highest value that a majority of the voters has reached: the leader its `own`, every other one what `of` tells of it. */
export function reachedByQuorum(state: RaftState, own: number, of: (peer: Peer) => number): number {
  const reached = state.voters.map((voter) => {
    const peer = state.peers.get(voter);
    if (voter === state.self) return own;
    return peer === undefined ? Number.NEGATIVE_INFINITY : of(peer);
  });
  return reached.sort((a, b) => b - a)[quorumOf(state) - 1] ?? Number.NEGATIVE_INFINITY;
}

/** Index of the newest entry in the log, stored or compacted; 0 when there is none. */
export function lastIndexOf(state: PersistedState): number {
  return (state.snapshot?.index ?? 0) + state.entries.length;
}

/** Term of the entry at `index`; 0 for index 0, undefined when it lies before the snapshot or past the end. */
export function termAt(state: PersistedState, index: number): number | undefined {
  const snapshotIndex = state.snapshot?.index ?? 0;
  if (index === snapshotIndex) return state.snapshot?.term ?? 0;
  return index > snapshotIndex ? state.entries[index - snapshotIndex - 1]?.term : undefined;
}

/** Term of the newest entry; 0 when there is none. */
export function lastTermOf(state: PersistedState): number {
  return state.entries.at(-1)?.term ?? state.snapshot?.term ?? 0;
}

/** Where the member's own log ends. */
export function endOf(state: PersistedState): LogEnd {
  return { lastIndex: lastIndexOf(state), lastTerm: lastTermOf(state) };
}

/** §5.4.1: the log whose last entry has the later term is newer; in the same term the longer one is. */
export function isNewerLog(log: LogEnd, other: LogEnd): boolean {
  return log.lastTerm > other.lastTerm || (log.lastTerm === other.lastTerm && log.lastIndex > other.lastIndex);
}

/** Whether a log holds at least what this member's does, and what that may have held before its last restart. */
export function isUpToDate({ state, nowMs }: { state: RaftState; nowMs: number }, log: LogEnd): boolean {
  const { floor } = state;
  if (floor !== undefined && nowMs < floor.untilMs && isNewerLog(floor.end, log)) return false;
  return !isNewerLog(endOf(state), log);
}

/**
 * When a quorum last confirmed this leader, in milliseconds of its own clock: the newest time such that a majority has
 * answered something it sent at or after it. -Infinity on whoever does not lead.
 */
export function quorumConfirmedAtMs(state: RaftState): number {
  if (state.role !== 'leader') return Number.NEGATIVE_INFINITY;
  return reachedByQuorum(state, Number.POSITIVE_INFINITY, (peer) => peer.answeredSentAtMs);
}

/**
 * The same, where the leader counts itself only up to its last write: an object that has replaced it may have voted for another one since. So one
 * of that majority is among the voters of every later leader, and tells how long ago it heard this one: `lastLeaderAtMs` there is
 * never before this moment.
 */
export function quorumHeldAtMs(state: RaftState): number {
  if (state.role !== 'leader') return Number.NEGATIVE_INFINITY;
  return reachedByQuorum(state, state.storedAtMs, (peer) => peer.answeredSentAtMs);
}

/** Whether this leader has committed an entry of its own term, and so has applied everything committed before it. */
export function isEstablishedLeader(state: RaftState): boolean {
  return state.role === 'leader' && termAt(state, state.commitIndex) === state.term;
}

/** Whether this member leads, or believes in a leader: it has heard it lately, or the group is silent. */
export function believesInLeader(state: RaftState, nowMs: number): boolean {
  const { role, leader, awake, leaderTrustedUntilMs } = state;
  return role === 'leader' || (leader !== undefined && (!awake || nowMs < leaderTrustedUntilMs));
}

/** When the member next wants a `tick`, in milliseconds; undefined while it sleeps. */
export function dueAtMs(state: RaftState): number | undefined {
  const { introduction } = state;
  const timer = timerAtMs(state);
  if (introduction === undefined || introduction.askAtMs === Number.POSITIVE_INFINITY) return timer;
  return Math.min(introduction.askAtMs, timer ?? Number.POSITIVE_INFINITY);
}

/** When its own timer runs out: the heartbeat of a leader, the election timeout of the others. */
export function timerAtMs(state: RaftState): number | undefined {
  if (!state.awake) return undefined;
  if (state.role === 'leader') return state.heartbeatDueAtMs;
  return isVoter(state) ? state.electionDueAtMs : undefined;
}
