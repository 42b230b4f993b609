import { describe, expect, test } from 'vitest';
import { committedConfiguration } from '../../../core/raft/configuration.ts';
import type { RaftMessage } from '../../../core/raft/message.ts';
import { step } from '../../../core/raft/raft.ts';
import { initialState, membersBelow } from '../../../core/raft/state.ts';
import { Group, votersNamed } from './group.ts';

/** A leads a group that is level and in use. */
function led(size: number, options: ConstructorParameters<typeof Group>[1] = {}): Group {
  const group = new Group(size, options);
  group.elect('A');
  group.propose('A', 'x');
  group.settle();
  return group;
}

describe('thesis §4.2.1 Catching up new servers', () => {
  test('a new server is sent the log as a learner, and votes when it is level', () => {
    const group = led(3);

    group.add('A', 'D');
    const begun = group.configuration('A');
    group.pass(1_000);

    expect(begun).toBe('A B C (D)');
    for (const name of group.names) expect(group.configuration(name)).toBe('A B C D');
    expect(group.member('D').applied).toEqual(['x']);
  });

  test('a learner that does not answer keeps nobody from committing, and stays a learner', () => {
    const group = led(1);
    group.arrive('D');
    group.cut.add('D');

    group.add('A', 'D');
    group.propose('A', 'y');
    group.pass(5_000);

    expect(group.member('A').applied).toEqual(['x', 'y']);
    expect(group.configuration('A')).toBe('A (D)');
  });

  test('a learner whose rounds take longer than an election timeout stays one', () => {
    const group = led(1);
    group.add('A', 'D');

    for (let round = 0; round < 6; round++) {
      // Each answer comes too late, and more has been written meanwhile.
      group.nowMs += 2_000;
      group.propose('A', `${round}`);
      const parcels = group.network.splice(0);
      for (const parcel of parcels) group.deliver(parcel);
    }

    expect(group.configuration('A')).toBe('A (D)');
  });

  test('a learner stands for no election', () => {
    const group = led(1);
    group.arrive('D');
    group.add('A', 'D');
    group.deliver({ to: 'D', message: theOnly(group, 'appendEntries') });
    group.network = [];
    group.crash('A');

    group.give('D', { type: 'wake' });
    group.pass(20_000);

    expect(group.state('D').term).toBe(1);
    expect(group.leaders()).toEqual([]);
  });

  test('what was compacted away comes as a snapshot, with the members in it', () => {
    const group = led(3, { compactAfterEntries: 4 });
    group.add('A', 'D');
    group.pass(1_000);
    for (const command of ['1', '2', '3', '4', '5', '6']) group.propose('A', command);
    group.pass(1_000);

    group.add('A', 'E');
    group.pass(1_000);
    group.crash('E');
    group.restart('E');

    expect(group.member('E').heard).toContain('installSnapshot');
    expect(group.member('E').stored.snapshot?.configuration?.members.map(({ id }) => id)).toContain('D');
    expect(group.configuration('E')).toBe('A B C D E');
    expect(group.member('E').applied).toContain('x');
  });

  test('the next leader goes on with what the last one began', () => {
    const group = led(3);
    group.arrive('D');
    group.cut.add('D');
    group.add('A', 'D');
    group.settle();
    group.crash('A');

    group.cut.delete('D');
    group.elect('B');
    group.pass(2_000);

    expect(group.configuration('B')).toBe('A B C D');
    expect(group.member('D').applied).toEqual(['x']);
  });

  test('a learner can be let go before it is level', () => {
    const group = led(3);
    group.arrive('D');
    group.cut.add('D');
    group.add('A', 'D');
    group.settle();

    group.change('A', { type: 'remove', id: 'D' });
    group.settle();

    expect(group.configuration('C')).toBe('A B C');
  });
});

