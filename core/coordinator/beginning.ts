/** What comes of an operator's command before the log has it: an answer, something for the log, or patience. */
import type { MemberChange } from '../raft/configuration.ts';
import type { Command } from './cluster-state.ts';
import type { WorkerResponse } from './request.ts';
import { argumentError } from './response.ts';

export type Beginning =
  | { readonly type: 'respond'; readonly response: WorkerResponse }
  | { readonly type: 'propose'; readonly command: Command }
  | { readonly type: 'changeMembers'; readonly change: MemberChange }
  | { readonly type: 'await' };

/** What was asked for makes no sense. `message` is a sentence without its end. */
export function refusal(message: string): Beginning {
  return { type: 'respond', response: argumentError(message) };
}
