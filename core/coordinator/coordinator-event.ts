/** What happens to a coordinator, and what its machine wants done. Effects are carried out in order, before the next event. */
import type { Entry, MemberId, RaftMessage, Snapshot } from '../raft/message.ts';
import type { CoordinatorReply, CoordinatorRequest, InstanceReply, InstanceRequest } from '../replication/message.ts';
import type { WorkerRequest, WorkerResponse } from './request.ts';

/** `random` is a fresh random number from 0 up to 1, for Raft's election timeouts. */
export type CoordinatorEvent = { readonly nowMs: number; readonly random: number } & (
  | { readonly type: 'raft'; readonly message: RaftMessage }
  /** A MAIN asks. Answered by `reply` with this `id`, in this step or a later one, or never if leadership is lost. */
  | { readonly type: 'instanceRequest'; readonly id: string; readonly request: CoordinatorRequest }
  /** A Worker asks. Answered by `respond` with this `id`. */
  | { readonly type: 'workerRequest'; readonly id: string; readonly request: WorkerRequest }
  /** The answer to the `send` with this `exchange`. */
  | { readonly type: 'reply'; readonly exchange: number; readonly reply: InstanceReply }
  | { readonly type: 'unreachable'; readonly exchange: number }
  | { readonly type: 'tick' }
);

export type CoordinatorEffect =
  /** Raft: delete stored entries from `truncateFrom` on (when given), append `entries`, store term and vote; in one write. */
  | {
      readonly type: 'persist';
      readonly term: number;
      readonly votedFor: MemberId | undefined;
      readonly truncateFrom: number | undefined;
      readonly entries: readonly Entry[];
    }
  /** Raft: store the snapshot in place of the last one; `keepFrom` is the first entry still needed, all others go. */
  | { readonly type: 'saveSnapshot'; readonly snapshot: Snapshot; readonly keepFrom: number }
  /**
   * To another coordinator, one way: hand it in there as `raft`. A failure is not reported. Without a region it is the answer to
   * one that this coordinator does not know, and goes back on its call or not at all.
   */
  | {
      readonly type: 'sendRaft';
      readonly to: MemberId;
      readonly region: string | undefined;
      readonly message: RaftMessage;
    }
  /** To an instance; hand in `reply` or `unreachable` with the same `exchange`. */
  | {
      readonly type: 'send';
      readonly exchange: number;
      readonly to: { readonly database: string; readonly name: string; readonly region: string };
      readonly message: InstanceRequest;
    }
  | { readonly type: 'reply'; readonly id: string; readonly message: CoordinatorReply }
  | { readonly type: 'respond'; readonly id: string; readonly response: WorkerResponse }
  /** Send a `tick` at `atMs` in place of any earlier wish; undefined: none is wanted. */
  | { readonly type: 'requestTick'; readonly atMs: number | undefined };
