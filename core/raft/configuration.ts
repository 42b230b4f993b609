/**
 * Who belongs to the group. A change of the members is an entry of the log, one member at a time (thesis §4.1): the majorities before and
 * after it overlap. A member goes by the newest configuration in its log, committed or not, and by the one before when that is truncated.
 */
import type { Configuration, Entry, Group, Member, MemberId, MemberServers, Snapshot } from './message.ts';

/** One step from one configuration to the next. A new member begins as a learner, and votes when it is level. */
export type MemberChange =
  | { readonly type: 'add'; readonly member: Omit<Member, 'votes'> }
  | { readonly type: 'promote'; readonly id: MemberId }
  | { readonly type: 'remove'; readonly id: MemberId }
  | { readonly type: 'describe'; readonly id: MemberId; readonly servers: MemberServers };

/** Removed names that are remembered. Whatever was said under an older one is long lost. */
const REMOVED_MAX = 100;

/** The group after a change; undefined when it makes no sense. */
export function groupAfter({ members, removed }: Group, change: MemberChange): Group | undefined {
  if (change.type === 'add') {
    const { id } = change.member;
    if (removed.includes(id) || members.some((member) => member.id === id)) return undefined;
    return { members: [...members, { ...change.member, votes: false }], removed };
  }
  const member = members.find(({ id }) => id === change.id);
  if (member === undefined) return undefined;
  const replacedBy = (other: Member) => ({ members: members.map((one) => (one === member ? other : one)), removed });
  switch (change.type) {
    case 'remove': {
      const others = members.filter((other) => other !== member);
      if (!others.some(({ votes }) => votes)) return undefined;
      return { members: others, removed: [...removed, member.id].slice(-REMOVED_MAX) };
    }
    case 'promote':
      return replacedBy({ ...member, votes: true });
    case 'describe':
      return replacedBy({ ...member, servers: change.servers });
  }
}

/** A log, and the members that the group began with. */
interface Log {
  readonly entries: readonly Entry[];
  readonly snapshot: Snapshot | undefined;
  readonly initialMembers: readonly Member[];
}

/** The newest configuration in a log, or the newest up to `throughIndex`. */
export function configurationIn(log: Log, throughIndex = Number.POSITIVE_INFINITY): Configuration {
  const { entries, snapshot, initialMembers } = log;
  const entry = entries.findLast(({ index, group }) => group !== undefined && index <= throughIndex);
  if (entry?.group !== undefined) return { index: entry.index, term: entry.term, ...entry.group };
  return snapshot?.configuration ?? { index: 0, term: 0, members: initialMembers, removed: [] };
}

/** Whom the newest configuration leaves out, while it is not committed. They hear of it when it is. */
export function leavingMembers(state: Log & Membership & { readonly commitIndex: number }): readonly MemberId[] {
  const { index, members } = state.configuration;
  if (index <= state.commitIndex) return [];
  const before = configurationIn(state, index - 1).members;
  return before.map(({ id }) => id).filter((id) => !members.some((member) => member.id === id));
}

/**
 * The newest configuration that is known to be committed, and so can be told to others: it is never taken back. Who is not in its own log's
 * configuration has heard of that after the commit (core/raft/membership.ts).
 */
export function committedConfiguration(
  state: Log & Membership & { self: MemberId; commitIndex: number },
): Configuration {
  const { configuration, self, commitIndex } = state;
  const isRemoved = !configuration.members.some(({ id }) => id === self);
  return isRemoved || configuration.index <= commitIndex ? configuration : configurationIn(state, commitIndex);
}

/** Where a member stands, or one that was a member until just now; undefined for whoever is not known here. */
export function regionOfMember(state: Log & Membership, id: MemberId): string | undefined {
  const { members, index } = state.configuration;
  const isIt = (member: Member) => member.id === id;
  return (members.find(isIt) ?? configurationIn(state, index - 1).members.find(isIt))?.region;
}

/** What a configuration means for the member `self`, which need not be in it. */
export interface Membership {
  readonly configuration: Configuration;
  /** Whoever counts in majorities. */
  readonly voters: readonly MemberId[];
  /** Sorted, without `self`; learners too. */
  readonly others: readonly MemberId[];
}

export function membershipOf(self: MemberId, configuration: Configuration): Membership {
  const { members } = configuration;
  const others = members.map(({ id }) => id).filter((id) => id !== self);
  return {
    configuration,
    voters: members.filter(({ votes }) => votes).map(({ id }) => id),
    others: others.sort(),
  };
}
