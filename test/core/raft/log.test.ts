import { describe, expect, test } from 'vitest';
import { Group } from './group.ts';

describe('§5.3 Log replication', () => {
  test('a command that a majority holds is applied everywhere, in order, once', () => {
    const group = new Group(3);
    group.elect('A');

    for (const command of ['x', 'y', 'z']) group.propose('A', command);
    group.pass(500);

    expect(group.member('A').heard).toContain('proposed x at 2');
    for (const name of group.names) expect(group.member(name).applied).toEqual(['x', 'y', 'z']);
  });

  test('a command that only the leader holds is not applied', () => {
    const group = new Group(3);
    group.elect('A');
    group.cut.add('A');

    group.propose('A', 'x');
    group.settle();

    expect(group.member('A').applied).toEqual([]);
  });

  test('a follower refuses a command and names the leader', () => {
    const group = new Group(3);
    group.elect('A');

    group.propose('B', 'x');

    expect(group.member('B').heard).toContain('refused x (notLeader), leader A');
  });

  test('a leader refuses more commands than it may hold without a quorum', () => {
    const group = new Group(3, { uncommittedEntriesMax: 2 });
    group.elect('A');
    group.cut.add('A');

    for (const command of ['x', 'y', 'z']) group.propose('A', command);

    expect(group.member('A').heard).toContain('refused z (overloaded), leader A');
    expect(group.commands('A')).toEqual(['-', 'x', 'y']);
  });

  // Figure 7: what followers may look like when the leader of term 8 begins.
  test.each([
    { figure: 'a: misses one entry', log: [1, 1, 1, 4, 4, 5, 5, 6, 6] },
    { figure: 'b: misses many', log: [1, 1, 1, 4] },
    { figure: 'c: has one too many', log: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6] },
    { figure: 'd: has two of a later term', log: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7] },
    { figure: 'e: misses some, has others', log: [1, 1, 1, 4, 4, 4, 4] },
    { figure: 'f: led terms 2 and 3 alone', log: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3] },
  ])('figure 7 $figure, and is brought level', ({ log }) => {
    const group = new Group(3);
    const leaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    group.put('A', { term: 7, log: leaderLog });
    group.put('B', { term: 7, log: leaderLog });
    group.put('C', { term: 7, log });

    group.elect('A');
    group.pass(500);

    expect(group.terms('C')).toEqual([...leaderLog, 8]);
    expect(group.member('C').stored.entries).toEqual(group.member('A').stored.entries);
  });

  test('a whole term of conflicting entries is skipped at once', () => {
    const group = new Group(3);
    const long = Array.from({ length: 50 }, () => 2);
    group.put('A', { term: 3, log: [1, ...Array.from({ length: 60 }, () => 3)] });
    group.put('B', { term: 3, log: [1, ...Array.from({ length: 60 }, () => 3)] });
    group.put('C', { term: 3, log: [1, ...long] });
    let conflicts = 0;
    group.onEffect = (_name, effect) => {
      if (effect.type !== 'send' || effect.message.type !== 'appendEntriesAnswer') return;
      if (effect.message.outcome.type === 'conflict') conflicts += 1;
    };

    group.elect('A');

    expect(group.terms('C')).toEqual(group.terms('A'));
    expect(conflicts).toBeLessThanOrEqual(3);
  });

  test('a message that was overtaken does not cut off what a later one appended', () => {
    const group = new Group(3);
    group.elect('A');
    group.propose('A', 'x');
    const early = group.network.filter((parcel) => parcel.to === 'B');
    group.settle();
    group.propose('A', 'y');
    group.settle();

    for (const parcel of early) group.deliver(parcel);

    expect(group.commands('B')).toEqual(['-', 'x', 'y']);
  });

  test('a batch holds no more than a message may, and the rest follows', () => {
    const group = new Group(3, { appendEntriesMax: 2 });
    group.elect('A');
    group.cut.add('C');
    for (const command of ['1', '2', '3', '4', '5', '6', '7']) group.propose('A', command);
    group.settle();

    group.cut.delete('C');
    group.pass(500);

    expect(group.commands('C')).toEqual(['-', '1', '2', '3', '4', '5', '6', '7']);
  });
});

