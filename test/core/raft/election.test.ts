import { describe, expect, test } from 'vitest';
import { step } from '../../../core/raft/raft.ts';
import { initialState, quorumConfirmedAtMs, quorumHeldAtMs } from '../../../core/raft/state.ts';
import { Group, votersNamed } from './group.ts';

describe('§5.2 Leader election', () => {
  test('a fresh group elects the member that stands first', () => {
    const group = new Group(3);

    group.elect('A');

    expect(group.leaders()).toEqual(['A']);
    expect(group.names.map((name) => group.state(name).leader)).toEqual(['A', 'A', 'A']);
    expect(group.state('C').term).toBe(1);
  });

  test('a member alone in its group leads as soon as it is woken', () => {
    const group = new Group(1);

    group.elect('A');
    group.propose('A', 'x');

    expect(group.leaders()).toEqual(['A']);
    expect(group.member('A').applied).toEqual(['x']);
  });

  test('a member votes once a term, and again for the same candidate, also after a crash', () => {
    const group = new Group(3);
    const ask = (from: string) =>
      ({ type: 'requestVote', protocolVersion: 1, from, term: 1, lastIndex: 0, lastTerm: 0 }) as const;
    const answers = () =>
      group.network.splice(0).map(({ to, message }) => [to, 'granted' in message && message.granted]);

    group.give('C', { type: 'message', message: ask('A') });
    group.give('C', { type: 'message', message: ask('A') });
    group.crash('C');
    group.restart('C');
    group.give('C', { type: 'message', message: ask('B') });
    group.give('C', { type: 'message', message: ask('A') });

    expect(answers()).toEqual([
      ['A', true],
      ['A', true],
      ['B', false],
      ['A', true],
    ]);
  });

  test('the same vote delivered twice counts once', () => {
    const group = new Group(5);
    group.give('A', { type: 'wake' });
    group.nowMs = 150;
    group.give('A', { type: 'tick' });
    const preVote = { type: 'preVoteAnswer', protocolVersion: 1, term: 0, askedInTerm: 0, granted: true } as const;

    for (const from of ['B', 'B', 'B', 'B']) group.give('A', { type: 'message', message: { ...preVote, from } });
    const rolesBefore = group.state('A').role;
    group.give('A', { type: 'message', message: { ...preVote, from: 'C' } });
    const vote = { type: 'requestVoteAnswer', protocolVersion: 1, from: 'B', term: 1, granted: true } as const;
    for (let time = 0; time < 4; time++) group.give('A', { type: 'message', message: vote });

    expect(rolesBefore).toBe('preCandidate');
    expect(group.state('A').role).toBe('candidate');
  });

  test('followers whose leader fell silent elect another one, in a higher term', () => {
    const group = new Group(3);
    group.elect('A');
    group.random = () => Math.abs(Math.sin(group.nowMs + group.network.length));

    group.crash('A');
    group.pass(10_000);

    expect(group.leaders()).toHaveLength(1);
    expect(group.leaders()).not.toContain('A');
    expect(group.state('B').term).toBeGreaterThan(1);
  });

  test('term and vote are written before the vote is given away', () => {
    const state = initialState({ self: 'B', members: votersNamed(['A', 'B', 'C']), options: { introductionMs: 0 } });
    const message = { type: 'requestVote', protocolVersion: 1, from: 'A', term: 4, lastIndex: 0, lastTerm: 0 } as const;

    const { effects } = step(state, { type: 'message', message, nowMs: 0, random: 0 });

    const types = effects.map((effect) => effect.type);
    expect(effects[0]).toMatchObject({ type: 'persist', term: 4, votedFor: 'A' });
    expect(types.indexOf('send')).toBeGreaterThan(types.indexOf('persist'));
  });

  test.each([{ why: 'a stranger', from: 'Z', protocolVersion: 1 }])(
    'a message from $why changes nothing',
    ({ from, protocolVersion }) => {
      const state = initialState({ self: 'B', members: votersNamed(['A', 'B', 'C']), options: { introductionMs: 0 } });
      const message = { type: 'rouse', protocolVersion, from, term: 4 } as const;

      const after = step(state, { type: 'message', message, nowMs: 0, random: 0 });

      // It only learns what time it is.
      expect(after).toEqual({ state: { ...state, leaderHeardAtMs: 0 }, effects: [] });
    },
  );
});

describe('§5.4.1 Election restriction', () => {
  test.each([
    { why: 'an older last term', mine: [1, 1, 2], theirs: [1, 1, 1, 1], granted: false },
    { why: 'a shorter log of the same term', mine: [1, 2, 2], theirs: [1, 2], granted: false },
    { why: 'an equal log', mine: [1, 2], theirs: [1, 2], granted: true },
    { why: 'a newer last term, though shorter', mine: [1, 1, 1], theirs: [1, 2], granted: true },
  ])('a candidate with $why gets the vote: $granted', ({ mine, theirs, granted }) => {
    const group = new Group(3);
    group.put('B', { term: 2, log: mine });
    const lastTerm = theirs.at(-1) ?? 0;

    group.give('B', {
      type: 'message',
      message: { type: 'requestVote', protocolVersion: 1, from: 'A', term: 3, lastIndex: theirs.length, lastTerm },
    });

    expect(group.network[0]?.message).toMatchObject({ type: 'requestVoteAnswer', term: 3, granted });
  });
});

