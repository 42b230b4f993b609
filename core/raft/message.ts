/**
 * What members of a Raft group say to each other. Every message carries the sender's term and the version that it needs
 * (core/version.ts); all of them may be lost, repeated or overtaken. The host carries them as they are: plain data and bytes.
 */
import { VERSION_MIN } from '../version.ts';

/** Name of a member, the same on every member; for coordinators the object's name. */
export type MemberId = string;

/** Somebody who belongs to the group. Raft looks at `id` and `votes`; the rest is for whoever has to find the member, or shows it. */
export interface Member {
  readonly id: MemberId;
  /** False: a learner (thesis §4.2.1), which is sent the log and counts in no majority. */
  readonly votes: boolean;
  /** A Durable Object location hint. */
  readonly region: string;
  readonly servers?: MemberServers;
}

/** Addresses that are kept and shown, and nothing more: members are found by name. */
export interface MemberServers {
  readonly bolt_server: string;
  readonly coordinator_server: string;
  readonly management_server: string;
}

export interface Group {
  readonly members: readonly Member[];
  /**
   * Names that are not given again, oldest first. An object under such a name may have lost what it had promised, where another
   * region's process takes its place: it would vote a second time in a term.
   */
  readonly removed: readonly MemberId[];
}

/** The group as the entry at `index` of `term` has made it. Both are 0 while it is as it began. */
export interface Configuration extends Group {
  readonly index: number;
  readonly term: number;
}

/**
 * One entry of the log. `index` counts from 1 without gaps. A `command` of null is the no-op that opens a term, or a configuration:
 * `group` is then what holds from this entry on.
 */
export interface Entry {
  readonly index: number;
  readonly term: number;
  readonly command: Uint8Array | null;
  readonly group?: Group;
  /** The oldest version that understands the command, where that is not the oldest there is. */
  readonly version?: number;
}

/** The state machine's state after the entry at `index`, as its owner encoded it. */
export interface Snapshot {
  readonly index: number;
  readonly term: number;
  readonly data: Uint8Array;
  /** The oldest version that understands the data, where that is not the oldest there is. */
  readonly version?: number;
  /** The newest configuration up to `index`. Absent while the group is as it began. */
  readonly configuration?: Configuration;
}

/**
 * Names the round in which a leader sent a message; the answer returns it. `number` tells which reads it confirms (the
 * clock may stand still between two rounds), `sentAtMs` is the leader's own clock, so that no two clocks are compared.
 */
export interface Round {
  readonly number: number;
  readonly sentAtMs: number;
}

interface Envelope {
  /** The oldest version that has the means to say this. */
  readonly protocolVersion: number;
  /** The newest version that the sender understands. Absent in the messages of builds of version 1. */
  readonly newest?: number;
  readonly from: MemberId;
  readonly term: number;
}

/** Asks whether a vote in `term + 1` would be granted; changes nothing (thesis §9.6). `term` is the sender's own. */
export interface PreVote extends Envelope {
  readonly type: 'preVote';
  readonly lastIndex: number;
  readonly lastTerm: number;
}

/** `askedInTerm` is the term of the question, so that a late answer is not counted in a later one. */
export interface PreVoteAnswer extends Envelope {
  readonly type: 'preVoteAnswer';
  readonly askedInTerm: number;
  readonly granted: boolean;
}

/** §5.2: asks for the vote in `term`. */
export interface RequestVote extends Envelope {
  readonly type: 'requestVote';
  readonly lastIndex: number;
  readonly lastTerm: number;
}

export interface RequestVoteAnswer extends Envelope {
  readonly type: 'requestVoteAnswer';
  readonly granted: boolean;
  /**
   * How long ago the voter last heard a leader, or led itself, in milliseconds. A duration, so that no two clocks are compared.
   * Absent in the answers of older code, which may have heard one just now.
   */
  readonly leaderSilentMs?: number;
}

/** §5.3: entries that follow (`previousIndex`, `previousTerm`); without entries it is a heartbeat. */
export interface AppendEntries extends Envelope {
  readonly type: 'appendEntries';
  readonly previousIndex: number;
  readonly previousTerm: number;
  readonly entries: readonly Entry[];
  readonly commitIndex: number;
  readonly round: Round;
}

/** §5.3, with the hint that lets a leader skip a whole term of conflicting entries at once. */
export interface AppendEntriesAnswer extends Envelope {
  readonly type: 'appendEntriesAnswer';
  readonly round: Round;
  readonly outcome:
    | { readonly type: 'stored'; readonly matchIndex: number }
    /** `term` is 0 when the log ends before `previousIndex`; `index` is then the first missing one. */
    | { readonly type: 'conflict'; readonly index: number; readonly term: number };
}

/** §7: the state for a follower whose next entries were compacted away. In one piece: a group's state is small. */
export interface InstallSnapshot extends Envelope {
  readonly type: 'installSnapshot';
  readonly snapshot: Snapshot;
  readonly round: Round;
}

export interface InstallSnapshotAnswer extends Envelope {
  readonly type: 'installSnapshotAnswer';
  readonly matchIndex: number;
  readonly round: Round;
}

/** The leader falls silent: whoever holds exactly this log, all of it committed, stops its timers and keeps the leader. */
export interface Rest extends Envelope {
  readonly type: 'rest';
  readonly lastIndex: number;
  readonly lastTerm: number;
}

/** Asks a leader that fell silent to beat again, and tells the others that somebody did. */
export interface Rouse extends Envelope {
  readonly type: 'rouse';
}

/** Thesis §3.10: stand for election now. The leader yields, and the receiver holds its whole log. */
export interface TimeoutNow extends Envelope {
  readonly type: 'timeoutNow';
}

/** A member has come back from storage, and asks where the others stand. */
export interface Greet extends Envelope {
  readonly type: 'greet';
}

/** Where a member stands: its vote in `term`, and the end of its log. */
export interface Greeting extends Envelope {
  readonly type: 'greeting';
  readonly votedFor: MemberId | undefined;
  readonly lastIndex: number;
  readonly lastTerm: number;
}

/** Configurations came with this version; to code from before they are no-ops. */
const VERSION_OF_GROUPS = 2;

/** The oldest version that tells all that a message says. */
export function versionOf(message: {
  readonly type: RaftMessage['type'];
  readonly entries?: readonly Entry[];
  readonly snapshot?: Snapshot;
}): number {
  const { type, entries = [], snapshot } = message;
  const needed = entries.map(versionOfEntry);
  if (snapshot !== undefined) needed.push(versionOfSnapshot(snapshot));
  if (type === 'greet' || type === 'greeting') needed.push(VERSION_OF_GROUPS);
  return Math.max(VERSION_MIN, ...needed);
}

/** The oldest version that understands an entry. */
export function versionOfEntry({ group, version = VERSION_MIN }: Entry): number {
  return group === undefined ? version : VERSION_OF_GROUPS;
}

/** The oldest version that understands a snapshot. */
export function versionOfSnapshot({ configuration, version = VERSION_MIN }: Snapshot): number {
  return configuration === undefined ? version : Math.max(version, VERSION_OF_GROUPS);
}

export type RaftMessage =
  | PreVote
  | PreVoteAnswer
  | RequestVote
  | RequestVoteAnswer
  | AppendEntries
  | AppendEntriesAnswer
  | InstallSnapshot
  | InstallSnapshotAnswer
  | Rest
  | Rouse
  | TimeoutNow
  | Greet
  | Greeting;
