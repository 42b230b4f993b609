/**
 * What objects send one another, as bytes. The bytes come from this Worker's own objects and from nobody else (an object is
 * reachable through bindings only), so what decodes is taken for what it says it is; the machines check epochs and clusters.
 */
import type { RaftMessage } from '../core/raft/message.ts';
import type {
  CoordinatorReply,
  CoordinatorRequest,
  InstanceReply,
  InstanceRequest,
} from '../core/replication/message.ts';
import { decodeMessage, encodeMessage } from '../core/value/codec.ts';
import type { Message } from '../core/value/packing.ts';

/** To a coordinator: from another one, or from an instance. */
export type CoordinatorCall =
  | { readonly kind: 'raft'; readonly messages: readonly RaftMessage[] }
  | { readonly kind: 'request'; readonly request: CoordinatorRequest };

/** From a coordinator. Raft messages to the caller ride on the answer, which saves a call each. */
export type CoordinatorAnswer =
  | { readonly kind: 'raft'; readonly messages: readonly RaftMessage[] }
  | { readonly kind: 'reply'; readonly reply: CoordinatorReply };

/** What comes back when there is no answer: the link is cut, or the object has nothing to do with the caller any more. */
export const NO_ANSWER = new Uint8Array(0);

type WireMessage = CoordinatorCall | CoordinatorAnswer | InstanceRequest | InstanceReply;

export function encodeWire(message: WireMessage): Uint8Array {
  return encodeMessage(message as unknown as Message); // plain data, which is what a Message is
}

export function decodeWire<Kind extends WireMessage>(bytes: Uint8Array): Kind {
  return decodeMessage(bytes) as unknown as Kind; // see above
}
