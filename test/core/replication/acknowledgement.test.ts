import { describe, expect, test } from 'vitest';
import { assignmentOf, TestCluster } from './cluster.ts';

describe('MAIN acknowledges', () => {
  test('what every in-sync replica has stored, and shows it on all of them', () => {
    const cluster = TestCluster.started();

    cluster.peer('a').write(3);
    cluster.run();

    expect(cluster.peer('a').acknowledgedLsn).toBe(4);
    expect([...cluster.peers.values()].map(({ visibleLsn }) => visibleLsn)).toEqual([4, 4, 4]);
    expect(cluster.peer('a').notified).toEqual([]);
  });

  test('nothing before the in-sync replica has answered, though the ASYNC one has', () => {
    const cluster = TestCluster.started();

    cluster.peer('a').write();
    const toAsync = cluster.questions.filter(({ effect }) => effect.to.name === 'c');
    for (const question of toAsync) cluster.pass(question);

    expect(cluster.peer('c').lsn).toBe(2);
    expect(cluster.peer('a').acknowledgedLsn).toBe(1);
    expect(cluster.peer('c').visibleLsn).toBe(1);
  });

  test('at once when it is alone, without coordinators and without timers', () => {
    const alone = assignmentOf({ instances: assignmentOf().instances.slice(0, 1), inSync: ['a'], coordinators: [] });
    const cluster = TestCluster.started(alone);

    cluster.peer('a').write(2);

    expect(cluster.peer('a').acknowledgedLsn).toBe(3);
    expect(cluster.questions).toEqual([]);
    expect(cluster.peer('a').state.tickAtMs).toBeUndefined();
  });

  test('everything in its log after a restart, when it is alone', () => {
    const alone = assignmentOf({ instances: assignmentOf().instances.slice(0, 1), inSync: ['a'], coordinators: [] });
    const cluster = TestCluster.started(alone);
    cluster.peer('a').write(2);

    cluster.peer('a').restart();

    expect(cluster.peer('a')).toMatchObject({ role: 'main', visibleLsn: 3 });
  });

  test('with ASYNC replicas only when durable on itself, but not without a lease', () => {
    const instances = assignmentOf().instances.map((instance) => ({ ...instance, mode: 'ASYNC' as const }));
    const cluster = TestCluster.started(assignmentOf({ instances, inSync: ['a'] }));
    cluster.cut = new Set(['b', 'c']);

    cluster.peer('a').write();
    expect(cluster.peer('a').acknowledgedLsn).toBe(2);

    cluster.coordinatorsDown = true;
    cluster.elapse(6_000);
    cluster.peer('a').write();
    cluster.elapse(1_000);
    expect(cluster.peer('a').acknowledgedLsn).toBe(2);
    expect(cluster.peer('a').notified).toEqual([]);
  });
});

describe('a lease', () => {
  test('counts from the asking: an answer that took longer than the lease is worth nothing', () => {
    const cluster = TestCluster.started(assignmentOf(), { askTimeoutMs: 60_000 });
    const main = cluster.peer('a');
    cluster.grantsLeases = false;
    cluster.elapse(6_000);
    cluster.grantsLeases = true;
    main.write();
    cluster.nowMs += 1_000;
    main.do({ type: 'tick' });
    const renewal = cluster.questions.find(({ effect }) => effect.message.body.type === 'renewLease');
    cluster.questions = cluster.questions.filter((question) => question !== renewal);
    cluster.run();

    cluster.nowMs += 5_000;
    cluster.pass(renewal);

    expect(renewal).toBeDefined();
    expect(cluster.peer('b').lsn).toBe(2);
    expect(main.acknowledgedLsn).toBe(1);
  });

  test('that has run out stops acknowledgements until it is renewed', () => {
    const cluster = TestCluster.started();
    cluster.grantsLeases = false;
    cluster.elapse(6_000);

    cluster.peer('a').write();
    cluster.elapse(1_000);
    expect(cluster.peer('b').lsn).toBe(2);
    expect(cluster.peer('a').acknowledgedLsn).toBe(1);

    cluster.grantsLeases = true;
    cluster.elapse(2_000);
    expect(cluster.peer('a').acknowledgedLsn).toBe(2);
  });

  test('is asked of the next coordinator when one does not answer', () => {
    const cluster = TestCluster.started();
    cluster.coordinatorsDown = true;
    cluster.elapse(4_000);

    expect(
      new Set(
        cluster
          .peer('a')
          .log.flatMap((effect) =>
            effect.type === 'send' && effect.to.kind === 'coordinator' ? [effect.to.name] : [],
          ),
      ),
    ).toEqual(new Set(['c-1', 'c-2', 'c-3']));
  });
});

