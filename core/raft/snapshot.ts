/** Log compaction, §7: the applied part of the log gives way to the state it led to. */
import { VERSION_MIN } from '../version.ts';
import { configurationIn } from './configuration.ts';
import { change, changeLog, type Draft, send, truncate } from './draft.ts';
import type { RaftEvent } from './event.ts';
import { hearLeader } from './follower.ts';
import { confirm, recordMatch } from './leader.ts';
import type { InstallSnapshot, InstallSnapshotAnswer } from './message.ts';
import { lastIndexOf, termAt } from './state.ts';

/** The host's snapshot takes the place of the entries it covers. One that is older than what is kept is dropped. */
export function compact(draft: Draft, taken: Extract<RaftEvent, { type: 'snapshotTaken' }>): void {
  const { index, data, version = VERSION_MIN } = taken;
  const { state } = draft;
  const compacted = state.snapshot?.index ?? 0;
  const term = termAt(state, index);
  if (index <= compacted || index > state.commitIndex || term === undefined) return;
  const configuration = configurationIn(state, index);
  const newer = { ...(version > VERSION_MIN && { version }), ...(configuration.index > 0 && { configuration }) };
  const snapshot = { index, term, data, ...newer };
  change(draft, { snapshot, entries: state.entries.slice(index - compacted) });
}

export function answerInstallSnapshot(draft: Draft, message: InstallSnapshot): void {
  const { from, snapshot, round } = message;
  if (message.term < draft.state.term) {
    send(draft, from, { type: 'installSnapshotAnswer', matchIndex: 0, round });
    return;
  }
  hearLeader(draft, from);
  if (snapshot.index > draft.state.commitIndex) install(draft, message);
  send(draft, from, { type: 'installSnapshotAnswer', matchIndex: snapshot.index, round });
}

/** §7: entries after the snapshot are kept when the log holds its last entry; else the whole log is void. */
function install(draft: Draft, { snapshot }: InstallSnapshot): void {
  const { state } = draft;
  const continues = termAt(state, snapshot.index) === snapshot.term;
  const entries = continues ? state.entries.slice(snapshot.index - (state.snapshot?.index ?? 0)) : [];
  if (!continues && lastIndexOf(state) > snapshot.index) truncate(draft, snapshot.index + 1);
  changeLog(draft, { snapshot, entries, commitIndex: snapshot.index });
  draft.effects.push({ type: 'installSnapshot', snapshot });
}

export function receiveInstallSnapshotAnswer(draft: Draft, message: InstallSnapshotAnswer): void {
  if (draft.state.role !== 'leader' || message.term !== draft.state.term) return;
  confirm(draft, message.from, message.round);
  recordMatch(draft, message.from, message.matchIndex);
}