describe('§5.4.2 Committing entries from previous terms', () => {
  // Figure 8: an entry of an earlier term on a majority may still be overwritten, so it is not committed by counting.
  test('an entry of an earlier term is committed only with one of the current term', () => {
    const group = new Group(5);
    group.put('A', { term: 3, log: [1, 2] });
    group.put('B', { term: 3, log: [1, 2] });
    for (const name of ['C', 'D', 'E']) group.put(name, { term: 3, log: [1] });
    group.give('A', { type: 'wake' });
    group.nowMs = 200;
    group.give('A', { type: 'tick' });
    // Votes pass; of the entries, only those of earlier terms reach anybody.
    const isNoOp = (term: number) => (entry: { term: number }) => entry.term === term;
    for (let turn = 0; turn < 12; turn++) {
      for (const parcel of group.network.splice(0)) {
        const { message } = parcel;
        if (message.type !== 'appendEntries') group.deliver(parcel);
        else {
          const entries = message.entries.filter((entry) => !isNoOp(4)(entry));
          if (message.previousTerm < 4) group.deliver({ ...parcel, message: { ...message, entries } });
        }
      }
    }

    expect(group.state('A').role).toBe('leader');
    expect(group.names.filter((name) => group.terms(name)[1] === 2).length).toBeGreaterThanOrEqual(3);
    expect(group.state('A').commitIndex).toBe(0);

    group.pass(2_000);

    expect(group.state('A').commitIndex).toBe(3);
  });

  test('a new leader begins with a no-op, and so commits what it inherited', () => {
    const group = new Group(3);
    group.put('A', { term: 1, log: [1] });
    group.put('B', { term: 1, log: [1] });
    group.put('C', { term: 1, log: [] });

    group.elect('A');

    expect(group.state('A').entries.at(-1)).toEqual({ index: 2, term: 2, command: null });
    expect(group.member('A').applied).toEqual(['1']);
  });
});

describe('§5.5 Crashes', () => {
  test('what was acknowledged to the leader survives a crash of everybody', () => {
    const group = new Group(3);
    group.elect('A');
    group.propose('A', 'x');
    group.settle();

    for (const name of group.names) group.crash(name);
    for (const name of group.names) group.restart(name);
    group.elect('B');
    group.pass(500);

    for (const name of group.names) expect(group.member(name).applied).toEqual(['x']);
  });
});

describe('§7 Log compaction', () => {
  test('a follower that was away gets the snapshot, and the entries after it', () => {
    const group = new Group(3, { compactAfterEntries: 4 });
    group.elect('A');
    group.cut.add('C');
    for (const command of ['1', '2', '3', '4', '5']) group.propose('A', command);
    group.settle();
    group.propose('A', '6');
    group.settle();

    group.cut.delete('C');
    group.pass(1_000);

    expect(group.state('A').snapshot?.index).toBeGreaterThan(0);
    expect(group.member('C').heard).toContain('installSnapshot');
    expect(group.member('C').applied).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  test('a restart begins from the snapshot and applies the rest when it is known to be committed', () => {
    const group = new Group(3, { compactAfterEntries: 4 });
    group.elect('A');
    for (const command of ['1', '2', '3', '4', '5']) group.propose('A', command);
    group.pass(1_000);

    group.crash('B');
    group.restart('B');
    const restored = [...group.member('B').applied];
    group.pass(500);

    expect(restored.length).toBeGreaterThan(0);
    expect(group.member('B').applied).toEqual(['1', '2', '3', '4', '5']);
  });

  test('a snapshot replaces a log that contradicts it, in storage too', () => {
    const group = new Group(3);
    group.put('C', { term: 2, log: [2, 2, 2, 2, 2] });
    const snapshot = { index: 3, term: 3, data: new TextEncoder().encode('["s"]') };
    const round = { number: 1, sentAtMs: 0 };

    group.give('C', {
      type: 'message',
      message: { type: 'installSnapshot', protocolVersion: 1, from: 'A', term: 3, snapshot, round },
    });

    expect(group.member('C').stored).toMatchObject({ term: 3, snapshot, entries: [] });
    expect(group.member('C').applied).toEqual(['s']);
  });
});

describe('thesis §6.4 ReadIndex', () => {
  test('a read is answered once a quorum has confirmed the leadership after it came', () => {
    const group = new Group(3);
    group.elect('A');
    group.propose('A', 'x');
    group.settle();

    group.give('A', { type: 'readIndex', id: 'r' });
    const before = group.member('A').heard.includes('read r at 2');
    group.settle();

    expect(before).toBe(false);
    expect(group.member('A').heard).toContain('read r at 2');
  });

  test('an answer to an earlier round confirms no read', () => {
    const group = new Group(3);
    group.elect('A');
    group.nowMs += 500;
    group.give('A', { type: 'tick' });
    const late = group.network.splice(0);

    group.give('A', { type: 'readIndex', id: 'r' });
    group.network = late;
    group.settle();

    expect(group.member('A').heard).not.toContain('read r at 1');
  });

  test('a deposed leader refuses the reads that wait', () => {
    const group = new Group(3);
    group.elect('A');
    group.cut.add('A');
    group.give('A', { type: 'readIndex', id: 'r' });

    group.pass(4_000);

    expect(group.member('A').heard).toContain('refused r (notLeader), leader unknown');
  });

  test('a follower refuses a read and names the leader', () => {
    const group = new Group(3);
    group.elect('A');

    group.give('C', { type: 'readIndex', id: 'r' });

    expect(group.member('C').heard).toContain('refused r (notLeader), leader A');
  });
});