describe('thesis §4.1 Safety', () => {
  test('a configuration holds as soon as it is in the log: a voter that has just been added is needed', () => {
    const group = led(1);
    group.add('A', 'D');
    group.settle();
    group.cut.add('D');

    group.propose('A', 'y');
    group.settle();

    expect(group.configuration('A')).toBe('A D');
    expect(group.member('A').applied).toEqual(['x']);
  });

  test('a change that is not committed is taken back when the entry is truncated', () => {
    const group = led(3);
    group.cut.add('A');
    group.change('A', { type: 'remove', id: 'C' });
    const alone = group.configuration('A');
    group.cut.delete('A');
    group.network = [];

    group.crash('A');
    group.elect('B');
    group.restart('A');
    const restarted = group.configuration('A');
    group.pass(1_000);

    expect([alone, restarted]).toEqual(['A B', 'A B']);
    expect(group.configuration('A')).toBe('A B C');
    expect(group.state('A').voters).toEqual(['A', 'B', 'C']);
  });

  test('a second change waits until the first is committed', () => {
    const group = led(4);
    group.cut.add('A');

    group.change('A', { type: 'remove', id: 'C' });
    group.change('A', { type: 'remove', id: 'D' });

    expect(group.member('A').heard).toContain('refused remove D (changing), leader A');
    expect(group.configuration('A')).toBe('A B D');
  });

  // raft-dev, July 2015: two leaders that each begin a change as soon as they are elected can commit different entries at one index.
  test('a leader begins no change before it has committed an entry of its own term', () => {
    const group = led(4);
    group.change('A', { type: 'remove', id: 'D' });
    group.network = [];
    group.crash('A');

    group.give('B', { type: 'wake' });
    group.nowMs += 5_000;
    group.give('B', { type: 'tick' });
    deliverUntilLeads(group, 'B');
    group.change('B', { type: 'remove', id: 'A' });
    const early = group.configuration('B');
    group.settle();
    group.change('B', { type: 'remove', id: 'A' });
    group.settle();

    expect(group.member('B').heard).toContain('refused remove A (changing), leader B');
    expect(early).toBe('A B C D');
    expect(group.configuration('C')).toBe('B C D');
    // And so the first leader, when it comes back with its own change, finds nobody who votes for it.
    group.restart('A');
    group.give('A', { type: 'wake' });
    group.pass(20_000);
    expect(group.leaders()).toEqual(['B']);
  });

  test('a removed member that is dead is no longer needed', () => {
    const group = led(3);
    group.crash('C');
    group.change('A', { type: 'remove', id: 'C' });
    group.settle();
    group.change('A', { type: 'remove', id: 'B' });
    group.settle();

    group.crash('B');
    group.propose('A', 'y');

    expect(group.member('A').applied).toEqual(['x', 'y']);
  });

  test('one by one a whole group is replaced by another', () => {
    const group = led(3, { compactAfterEntries: 5 });
    group.random = () => Math.abs(Math.sin(group.nowMs + group.network.length));
    const leader = () => group.leaders()[0] ?? '';

    for (const [gone, come] of [
      ['A', 'D'],
      ['B', 'E'],
      ['C', 'F'],
    ] as const) {
      if (leader() === gone) group.give(gone, { type: 'transfer' });
      group.pass(3_000);
      group.add(leader(), come);
      group.pass(3_000);
      group.change(leader(), { type: 'remove', id: gone });
      group.pass(3_000);
      group.crash(gone);
    }
    group.propose(leader(), 'y');
    group.pass(1_000);

    for (const name of ['D', 'E', 'F']) {
      expect(group.configuration(name)).toBe('D E F');
      expect(group.member(name).applied).toEqual(['x', 'y']);
    }
  });

  test.each([
    { why: 'a member of a name that is there', change: { type: 'add', member: { id: 'B', region: 'oc' } } },
    { why: 'the removal of one that is not there', change: { type: 'remove', id: 'Z' } },
    { why: 'the removal of whoever leads', change: { type: 'remove', id: 'A' } },
  ] as const)('refuses $why', ({ change }) => {
    const group = led(3);

    group.change('A', change);

    expect(group.member('A').heard.at(-1)).toMatch(/^refused .* \(impossible\)/);
    expect(group.configuration('A')).toBe('A B C');
  });

  test('a name that was removed is not given again', () => {
    const group = led(3);
    group.change('A', { type: 'remove', id: 'C' });
    group.settle();

    group.add('A', 'C');

    expect(group.member('A').heard.at(-1)).toBe('refused add C (impossible), leader A');
  });

  test('a follower refuses a change and names the leader', () => {
    const group = led(3);

    group.change('B', { type: 'remove', id: 'C' });

    expect(group.member('B').heard).toContain('refused remove C (notLeader), leader A');
  });
});

