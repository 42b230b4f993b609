import { describe, expect, test } from 'vitest';
import { Group } from './group.ts';

/** A leads a group that is level and in use. */
function led(size = 3): Group {
  const group = new Group(size);
  group.elect('A');
  group.propose('A', 'x');
  group.settle();
  return group;
}

describe('thesis §3.10 Leadership transfer', () => {
  test('another member that has the whole log leads within a round trip, in the next term', () => {
    const group = led();

    group.give('A', { type: 'transfer' });
    group.settle();

    expect(group.leaders()).toEqual(['B']);
    expect(group.state('B').term).toBe(2);
    expect(group.state('A').leader).toBe('B');
  });

  test('the successor is first brought level', () => {
    const group = led();
    group.cut.add('C');
    group.propose('A', 'y');
    group.settle();
    group.cut.delete('C');
    group.cut.add('B');
    group.propose('A', 'z');

    // B has answered more, but it is C that hears of it.
    group.give('A', { type: 'transfer' });
    group.cut.delete('B');
    group.pass(600);

    const [leader] = group.leaders();
    expect(leader).not.toBe('A');
    expect(group.commands(leader ?? '')).toEqual(['-', 'x', 'y', 'z', '-']);
  });

  test('commands are refused meanwhile, and taken again when nobody could take over', () => {
    const group = led();
    group.cut.add('B');
    group.cut.add('C');

    group.give('A', { type: 'transfer' });
    group.propose('A', 'during');
    group.cut.clear();
    group.network = group.network.filter(({ message }) => message.type !== 'timeoutNow');
    for (let beat = 0; beat < 8; beat++) {
      group.nowMs += 500;
      group.give('A', { type: 'tick' });
      // Every hint to stand is lost.
      group.network = group.network.filter(({ message }) => message.type !== 'timeoutNow');
      for (const parcel of group.network.splice(0)) group.deliver(parcel);
      group.network = group.network.filter(({ message }) => message.type !== 'timeoutNow');
      for (const parcel of group.network.splice(0)) group.deliver(parcel);
    }
    group.propose('A', 'after');
    group.network = group.network.filter(({ message }) => message.type !== 'timeoutNow');
    group.settle();

    expect(group.member('A').heard).toContain('refused during (transferring), leader A');
    expect(group.leaders()).toEqual(['A']);
    expect(group.member('A').applied).toEqual(['x', 'after']);
  });

  test('a hint of an earlier term is not followed', () => {
    const group = led();
    group.elect('B');

    group.give('C', { type: 'message', message: { type: 'timeoutNow', protocolVersion: 1, from: 'A', term: 0 } });

    expect(group.state('C').role).toBe('follower');
  });

  test('a member that leads, follows or stands alone is not disturbed', () => {
    const group = led();
    const alone = led(1);

    group.give('B', { type: 'transfer' });
    alone.give('A', { type: 'transfer' });
    group.settle();

    expect([group.leaders(), alone.leaders()]).toEqual([['A'], ['A']]);
    expect(alone.state('A').transfer).toBeUndefined();
  });
});