describe('a silent in-sync replica', () => {
  test('is first removed from the set, and only then left out, with a notification that names it', () => {
    const cluster = TestCluster.started();
    cluster.cut.add('b');

    cluster.peer('a').write();
    cluster.run();
    expect(cluster.peer('a').acknowledgedLsn).toBe(1);
    cluster.elapse(3_000);

    expect(cluster.asked).toContain('remove b');
    expect(cluster.assignment.inSync).toEqual(['a']);
    expect(cluster.peer('a').acknowledgedLsn).toBe(2);
    expect(cluster.peer('a').notified).toEqual([
      "Failed to replicate to SYNC replica 'b': not reachable or not in sync.",
    ]);
  });

  test('that never answers, without an error either, is removed after the timeout', () => {
    const cluster = TestCluster.started();
    const main = cluster.peer('a');
    main.write();
    const lost = () => {
      cluster.questions = cluster.questions.filter(({ effect }) => effect.to.name !== 'b');
    };
    for (let ms = 0; ms < 1_900; ms += 50) {
      lost();
      cluster.elapse(50);
    }
    expect(cluster.assignment.inSync).toEqual(['a', 'b']);

    for (let ms = 0; ms < 500; ms += 50) {
      cluster.nowMs += 50;
      main.do({ type: 'tick' });
      lost();
      cluster.run();
    }

    expect(cluster.assignment.inSync).toEqual(['a']);
    expect(main.acknowledgedLsn).toBe(2);
  });

  test('is waited for as long as the coordinators cannot be reached', () => {
    const cluster = TestCluster.started();
    cluster.elapse(900);
    cluster.cut.add('b');
    cluster.coordinatorsDown = true;

    cluster.peer('a').write();
    cluster.elapse(30_000);

    expect(cluster.peer('a').acknowledgedLsn).toBe(1);
    expect(cluster.assignment.inSync).toEqual(['a', 'b']);
  });

  test('is not removed while nothing waits for it', () => {
    const cluster = TestCluster.started();
    cluster.cut.add('b');

    cluster.elapse(8_000);

    expect(cluster.assignment.inSync).toEqual(['a', 'b']);
  });
});

describe('a replica that comes back', () => {
  function degraded(): TestCluster {
    const cluster = TestCluster.started();
    cluster.cut.add('b');
    cluster.peer('a').write(5);
    cluster.elapse(3_000);
    cluster.cut.delete('b');
    return cluster;
  }

  test('is brought level and joins the in-sync set again', () => {
    const cluster = degraded();

    cluster.elapse(6_000);

    expect(cluster.peer('b').lsn).toBe(6);
    expect(cluster.assignment.inSync).toEqual(['a', 'b']);
    expect(cluster.peer('a').state.asked).toBeUndefined();
  });

  test('is waited for before it is added: a write meanwhile is not acknowledged without it', () => {
    const cluster = degraded();
    const main = cluster.peer('a');
    for (let turn = 0; turn < 200 && main.state.asked === undefined; turn++) {
      cluster.nowMs += 50;
      main.do({ type: 'tick' });
      for (const question of cluster.questions.splice(0)) {
        const body = question.effect.message.body;
        if (body.type === 'changeInSync') continue; // The answer never comes.
        cluster.pass(question);
      }
    }
    expect(main.state.asked).toMatchObject({ name: 'b' });
    expect(main.persisted?.asked).toMatchObject({ name: 'b' });

    cluster.questions = [];
    cluster.cut.add('b');
    main.write();
    cluster.run();

    expect(main.acknowledgedLsn).toBe(6);
  });

  test('that was asked for is waited for after a restart of MAIN as well, until the answer is known', () => {
    const cluster = degraded();
    const main = cluster.peer('a');
    let late: (typeof cluster.questions)[number] | undefined;
    for (let turn = 0; turn < 200 && late === undefined; turn++) {
      cluster.nowMs += 50;
      main.do({ type: 'tick' });
      for (const question of cluster.questions.splice(0)) {
        if (question.effect.message.body.type === 'changeInSync') late = question;
        else cluster.pass(question);
      }
    }
    cluster.questions = [];
    main.restart();
    cluster.cut.add('b');
    main.write();
    cluster.questions = cluster.questions.filter(({ effect }) => effect.message.body.type !== 'changeInSync');
    cluster.run();

    expect(main.acknowledgedLsn).toBe(6);

    // The question arrives only now; it still rests on the version that holds.
    if (late !== undefined) cluster.answer(late);
    expect(cluster.assignment.inSync).toEqual(['a', 'b']);
    cluster.run();
    expect(main.acknowledgedLsn).toBe(6);
  });

  test('a removal makes an addition that comes late void', () => {
    const cluster = degraded();
    const main = cluster.peer('a');
    let late: (typeof cluster.questions)[number] | undefined;
    for (let turn = 0; turn < 200 && late === undefined; turn++) {
      cluster.nowMs += 50;
      main.do({ type: 'tick' });
      for (const question of cluster.questions.splice(0)) {
        if (question.effect.message.body.type === 'changeInSync') late = question;
        else cluster.pass(question);
      }
    }
    cluster.cut.add('b');
    main.write();
    cluster.elapse(6_000);
    expect(cluster.asked.at(-1) === 'renew' || cluster.asked.includes('remove b')).toBe(true);
    expect(main.acknowledgedLsn).toBe(7);

    if (late !== undefined) cluster.answer(late);

    expect(cluster.assignment.inSync).toEqual(['a']);
  });
});
