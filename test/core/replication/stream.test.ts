import { describe, expect, test } from 'vitest';
import { bookmarkAt, checkBookmark } from '../../../core/replication/bookmark.ts';
import { assignmentOf, type Question, TestCluster } from './cluster.ts';

describe('the stream', () => {
  test('does not wait for an answer before it sends the next records', () => {
    const cluster = TestCluster.started();

    cluster.peer('a').write(5);

    expect(cluster.questions.filter(({ effect }) => effect.to.name === 'b')).toHaveLength(5);
  });

  test('keeps a bounded number of messages on the way, and sends the rest when answers come', () => {
    const cluster = TestCluster.started(assignmentOf(), { messagesInFlightMax: 3, messageRecordsMax: 2 });

    cluster.peer('a').write(50);

    expect(cluster.questions.filter(({ effect }) => effect.to.name === 'b')).toHaveLength(3);
    cluster.run();
    expect(cluster.peer('b').lsn).toBe(51);
  });

  test('tells what is acknowledged at once when it is idle', () => {
    const cluster = TestCluster.started();
    cluster.peer('a').write();

    cluster.run();

    expect(cluster.peer('b').visibleLsn).toBe(2);
  });

  test.each([
    { how: 'out of order', mix: (questions: Question[]) => questions.reverse() },
    { how: 'twice', mix: (questions: Question[]) => questions.flatMap((question) => [question, question]) },
    {
      how: 'with every second one lost',
      mix: (questions: Question[]) => questions.filter((_, number) => number % 2 === 1),
    },
  ])('survives messages $how', ({ mix }) => {
    const cluster = TestCluster.started();
    cluster.peer('a').write(7);

    cluster.questions = mix(cluster.questions);
    cluster.elapse(8_000);

    expect(cluster.peer('b').records).toEqual(cluster.peer('a').records);
    expect(cluster.peer('c').records).toEqual(cluster.peer('a').records);
    expect(cluster.peer('a').acknowledgedLsn).toBe(8);
  });

  test('does not believe an answer that it no longer waits for', () => {
    const cluster = TestCluster.started();
    cluster.peer('a').write();
    const [question] = cluster.questions.filter(({ effect }) => effect.to.name === 'b');
    const answer = question && cluster.answer(question);
    cluster.questions = [];
    const exchange = question?.effect.exchange ?? 0;
    cluster.peer('a').do({ type: 'unreachable', exchange });

    if (answer !== undefined) cluster.peer('a').do({ type: 'reply', exchange, reply: answer });

    expect(cluster.peer('a').acknowledgedLsn).toBe(1);
  });

  test('a replica that was away gets what it lacks', () => {
    const cluster = TestCluster.started();
    cluster.cut.add('c');
    cluster.peer('a').write(20);
    cluster.elapse(1_000);

    cluster.cut.delete('c');
    cluster.elapse(5_000);

    expect(cluster.peer('c').records).toEqual(cluster.peer('a').records);
  });
});

