/**
 * What members of a Raft group say to each other. Every message carries the sender's term and the version of this
 * protocol; all of them may be lost, repeated or overtaken. The host carries them as they are: plain data and bytes.
 */

/** Version that this code speaks. During a roll-out old and new code talk for minutes, so one version less is understood. */
export const RAFT_PROTOCOL_VERSION = 1;
export const RAFT_PROTOCOL_VERSION_MIN = 1;

/** Name of a member, the same on every member; for coordinators the object's name. */
export type MemberId = string;

/** One entry of the log. `index` counts from 1 without gaps. A `command` of null is the no-op that opens a term. */
export interface Entry {
  readonly index: number;
  readonly term: number;
  readonly command: Uint8Array | null;
}

/** The state machine's state after the entry at `index`, as its owner encoded it. */
export interface Snapshot {
  readonly index: number;
  readonly term: number;
  readonly data: Uint8Array;
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
  readonly protocolVersion: number;
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
