import { describe, expect, test } from 'vitest';
import { dueAtMs } from '../../../core/raft/state.ts';
import { Group } from './group.ts';

/** A group of three that A led and that has fallen silent. */
function silentGroup(): Group {
  const group = new Group(3);
  group.elect('A');
  group.propose('A', 'x');
  group.settle();
  group.give('A', { type: 'sleep' });
  group.settle();
  return group;
}

describe('DESIGN §8: nothing beats while nobody asks', () => {
  test('a level group falls silent, keeps its leader, and knows all that is committed', () => {
    const group = silentGroup();

    expect(group.names.map((name) => dueAtMs(group.state(name)))).toEqual([undefined, undefined, undefined]);
    expect(group.names.map((name) => group.state(name).leader)).toEqual(['A', 'A', 'A']);
    expect(group.names.map((name) => group.member(name).applied)).toEqual([['x'], ['x'], ['x']]);
  });

  test('a leader with an uncommitted command does not fall silent', () => {
    const group = new Group(3);
    group.elect('A');
    group.cut.add('A');
    group.propose('A', 'x');

    group.give('A', { type: 'sleep' });

    expect(dueAtMs(group.state('A'))).toBeDefined();
  });

  test('a member that is down for long does not keep the others awake', () => {
    const group = new Group(3);
    group.elect('A');
    group.crash('C');
    group.propose('A', 'x');
    group.pass(5_000);

    group.give('A', { type: 'sleep' });

    expect(dueAtMs(group.state('A'))).toBeUndefined();
  });

  test('a follower does not fall silent by itself', () => {
    const group = new Group(3);
    group.elect('A');

    group.give('B', { type: 'sleep' });

    expect(dueAtMs(group.state('B'))).toBeDefined();
  });

  test('a follower that lacks something keeps its timer, and so wakes the leader that can help it', () => {
    const group = new Group(3);
    group.elect('A');
    group.cut.add('C');
    group.propose('A', 'x');
    group.pass(5_000);
    group.cut.delete('C');
    group.give('A', { type: 'sleep' });

    group.pass(5_000);

    expect(group.leaders()).toEqual(['A']);
    expect(group.state('A').term).toBe(1);
    expect(group.member('C').applied).toEqual(['x']);
  });

  test('a request wakes a leader that kept its memory: it goes on without an election', () => {
    const group = silentGroup();
    group.nowMs += 3_600_000;

    group.propose('A', 'y');
    group.pass(500);

    expect(group.leaders()).toEqual(['A']);
    expect(group.state('A').term).toBe(1);
    for (const name of group.names) expect(group.member(name).applied).toEqual(['x', 'y']);
  });

  test('a request at a follower wakes the leader that kept its memory', () => {
    const group = silentGroup();
    group.nowMs += 3_600_000;

    group.give('B', { type: 'wake' });
    group.pass(1_000);

    expect(group.leaders()).toEqual(['A']);
    expect(group.state('A').term).toBe(1);
    expect(group.names.every((name) => group.state(name).awake)).toBe(true);
  });

  test('a follower whose leader does not answer soon stands for election', () => {
    const group = silentGroup();
    group.crash('A');
    let draw = 0;
    group.random = () => (draw++ % 7) / 7;

    group.give('B', { type: 'wake' });
    group.pass(800);

    expect(group.leaders()).toEqual(['B']);
    expect(group.state('B').term).toBe(2);
  });

  test('when all have lost their memory, the one that is asked leads within a fraction of a timeout', () => {
    const group = silentGroup();
    for (const name of group.names) group.crash(name);
    for (const name of group.names) group.restart(name);

    group.give('C', { type: 'wake' });
    group.pass(200);

    expect(group.leaders()).toEqual(['C']);
    expect(group.member('C').applied).toEqual(['x']);
  });

  test('a member that lost its memory finds the silent leader and does not depose it', () => {
    const group = silentGroup();
    group.crash('C');
    group.restart('C');

    group.give('C', { type: 'wake' });
    group.pass(1_000);

    expect(group.leaders()).toEqual(['A']);
    expect(group.state('A').term).toBe(1);
    expect(group.state('C').leader).toBe('A');
  });

  test('members that are woken together agree on one leader soon', () => {
    const group = silentGroup();
    for (const name of group.names) group.crash(name);
    for (const name of group.names) group.restart(name);
    let draw = 0;
    group.random = () => (draw++ % 7) / 7;

    for (const name of group.names) group.give(name, { type: 'wake' });
    group.pass(400);

    expect(group.leaders()).toHaveLength(1);
  });

  test('a member without a quorum may give up, and looks again when it is asked', () => {
    const group = new Group(3);
    group.cut.add('A');
    group.give('A', { type: 'wake' });
    group.pass(10_000);

    group.give('A', { type: 'sleep' });
    const silent = dueAtMs(group.state('A'));
    group.cut.delete('A');
    group.give('A', { type: 'wake' });
    group.pass(200);

    expect(silent).toBeUndefined();
    expect(group.leaders()).toEqual(['A']);
  });
});