describe('when MAIN no longer has the records that a replica lacks', () => {
  test('it sends a snapshot in chunks, and records from there on', () => {
    const cluster = TestCluster.started();
    cluster.cut.add('c');
    cluster.peer('a').write(20);
    cluster.elapse(1_000);
    cluster.peer('a').compact(15);

    cluster.cut.delete('c');
    cluster.elapse(5_000);

    expect(cluster.peer('c').snapshot?.id).toBe('a@15');
    expect(cluster.peer('c').records).toEqual(cluster.peer('a').records);
    expect(cluster.peer('c').visibleLsn).toBe(21);
    expect(cluster.peer('c').state.history).toEqual([{ epoch: 1, firstLsn: 1 }]);
  });

  test.each([
    { bytes: 1, expected: 1 },
    { bytes: 1_000_000, expected: 3 },
  ])('chunks follow one another without waiting for answers, with $bytes bytes on the way', ({ bytes, expected }) => {
    const cluster = TestCluster.started(assignmentOf(), { snapshotBytesInFlightMax: bytes });
    cluster.cut.add('c');
    cluster.peer('a').write(20);
    cluster.elapse(1_000);
    cluster.peer('a').compact(15, 4);
    cluster.cut.delete('c');

    let most = 0;
    for (let turn = 0; turn < 100; turn++) {
      cluster.nowMs += 50;
      cluster.peer('a').do({ type: 'tick' });
      for (let next = cluster.questions.shift(); next !== undefined; next = cluster.questions.shift()) {
        const waiting = [next, ...cluster.questions].filter(
          ({ effect }) => effect.message.body.type === 'installSnapshot',
        );
        most = Math.max(most, waiting.length);
        cluster.pass(next);
      }
    }

    expect(most).toBe(expected);
    expect(cluster.peer('c').records).toEqual(cluster.peer('a').records);
  });

  test('a chunk that is lost is sent again, with those that followed it', () => {
    const cluster = TestCluster.started();
    cluster.cut.add('c');
    cluster.peer('a').write(20);
    cluster.elapse(1_000);
    cluster.peer('a').compact(15, 4);
    cluster.cut.delete('c');

    const sent: number[] = [];
    for (let turn = 0; turn < 100; turn++) {
      cluster.nowMs += 50;
      cluster.peer('a').do({ type: 'tick' });
      for (let next = cluster.questions.shift(); next !== undefined; next = cluster.questions.shift()) {
        const { body } = next.effect.message;
        if (body.type === 'installSnapshot') sent.push(body.chunk);
        if (body.type !== 'installSnapshot' || body.chunk !== 1 || sent.length > 2) cluster.pass(next);
      }
    }

    expect(sent).toEqual([0, 1, 2, 3, 1, 2, 3]);
    expect(cluster.peer('c').records).toEqual(cluster.peer('a').records);
  });

  test('a transfer that was broken off goes on where it stopped', () => {
    const cluster = TestCluster.started(assignmentOf(), { snapshotBytesInFlightMax: 1 });
    cluster.cut.add('c');
    cluster.peer('a').write(20);
    cluster.elapse(1_000);
    cluster.peer('a').compact(15, 4);
    cluster.cut.delete('c');
    let chunks = 0;
    for (let turn = 0; turn < 100 && chunks < 2; turn++) {
      cluster.nowMs += 50;
      cluster.peer('a').do({ type: 'tick' });
      for (let next = cluster.questions.shift(); next !== undefined; next = cluster.questions.shift()) {
        if (next.effect.message.body.type === 'installSnapshot' && ++chunks > 1) {
          cluster.peer('a').do({ type: 'unreachable', exchange: next.effect.exchange });
          break;
        }
        cluster.pass(next);
      }
    }
    cluster.peer('a').log = [];

    cluster.elapse(5_000);

    const sent = cluster
      .peer('a')
      .log.flatMap((effect) =>
        effect.type === 'send' && effect.message.body.type === 'installSnapshot' ? [effect.message.body.chunk] : [],
      );
    expect(sent).toEqual([1, 2, 3]);
    expect(cluster.peer('c').records).toEqual(cluster.peer('a').records);
  });

  test('it has one taken if there is none', () => {
    const cluster = TestCluster.started();
    cluster.cut.add('c');
    cluster.peer('a').write(20);
    cluster.elapse(1_000);
    cluster.peer('a').firstLsn = 10;

    cluster.cut.delete('c');
    cluster.elapse(3_000);

    expect(cluster.peer('a').snapshotsAsked).toBeGreaterThan(0);
  });
});