describe('thesis §9.6 PreVote', () => {
  test('a member that was cut off returns without deposing the leader', () => {
    const group = new Group(3);
    group.elect('A');
    group.cut.add('C');
    group.pass(20_000);

    group.cut.delete('C');
    group.pass(3_000);

    expect(group.leaders()).toEqual(['A']);
    expect(group.names.map((name) => group.state(name).term)).toEqual([1, 1, 1]);
    expect(group.state('C').leader).toBe('A');
  });

  test('a leader that lost its memory gets votes at once: whoever asks does not lead', () => {
    const group = new Group(3);
    group.elect('A');
    group.crash('A');
    group.restart('A');

    group.elect('A');

    expect(group.leaders()).toEqual(['A']);
    expect(group.state('A').term).toBe(2);
  });
});

describe('thesis §6.2 Check-quorum', () => {
  test('a leader knows when a quorum last confirmed it, by the time it asked and not by that of the answer', () => {
    const group = new Group(3);
    group.elect('A');
    group.nowMs = 1_000;
    group.give('A', { type: 'tick' });

    group.nowMs = 1_400;
    group.settle();

    expect(quorumConfirmedAtMs(group.state('A'))).toBe(1_000);
    expect(quorumConfirmedAtMs(group.state('B'))).toBe(Number.NEGATIVE_INFINITY);
  });

  test('a leader counts itself only up to its last write where others rest on it: another object may have taken its place since', () => {
    const group = new Group(3);
    group.elect('A');
    group.settle();
    group.cut.add('C');
    group.nowMs = 1_000;
    group.give('A', { type: 'tick' });
    group.settle();
    const before = quorumHeldAtMs(group.state('A'));

    group.give('A', { type: 'touch' });

    expect(before).toBeLessThan(1_000);
    expect(quorumConfirmedAtMs(group.state('A'))).toBe(1_000);
    expect(quorumHeldAtMs(group.state('A'))).toBe(1_000);
  });

  test('a leader without a quorum steps down after an election timeout', () => {
    const group = new Group(3);
    group.elect('A');
    group.cut.add('A');

    group.pass(4_000);

    expect(group.state('A').role).not.toBe('leader');
    expect(group.member('A').heard).toContain('follows nobody in term 1');
  });

  test('a leader that keeps one of two followers goes on', () => {
    const group = new Group(3);
    group.elect('A');
    group.cut.add('C');

    group.pass(30_000);

    expect(group.leaders()).toEqual(['A']);
  });
});

describe('thesis §6.4.1 What a leader has to wait out', () => {
  test('a new leader knows when its voters last heard another one', () => {
    const group = new Group(3);
    group.elect('A');
    group.pass(600);
    const heardAtMs = group.state('B').leaderHeardAtMs;
    // Each draws its own timeout, else both would stand at once for ever.
    group.random = () => Math.abs(Math.sin(group.nowMs + group.network.length));
    group.cut.add('A');

    group.pass(10_000);

    const leader = group.leaders().find((name) => name !== 'A');
    expect(['B', 'C']).toContain(leader);
    expect(heardAtMs).toBeGreaterThan(0);
    expect(group.state(leader ?? '').lastLeaderAtMs).toBe(heardAtMs);
  });

  test.each([
    { what: 'that led until now', prepare: (group: Group) => group.elect('B'), silentMs: 0 },
    {
      what: 'that heard a leader a second ago',
      prepare: (group: Group) => {
        group.elect('A');
        group.nowMs += 1_000;
      },
      silentMs: 1_000,
    },
    {
      what: 'that has lost its memory',
      prepare: (group: Group) => {
        group.elect('A');
        group.crash('B');
        group.nowMs += 1_000;
        group.restart('B');
      },
      silentMs: 0,
    },
  ])('a voter $what says so', ({ prepare, silentMs }) => {
    const group = new Group(3);
    prepare(group);
    const ask = { protocolVersion: 1, from: 'C', term: 9, lastIndex: 9, lastTerm: 9 } as const;

    group.give('B', { type: 'message', message: { type: 'requestVote', ...ask } });

    expect(group.network[0]?.message).toMatchObject({ type: 'requestVoteAnswer', leaderSilentMs: silentMs });
  });

  test('a vote of older code counts as if its voter had heard a leader just now', () => {
    const group = new Group(3);
    group.give('A', { type: 'wake' });
    group.nowMs = 150;
    group.give('A', { type: 'tick' });
    const preVote = { type: 'preVoteAnswer', protocolVersion: 1, term: 0, askedInTerm: 0, granted: true } as const;
    group.give('A', { type: 'message', message: { ...preVote, from: 'B' } });

    group.nowMs = 400;
    const vote = { type: 'requestVoteAnswer', protocolVersion: 1, from: 'B', term: 1, granted: true } as const;
    group.give('A', { type: 'message', message: vote });

    expect(group.state('A')).toMatchObject({ role: 'leader', lastLeaderAtMs: 400 });
  });
});
