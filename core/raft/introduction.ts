/**
 * A member that comes back from storage cannot know that its storage is what it was: a disk may have been replaced, or put back to an
 * earlier day, and with it the vote and the entries on which others rest (Raft takes storage to be stable, §5.1 to §5.4). So it first
 * asks all others where they stand, and takes part in nothing before it knows:
 *
 * - It may have voted, in its newest term, for whoever stood in that term, and so does not vote for anybody else in it. Whoever asked for
 *   a vote has stored his own vote for himself before.
 * - It may have held what was committed, and so votes for no log, its own included, that is behind the newest one among the others: each
 *   committed entry is on one of them, if this member was needed for its majority.
 *
 * Others that do not answer are not waited for beyond `introductionMs`, since two members out of three have to be able to go on; and by one
 * that holds nothing, while others do, not beyond `BLANK_FACTOR` times that: either it is new, or it has lost everything. So a
 * member that has lost what it held does no harm as long as all others answer it when it comes back; a leader then fills it again.
 */
import { change, type Draft, send } from './draft.ts';
import { resumeCandidacy } from './election.ts';
import type { Greeting, MemberId, RaftMessage } from './message.ts';
import {
  endOf,
  type Introduction,
  isNewerLog,
  isVoter,
  type LogEnd,
  lastIndexOf,
  othersVoting,
  type RaftState,
} from './state.ts';

/** Questions to those that have not answered, while it waits. */
const ASKED_TIMES = 3;

/** So much longer a voter without a log waits for those who could know what it held: half a minute by default. */
const BLANK_FACTOR = 50;

/**
 * Longest election timeouts for which a member insists on what another one's log held. Enough for a leader to be found and to fill it; and
 * not for ever, since that other one may be gone for good, with a tail that nobody else needs.
 */
const FLOOR_TIMEOUTS = 3;

/** Asks the others at the first event after a start. */
export function beginIntroduction(draft: Draft): void {
  const { introduction, options } = draft.state;
  if (introduction === undefined || Number.isFinite(introduction.untilMs)) return;
  askThose(draft, { ...introduction, untilMs: draft.nowMs + options.introductionMs });
}

/** Asks again, or goes on with what it knows. */
export function tickIntroduction(draft: Draft): void {
  const { introduction } = draft.state;
  if (introduction === undefined || draft.nowMs < introduction.askAtMs) return;
  if (draft.nowMs < deadlineMs(draft.state, introduction)) askThose(draft, introduction);
}

/** Until when those that have not answered are waited for. */
function deadlineMs(state: RaftState, { heard, untilMs }: Introduction): number {
  const isBlank =
    isVoter(state) && lastIndexOf(state) === 0 && [...heard.values()].some(({ lastIndex }) => lastIndex > 0);
  return isBlank ? untilMs + (BLANK_FACTOR - 1) * state.options.introductionMs : untilMs;
}

function askThose(draft: Draft, introduction: Introduction): void {
  const { options } = draft.state;
  for (const other of othersVoting(draft.state))
    if (!introduction.heard.has(other)) send(draft, other, { type: 'greet' });
  const askAtMs = Math.min(deadlineMs(draft.state, introduction), draft.nowMs + options.introductionMs / ASKED_TIMES);
  change(draft, { introduction: { ...introduction, askAtMs } });
}

/** Another member has come back. Where this one stands is in storage, so it may say so before it knows where the others do. */
export function answerGreet(draft: Draft, from: MemberId): void {
  const { state } = draft;
  send(draft, from, { type: 'greeting', votedFor: state.votedFor, ...endOf(state) });
}

export function receiveGreeting(draft: Draft, message: Greeting): void {
  const { introduction } = draft.state;
  if (introduction === undefined) return;
  const { from, term, votedFor, lastIndex, lastTerm } = message;
  const stood = votedFor === from ? term : undefined;
  const heard = new Map(introduction.heard).set(from, { stood, lastIndex, lastTerm });
  change(draft, { introduction: { ...introduction, heard } });
}

/** Whether a message has to wait: only questions and answers that bind nobody are looked at before. The newest one is kept. */
export function holdsBack(draft: Draft, message: RaftMessage): boolean {
  const { introduction } = draft.state;
  if (introduction === undefined) return false;
  switch (message.type) {
    case 'greet':
    case 'greeting':
    case 'preVote':
    case 'preVoteAnswer':
      return false;
    default:
      change(draft, { introduction: { ...introduction, held: message } });
      return true;
  }
}

/** Takes part from now on, if everybody has answered or the time is over. What was held back is the caller's to look at. */
export function endIntroduction(draft: Draft): RaftMessage | undefined {
  const { introduction } = draft.state;
  if (introduction === undefined) return undefined;
  const isHeard = othersVoting(draft.state).every((other) => introduction.heard.has(other));
  if (!isHeard && draft.nowMs < deadlineMs(draft.state, introduction)) return undefined;
  const floor = floorOf(draft, introduction);
  change(draft, { introduction: undefined, floor, ...voteGiven(draft.state, introduction) });
  resumeCandidacy(draft);
  return introduction.held;
}

/** The newest end of a log among the others, where that is beyond this one's. */
function floorOf({ state, nowMs }: Draft, { heard }: Introduction): RaftState['floor'] {
  const own = endOf(state);
  const newest = [...heard.values()].reduce<LogEnd>((end, other) => (isNewerLog(other, end) ? other : end), own);
  return newest === own
    ? undefined
    : { end: newest, untilMs: nowMs + FLOOR_TIMEOUTS * state.options.electionTimeoutMs.max };
}

/** The vote that may have been forgotten. When two have stood it may have been for either, and is given to neither. */
function voteGiven(state: RaftState, { heard }: Introduction): Partial<RaftState> {
  if (state.votedFor !== undefined) return {};
  const candidates = [...heard].filter(([, { stood }]) => stood === state.term).map(([member]) => member);
  const [first] = candidates;
  if (first === undefined) return {};
  return { votedFor: candidates.length === 1 ? first : state.self };
}
