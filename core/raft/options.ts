/** Times and bounds of a group. Tests scale the times; the bounds keep every message and queue finite. */

/**
 * How long a follower waits without a heartbeat before it stands for election, in milliseconds. Each member draws its
 * own from this range, so that votes rarely split. Raft §5.2 suggests 150–300; members here lie continents apart.
 */
export const ELECTION_TIMEOUT_MS = { min: 1_500, max: 3_000 } as const;

/** How often a leader beats, in milliseconds: three beats fit the shortest election timeout, so that one may get lost. */
export const HEARTBEAT_MS = 500;

/**
 * How long a member that was roused waits for its silent leader, in milliseconds. Longer than the slowest round trip
 * between regions (about 300), much shorter than an election timeout, because a request is waiting.
 */
export const ROUSE_TIMEOUT_MS = 600;

/**
 * A member that wakes and knows no leader stands for election within this many milliseconds. Nobody's heartbeat is due
 * in a sleeping group, so there is nothing to wait for; the jitter keeps members that wake together from splitting votes.
 */
export const WAKE_JITTER_MS = 150;

/**
 * How long a member that came back from storage waits for the others to say where they stand, in milliseconds: longer than the slowest
 * round trip, as above.
 */
export const INTRODUCTION_MS = 600;

/** Applied entries kept in the log before a snapshot is asked for. A group's log is thus a few hundred KB at most. */
export const COMPACT_AFTER_ENTRIES = 1_000;

/** Entries and bytes of commands in one AppendEntries; far below the 32 MiB that one call between objects may carry. */
export const APPEND_ENTRIES_MAX = 256;
export const APPEND_BYTES_MAX = 512 * 1024;

/** Entries a leader holds that a quorum has not stored; more proposals are refused. */
export const UNCOMMITTED_ENTRIES_MAX = 1_000;

/** Reads that wait for a round; more are refused. */
export const PENDING_READS_MAX = 1_000;

export interface RaftOptions {
  readonly electionTimeoutMs: { readonly min: number; readonly max: number };
  readonly heartbeatMs: number;
  readonly rouseTimeoutMs: number;
  readonly wakeJitterMs: number;
  /** 0: it takes storage for what it was. */
  readonly introductionMs: number;
  readonly compactAfterEntries: number;
  readonly appendEntriesMax: number;
  readonly appendBytesMax: number;
  readonly uncommittedEntriesMax: number;
  readonly pendingReadsMax: number;
}

export const DEFAULT_RAFT_OPTIONS: RaftOptions = {
  electionTimeoutMs: ELECTION_TIMEOUT_MS,
  heartbeatMs: HEARTBEAT_MS,
  rouseTimeoutMs: ROUSE_TIMEOUT_MS,
  wakeJitterMs: WAKE_JITTER_MS,
  introductionMs: INTRODUCTION_MS,
  compactAfterEntries: COMPACT_AFTER_ENTRIES,
  appendEntriesMax: APPEND_ENTRIES_MAX,
  appendBytesMax: APPEND_BYTES_MAX,
  uncommittedEntriesMax: UNCOMMITTED_ENTRIES_MAX,
  pendingReadsMax: PENDING_READS_MAX,
};