describe('after a failover', () => {
  test('the new MAIN opens its epoch with a record of its own, and shows it when the members have it', () => {
    const cluster = TestCluster.started();
    cluster.peer('a').write(2);
    cluster.run();

    cluster.failOver('b');
    cluster.elapse(100);

    expect(cluster.peer('b').state.history).toEqual([
      { epoch: 1, firstLsn: 1 },
      { epoch: 2, firstLsn: 4 },
    ]);
    expect(cluster.peer('b')).toMatchObject({ role: 'main', acknowledgedLsn: 4 });
    expect(cluster.peer('c').records).toEqual(cluster.peer('b').records);
  });

  test('nothing of the new epoch is acknowledged before its other members have stored it', () => {
    const cluster = TestCluster.started();
    cluster.failOver('b');
    cluster.cut.add('a');

    cluster.run();

    expect(cluster.peer('b').role).toBe('main');
    expect(cluster.peer('b').acknowledgedLsn).toBe(0);
    expect(cluster.peer('b').visibleLsn).toBe(1);
  });

  test.each(['a', 'c'])('a tail that nobody acknowledged is set aside on %s, and the instance comes level', (name) => {
    const cluster = TestCluster.started();
    cluster.cut.add('b');
    cluster.peer('a').write(3);
    cluster.run();
    cluster.cut = new Set(['a', 'c']);
    cluster.failOver('b');
    cluster.elapse(500);
    cluster.peer('b').write(2);
    cluster.elapse(100);

    cluster.cut = new Set();
    cluster.elapse(5_000);

    const peer = cluster.peer(name);
    expect(peer.aside.map(({ lsn, epoch }) => [epoch, lsn])).toEqual([
      [1, 2],
      [1, 3],
      [1, 4],
    ]);
    expect(peer.records).toEqual(cluster.peer('b').records);
    expect(peer).toMatchObject({ role: 'replica', visibleLsn: 4 });
  });

  test('the record of an epoch that never came to anything is set aside too', () => {
    const cluster = TestCluster.started();
    cluster.failOver('a');
    cluster.questions = [];
    expect(cluster.peer('a').lsn).toBe(2);
    cluster.cut = new Set(['a']);
    cluster.failOver('b');
    cluster.elapse(200);

    cluster.cut = new Set();
    cluster.elapse(3_000);

    expect(cluster.peer('a').aside.map(({ epoch, lsn }) => [epoch, lsn])).toEqual([[2, 2]]);
    expect(cluster.peer('a').records).toEqual(cluster.peer('b').records);
  });

  test('an instance that would have to give up what was acknowledged goes into quarantine instead', () => {
    const cluster = TestCluster.started();
    cluster.cut.add('b');
    cluster.peer('a').write(3);
    cluster.elapse(4_000);
    expect(cluster.peer('c').visibleLsn).toBe(4);
    // b is no member any more, and is made MAIN against the rules.
    cluster.ask('b', { type: 'seal', epoch: 2 });
    cluster.assignment = assignmentOf({ epoch: 2, version: 9, main: 'b', inSync: ['b'] });
    cluster.assign('b');
    cluster.cut = new Set(['a']);
    cluster.elapse(2_000);
    // As long as the coordinators have not told it what has become of the epoch before, it waits.
    expect(cluster.peer('c')).toMatchObject({ lsn: 4, visibleLsn: 4, state: { quarantine: undefined } });

    cluster.assign('c');
    cluster.elapse(2_000);

    expect(cluster.peer('c').state.quarantine).toContain('lsn 4 was acknowledged');
    expect(cluster.peer('c').lsn).toBe(4);
  });

  test.each([
    { how: 'records', compacted: false },
    { how: 'a snapshot', compacted: true },
  ])('what the coordinators have given up is set aside, acknowledged or not, when MAIN sends $how', ({ compacted }) => {
    const cluster = TestCluster.started();
    cluster.peer('a').write(1);
    cluster.elapse(2_000);
    cluster.cut.add('c');
    cluster.peer('a').write(3);
    cluster.elapse(4_000);
    const bookmark = bookmarkAt(cluster.peer('a').state, 5) ?? '';
    expect(cluster.peer('b').visibleLsn).toBe(5);
    // a and b are gone, and c follows asynchronously: it has lsn 2.
    cluster.cut = new Set(['a', 'b']);
    cluster.ask('c', { type: 'seal', epoch: 2 });
    const givenUp = [{ epoch: 1, afterLsn: 2 }];
    cluster.assignment = { ...assignmentOf({ epoch: 2, version: 9, main: 'c', inSync: ['c'] }), givenUp };
    cluster.assign('c');
    cluster.peer('c').write(2);
    cluster.elapse(2_000);
    if (compacted) cluster.peer('c').compact(4);

    cluster.cut = new Set();
    for (const name of ['a', 'b']) cluster.assign(name);
    cluster.elapse(6_000);

    for (const name of ['a', 'b']) {
      const peer = cluster.peer(name);
      expect(peer).toMatchObject({ role: 'replica', visibleLsn: 5, state: { quarantine: undefined } });
      expect(peer.records).toEqual(cluster.peer('c').records);
      expect(peer.aside.map(({ epoch, lsn }) => [epoch, lsn])).toEqual([
        [1, 3],
        [1, 4],
        [1, 5],
      ]);
      expect(checkBookmark(peer.state, bookmark)).toEqual({ type: 'lostTail', forkLsn: 2 });
    }
  });

  test('an instance whose fork MAIN no longer has gets a snapshot, and its tail is kept', () => {
    const cluster = TestCluster.started();
    cluster.cut.add('b');
    cluster.peer('a').write(3);
    cluster.run();
    cluster.cut = new Set(['a', 'c']);
    cluster.failOver('b');
    cluster.peer('b').write(6);
    cluster.elapse(500);
    cluster.peer('b').compact(5);

    cluster.cut = new Set();
    cluster.elapse(5_000);

    expect(cluster.peer('a').snapshot?.id).toBe('b@5');
    expect(cluster.peer('a').aside.map(({ lsn }) => lsn)).toEqual([2, 3, 4]);
    expect(cluster.peer('a').records).toEqual(cluster.peer('b').records);
  });
});
