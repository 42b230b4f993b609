/** Times and bounds of replication. Tests and simulations scale them; the bounds keep every message and queue finite. */
export interface ReplicationSettings {
  /** An in-sync replica that makes no progress for this long while a commit waits for it is removed from the set. */
  readonly replicaTimeoutMs: number;
  /** MAIN renews its lease this often while it is needed: Memgraph's instance_health_check_frequency_sec. */
  readonly renewEveryMs: number;
  /** A replica with nothing to store hears from MAIN this often while the database is in use. */
  readonly heartbeatMs: number;
  /** A request without an answer for this long counts as unreachable. It is also the deadline that messages carry. */
  readonly exchangeTimeoutMs: number;
  /** A coordinator that has not answered for this long is given up, and another one asked. */
  readonly askTimeoutMs: number;
  /** Pause before a replica or coordinator that failed is tried again: doubles from the first to the second. */
  readonly retryMs: { readonly first: number; readonly max: number };
  /** MAIN falls silent after this long without a request, when all replicas are level. */
  readonly idleMs: number;
  /** MAIN falls silent after this long without a request, even though some replica cannot be brought level. */
  readonly giveUpMs: number;
  /** Records and bytes in one message, messages on the way to one replica. A call between objects carries 32 MiB at most. */
  readonly messageRecordsMax: number;
  readonly messageBytesMax: number;
  readonly messagesInFlightMax: number;
  /** Chunks of a snapshot on the way to one replica, in bytes; one chunk may always be. */
  readonly snapshotBytesInFlightMax: number;
  /** A replica that is this many records behind, or fewer, is waited for, so that it can join the in-sync set. */
  readonly joinLagMax: number;
  /** A replica that was removed from the in-sync set is not waited for again before this time has passed. */
  readonly rejoinAfterMs: number;
  /** The acknowledged lsn goes to storage this often at most; after a restart nothing newer is shown at first. */
  readonly saveEveryMs: number;
}

export const DEFAULT_SETTINGS: ReplicationSettings = {
  replicaTimeoutMs: 2_000,
  renewEveryMs: 1_000,
  heartbeatMs: 1_000,
  exchangeTimeoutMs: 5_000,
  askTimeoutMs: 1_500,
  retryMs: { first: 250, max: 2_000 },
  idleMs: 10_000,
  giveUpMs: 60_000,
  messageRecordsMax: 1_024,
  messageBytesMax: 512 * 1024,
  messagesInFlightMax: 8,
  snapshotBytesInFlightMax: 4 * 1024 * 1024,
  joinLagMax: 256,
  rejoinAfterMs: 2_000,
  saveEveryMs: 1_000,
};

/** Failures in a row after which an in-sync replica that is waited for is removed without waiting longer. */
export const REPLICA_FAILURES_MAX = 2;
