import { describe, expect, test } from 'vitest';
import { Group } from './group.ts';

const NOTHING = { term: 0, votedFor: undefined, entries: [], snapshot: undefined };
const INTRODUCED = { introductionMs: 600 };

/** A leads, and B holds with it what was committed while C was out of touch. */
function groupWithOneBehind(): Group {
  const group = new Group(3, INTRODUCED);
  group.elect('A');
  group.cut.add('C');
  group.propose('A', 'kept');
  group.settle();
  return group;
}

/** A member falls, and comes back with what storage then holds. */
function comeBack(group: Group, name: string, stored = group.member(name).stored): void {
  group.crash(name);
  group.member(name).stored = stored;
  group.restart(name);
}

describe('§5.1 Storage that is not what it was', () => {
  test('a member that has lost its log votes for nobody who lacks what the others hold', () => {
    const group = groupWithOneBehind();
    comeBack(group, 'B', NOTHING);

    group.cut.delete('C');
    group.pass(2_000);
    group.elect('C');

    expect(group.leaders()).toEqual(['A']);
    expect(group.commands('B')).toContain('kept');
  });

  test('without an introduction it would elect a leader that lacks it', () => {
    const group = new Group(3, { introductionMs: 0 });
    group.elect('A');
    group.cut.add('C');
    group.propose('A', 'kept');
    group.settle();
    comeBack(group, 'B', NOTHING);

    group.cut.delete('C');
    group.cut.add('A');
    group.elect('C');

    expect(group.leaders()).toContain('C');
    expect(group.commands('C')).not.toContain('kept');
  });

  test('a member that has forgotten its vote gives it to nobody else in that term', () => {
    const group = new Group(3, INTRODUCED);
    group.elect('A');
    const { term } = group.state('A');
    comeBack(group, 'B', NOTHING);

    group.give('B', { type: 'wake' });
    group.settle();

    expect(group.state('B')).toMatchObject({ term, votedFor: 'A', introduction: undefined });
  });

  test('a leader fills a member again that lacks what it had confirmed', () => {
    const group = groupWithOneBehind();
    group.cut.delete('C');
    comeBack(group, 'B', NOTHING);

    group.pass(3_000);

    expect(group.commands('B')).toEqual(group.commands('A'));
  });

  test('a member without a log waits long for one that does not answer, while another one has a log', () => {
    const group = groupWithOneBehind();
    comeBack(group, 'B', NOTHING);
    group.cut.delete('C');
    group.cut.add('A');

    group.pass(20_000);
    const early = group.leaders().filter((leader) => leader !== 'A');
    group.cut.delete('A');
    group.pass(6_000);

    expect(early).toEqual([]);
    expect(group.commands('B')).toContain('kept');
    expect(group.commands('C')).toContain('kept');
  });

  test('but not for ever, since that one may be gone for good', () => {
    const group = groupWithOneBehind();
    comeBack(group, 'B', NOTHING);

    group.pass(40_000);

    expect(group.commands('B')).toEqual(group.commands('A'));
  });

  test('takes part in nothing before the others have answered', () => {
    const group = new Group(3, INTRODUCED);
    const request = { type: 'requestVote', protocolVersion: 1, from: 'A', term: 4, lastIndex: 0, lastTerm: 0 } as const;

    group.give('B', { type: 'message', message: request });
    const before = group.network.map(({ message }) => message.type);
    group.settle();

    expect(before).toEqual(['greet', 'greet']);
    expect(group.state('B').votedFor).toBe('A');
  });

  test('waits no longer than its time for one that does not answer', () => {
    const group = new Group(3, INTRODUCED);
    group.crash('C');
    group.give('A', { type: 'wake' });

    group.pass(2_000);

    expect(group.leaders()).toHaveLength(1);
  });
});
