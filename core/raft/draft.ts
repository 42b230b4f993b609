/**
 * The scratch copy that one step works on. Handlers change it and list effects; `finish` puts what must be stored in
 * front of them, so that no handler can forget it, and asks for a timer when the wanted time has changed.
 */
import type { Step } from '../step.ts';
import { configurationIn, membershipOf } from './configuration.ts';
import type { RaftEffect } from './event.ts';
import { type Entry, type MemberId, type RaftMessage, versionOf } from './message.ts';
import { dueAtMs, lastIndexOf, type RaftState } from './state.ts';

export interface Draft {
  state: RaftState;
  readonly nowMs: number;
  readonly random: number;
  readonly effects: RaftEffect[];
  /** First index whose stored entry is void, when there is one. */
  truncateFrom: number | undefined;
  readonly appended: Entry[];
  /** Storage is written to, whether or not anything has changed. */
  touched: boolean;
}

export function draftOf(state: RaftState, occasion: { readonly nowMs: number; readonly random: number }): Draft {
  const { nowMs, random } = occasion;
  return { state, nowMs, random, effects: [], truncateFrom: undefined, appended: [], touched: false };
}

export function change(draft: Draft, part: Partial<RaftState>): void {
  draft.state = { ...draft.state, ...part };
}

/** A message without what every message carries. Distributes over the union, so that each member keeps its fields. */
type Unaddressed<Message> = Message extends RaftMessage ? Omit<Message, 'protocolVersion' | 'from' | 'term'> : never;

/** Sends in the term that the draft has by now. */
export function send(draft: Draft, to: MemberId, message: Unaddressed<RaftMessage>): void {
  const { self, term, newest } = draft.state;
  const envelope = { protocolVersion: versionOf(message), newest, from: self, term };
  // The spread of a union loses which member it was; the parameter's type has checked it.
  draft.effects.push({ type: 'send', to, message: { ...envelope, ...message } as RaftMessage });
}

/** Appends to the log's end. */
export function append(draft: Draft, entries: readonly Entry[]): void {
  if (entries.length === 0) return;
  draft.appended.push(...entries);
  changeLog(draft, { entries: [...draft.state.entries, ...entries] });
}

/** Drops the entries from `index` on. Happens before any append of the same step. */
export function truncate(draft: Draft, index: number): void {
  const kept = index - (draft.state.snapshot?.index ?? 0) - 1;
  draft.truncateFrom = index;
  changeLog(draft, { entries: draft.state.entries.slice(0, kept) });
}

/** With another log other members may hold. */
export function changeLog(draft: Draft, part: Partial<Pick<RaftState, 'entries' | 'snapshot' | 'commitIndex'>>): void {
  change(draft, part);
  const { state } = draft;
  const configuration = configurationIn(state);
  const { index, term } = state.configuration;
  if (configuration.index !== index || configuration.term !== term) {
    change(draft, membershipOf(state.self, configuration));
  }
}

/** Raises the commit index and hands the entries on; asks for a snapshot when many applied ones lie in the log. */
export function commitThrough(draft: Draft, index: number): void {
  const { commitIndex, snapshot, snapshotAskedAtIndex, options } = draft.state;
  if (index <= commitIndex) return;
  const compacted = snapshot?.index ?? 0;
  draft.effects.push({
    type: 'commit',
    entries: draft.state.entries.slice(commitIndex - compacted, index - compacted),
  });
  change(draft, { commitIndex: index });
  if (index - compacted < options.compactAfterEntries || snapshotAskedAtIndex > compacted) return;
  change(draft, { snapshotAskedAtIndex: index });
  draft.effects.push({ type: 'takeSnapshot', index });
}

export function finish(draft: Draft, before: RaftState): Step<RaftState, RaftEffect> {
  const { state, truncateFrom, appended, touched } = draft;
  const stored: RaftEffect[] = [];
  const votedAnew = state.term !== before.term || state.votedFor !== before.votedFor;
  if (votedAnew || truncateFrom !== undefined || appended.length > 0 || touched) {
    const { term, votedFor } = state;
    stored.push({ type: 'persist', term, votedFor, truncateFrom, entries: appended });
  }
  if (state.snapshot !== undefined && state.snapshot !== before.snapshot) {
    stored.push({ type: 'saveSnapshot', snapshot: state.snapshot, keepFrom: state.snapshot.index + 1 });
  }
  const atMs = dueAtMs(state);
  const timer: RaftEffect[] = atMs === dueAtMs(before) ? [] : [{ type: 'timer', atMs }];
  const after = stored.length > 0 ? { ...state, storedAtMs: draft.nowMs } : state;
  return { state: after, effects: [...stored, ...draft.effects, ...timer] };
}

/** Index after the newest entry of the draft's log. */
export function nextIndexOf(draft: Draft): number {
  return lastIndexOf(draft.state) + 1;
}
