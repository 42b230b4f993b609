/** What a member of a Raft group takes and gives: its events, and the effects that its host carries out in order. */
import type { MemberChange } from './configuration.ts';
import type { Entry, MemberId, RaftMessage, Snapshot } from './message.ts';

/** What every event carries: the host's clock, and a fresh random number from 0 up to 1 for election timeouts. */
interface Occasion {
  readonly nowMs: number;
  readonly random: number;
}

export type RaftEvent = Occasion &
  (
    | { readonly type: 'message'; readonly message: RaftMessage }
    | { readonly type: 'tick' }
    /** A command for the log, and the oldest version that understands it. Answered by `proposed` or `refused`. */
    | { readonly type: 'propose'; readonly id: string; readonly command: Uint8Array; readonly version?: number }
    /** A change of the group's members. Answered as a command is. */
    | { readonly type: 'changeMembers'; readonly id: string; readonly change: MemberChange }
    /** A linearizable read. Answered by `readReady` once the leadership is confirmed, or by `refused`. */
    | { readonly type: 'readIndex'; readonly id: string }
    /** The host's answer to `takeSnapshot`: its state after the entry at `index`. */
    | { readonly type: 'snapshotTaken'; readonly index: number; readonly data: Uint8Array; readonly version?: number }
    /** A request came: the group is needed. */
    | { readonly type: 'wake' }
    /** Something is to be said that holds only while storage is this member's own: it is written to, though nothing has changed. */
    | { readonly type: 'touch' }
    /** The leader is to yield to another member. */
    | { readonly type: 'transfer' }
    /** Nothing has been asked for a while: fall silent if the group is level. */
    | { readonly type: 'sleep' }
  );

export type RaftEffect =
  /** Delete stored entries from `truncateFrom` on (when given), append `entries`, store term and vote; in one write. */
  | {
      readonly type: 'persist';
      readonly term: number;
      readonly votedFor: MemberId | undefined;
      readonly truncateFrom: number | undefined;
      readonly entries: readonly Entry[];
    }
  /** Store the snapshot in place of the last one and delete the entries before `keepFrom`, in one write with `persist`. */
  | { readonly type: 'saveSnapshot'; readonly snapshot: Snapshot; readonly keepFrom: number }
  /** Replace the state machine's state by the snapshot's. */
  | { readonly type: 'installSnapshot'; readonly snapshot: Snapshot }
  /** Encode the state machine's state after the entry at `index` (the last one committed) and hand it in as `snapshotTaken`. */
  | { readonly type: 'takeSnapshot'; readonly index: number }
  | { readonly type: 'send'; readonly to: MemberId; readonly message: RaftMessage }
  /** Apply in order. Each entry comes once between two restarts; one without a command changes nothing that is the host's. */
  | { readonly type: 'commit'; readonly entries: readonly Entry[] }
  /** The command stands in the log at `index` in `term`. It has happened when that index is committed with that term. */
  | { readonly type: 'proposed'; readonly id: string; readonly index: number; readonly term: number }
  | {
      readonly type: 'refused';
      readonly id: string;
      /** `changing`: a change of the members is not committed yet, or nothing of this term is. `impossible`: it makes no sense. */
      readonly reason: 'notLeader' | 'overloaded' | 'transferring' | 'changing' | 'impossible';
      readonly leader: MemberId | undefined;
    }
  /** The state machine, having applied all commits so far, may answer the read. */
  | { readonly type: 'readReady'; readonly id: string; readonly index: number }
  | { readonly type: 'becameLeader'; readonly term: number }
  /** No longer leader, or another leader is known (undefined: none). Proposals not yet committed are in doubt. */
  | { readonly type: 'becameFollower'; readonly term: number; readonly leader: MemberId | undefined }
  /** Send a `tick` at `atMs` in place of any earlier wish; undefined: none is wanted. */
  | { readonly type: 'timer'; readonly atMs: number | undefined };