describe('thesis §4.2.2 and §4.2.3 Removed and disruptive servers', () => {
  test('a removed member hears of it when it is committed, and stands for no election', () => {
    const group = led(3);
    group.change('A', { type: 'remove', id: 'C' });
    const before = group.configuration('C');
    group.pass(20_000);

    expect(before).toBe('A B C');
    expect(group.configuration('C')).toBe('A B');
    expect(group.state('C').term).toBe(1);
    expect(group.leaders()).toEqual(['A']);
  });

  test('the leader that comes after tells it too', () => {
    const group = led(4);
    group.cut.add('D');
    group.change('A', { type: 'remove', id: 'D' });
    deliverOnly(group, 'appendEntries');
    group.network = [];
    group.crash('A');
    group.cut.delete('D');

    group.elect('B');
    group.pass(1_000);

    expect(group.configuration('D')).toBe('A B C');
  });

  test('one that never heard of its removal deposes nobody, whatever its term', () => {
    const group = led(3);
    group.crash('C');
    group.change('A', { type: 'remove', id: 'C' });
    group.pass(1_000);
    const { stored } = group.member('C');
    group.member('C').stored = { ...stored, term: 9 };

    group.restart('C');
    group.give('C', { type: 'wake' });
    group.pass(20_000);
    const vote = { type: 'requestVote', protocolVersion: 1, from: 'C', term: 12, lastIndex: 99, lastTerm: 9 } as const;
    for (const name of ['A', 'B']) group.give(name, { type: 'message', message: vote });
    group.pass(5_000);

    expect(group.leaders()).toEqual(['A']);
    expect([group.state('A').term, group.state('B').term]).toEqual([1, 1]);
  });

  test('one that missed its removal is told when it asks for votes, however much it has missed', () => {
    const group = led(3, { compactAfterEntries: 4 });
    group.cut.add('C');
    group.propose('C', 'never');
    group.change('A', { type: 'remove', id: 'C' });
    for (const command of ['1', '2', '3', '4', '5', '6']) group.propose('A', command);
    group.pass(1_000);

    group.cut.delete('C');
    group.pass(10_000);
    group.restart('C');

    expect(group.configuration('C')).toBe('A B');
    expect(committedConfiguration(group.state('C')).members).toHaveLength(2);
    expect(group.leaders()).toEqual(['A']);
  });

  test('a configuration is told to others only when it is committed', () => {
    const group = led(3);

    group.change('A', { type: 'remove', id: 'C' });
    const early = committedConfiguration(group.state('A')).members;
    group.settle();

    expect(early).toHaveLength(3);
    expect(committedConfiguration(group.state('A')).members).toHaveLength(2);
  });

  test('a member votes for one that its own configuration does not know yet', () => {
    const group = led(1);
    group.add('A', 'D');
    group.network = [];
    // D has not got anything, and A restarts: it needs the vote of one that knows nothing.
    const { stored } = group.member('A');
    const members = votersNamed(['A', 'D']);
    const entry = { index: stored.entries.length + 1, term: 1, command: null, group: { members, removed: [] } };
    group.member('A').stored = { ...stored, entries: [...stored.entries, entry] };
    group.restart('A');

    group.elect('A');
    group.pass(1_000);

    expect(group.leaders()).toEqual(['A']);
    expect(group.configuration('D')).toBe('A D');
    expect(group.member('D').applied).toEqual(['x']);
  });

  test('leadership is never handed to a learner', () => {
    const group = led(1);
    group.arrive('D');
    group.add('A', 'D');
    group.deliver({ to: 'D', message: theOnly(group, 'appendEntries') });

    group.give('A', { type: 'transfer' });

    expect(group.state('A').transfer).toBeUndefined();
  });
});

describe('messages', () => {
  test('only what carries members is said in the new version, which older code refuses', () => {
    const group = led(2);
    const versions = (of: () => void) => {
      of();
      const said = group.network.splice(0).filter(({ message }) => message.type === 'appendEntries');
      return [...new Set(said.map(({ message }) => message.protocolVersion))];
    };

    const ordinary = versions(() => group.propose('A', 'y'));
    const change = versions(() => group.change('A', { type: 'describe', id: 'B', servers: SERVERS }));

    expect([ordinary, change]).toEqual([[1], [2]]);
  });

  test('of a later version change nothing but what is known of the sender', () => {
    const before = initialState({ self: 'B', members: votersNamed(['A', 'B', 'C']), options: { introductionMs: 0 } });
    const message = { type: 'rouse', protocolVersion: 3, newest: 3, from: 'A', term: 4 } as const;

    const { state, effects } = step(before, { type: 'message', message, nowMs: 0, random: 0 });

    expect({ term: state.term, told: [...state.told], effects }).toEqual({ term: 0, told: [['A', 3]], effects: [] });
  });

  test.each([
    { what: 'nothing', newest: undefined, told: 1 },
    { what: 'what is no version', newest: -1, told: 1 },
    { what: 'a later one', newest: 2, told: 2 },
  ])('that tell $what of their sender are believed as far as that goes', ({ newest, told }) => {
    const before = initialState({ self: 'B', members: votersNamed(['A', 'B', 'C']), options: { introductionMs: 0 } });
    const message = { type: 'rouse', protocolVersion: 1, ...(newest && { newest }), from: 'A', term: 4 } as const;

    const { state } = step(before, { type: 'message', message, nowMs: 0, random: 0 });

    expect(state.told.get('A')).toBe(told);
    expect(membersBelow(state, 2)).toEqual(told < 2 ? ['A', 'C'] : ['C']);
  });
});

const SERVERS = { bolt_server: 'b:7687', coordinator_server: '', management_server: '' };

/** The message of this kind that lies in the network alone. */
function theOnly(group: Group, type: RaftMessage['type']): RaftMessage {
  const found = group.network.splice(0).filter(({ message }) => message.type === type);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`there are ${found.length} of ${type}`);
  return found[0].message;
}

/** Delivers what lies in the network of this kind, and not what it brings about. */
function deliverOnly(group: Group, type: RaftMessage['type']): void {
  for (const parcel of group.network.splice(0)) if (parcel.message.type === type) group.deliver(parcel);
}

/** Delivers until `name` leads, and then nothing more: nobody has its first entry yet. */
function deliverUntilLeads(group: Group, name: string): void {
  while (group.state(name).role !== 'leader') {
    const parcel = group.network.shift();
    if (parcel === undefined) throw new Error(`${name} does not lead`);
    group.deliver(parcel);
  }
}
