import { describe, expect, test } from 'vitest';
import type { InstanceEffect } from '../../../core/replication/instance-event.ts';
import { assignmentOf, type Peer, TestCluster } from './cluster.ts';

/** What has become of fresh reads, in order. */
function answersOf(peer: Peer): string[] {
  return peer.log.flatMap((effect: InstanceEffect) => {
    if (effect.type !== 'readReady' && effect.type !== 'readRefused') return [];
    const what = effect.type === 'readReady' ? 'ready' : effect.reason;
    return effect.ids.map((id) => `${id} ${what}`);
  });
}

describe('a linearizable read', () => {
  test('is answered at once by a MAIN that holds its lease', () => {
    const cluster = TestCluster.started();
    const main = cluster.peer('a');
    main.log = [];

    main.do({ type: 'freshRead', id: 1 });

    expect(answersOf(main)).toEqual(['1 ready']);
  });

  test('writes to storage before it is answered, since an object that was replaced learns of that nowhere else', () => {
    const cluster = TestCluster.started();

    const effects = cluster.peer('a').do({ type: 'freshRead', id: 1 });

    expect(effects.map(({ type }) => type).filter((type) => type !== 'requestTick')).toEqual([
      'persistState',
      'readReady',
    ]);
  });

  test('wakes a silent MAIN, and waits for the lease that it gave back', () => {
    const cluster = TestCluster.started();
    cluster.elapse(11_000);
    const main = cluster.peer('a');
    main.log = [];

    main.do({ type: 'freshRead', id: 1 });
    const before = answersOf(main);
    cluster.run();

    expect(before).toEqual([]);
    expect(answersOf(main)).toEqual(['1 ready']);
  });

  test('waits when the lease has run out, and is refused when another instance has become MAIN', () => {
    const cluster = TestCluster.started();
    const main = cluster.peer('a');
    cluster.coordinatorsDown = true;
    cluster.elapse(6_000);
    main.log = [];

    main.do({ type: 'freshRead', id: 1 });
    main.do({ type: 'freshRead', id: 2 });
    const before = answersOf(main);
    cluster.coordinatorsDown = false;
    cluster.failOver('b');

    expect(before).toEqual([]);
    expect(answersOf(main)).toEqual(['1 notMain', '2 notMain']);
  });

  test('is refused by a replica', () => {
    const cluster = TestCluster.started();
    const replica = cluster.peer('b');

    replica.do({ type: 'freshRead', id: 7 });

    expect(answersOf(replica)).toEqual(['7 notMain']);
  });

  test('waits at a new MAIN until all that it took over is acknowledged, for its predecessor may have acknowledged it', () => {
    const cluster = TestCluster.started(assignmentOf({ inSync: ['a', 'b', 'c'] }));
    cluster.peer('a').write();
    cluster.questions = cluster.questions.filter(({ effect }) => effect.message.body.type !== 'append');
    cluster.failOver('a');
    const main = cluster.peer('a');
    const lease = cluster.questions.filter(({ effect }) => effect.to.kind === 'coordinator');
    const appends = cluster.questions.filter(({ effect }) => effect.to.kind === 'instance');
    cluster.questions = [];
    for (const question of lease) cluster.pass(question);
    main.log = [];

    main.do({ type: 'freshRead', id: 1 });
    const before = answersOf(main);
    cluster.questions.push(...appends);
    cluster.run();

    expect(main.state.main?.leaseUntilMs).toBeGreaterThan(cluster.nowMs);
    expect(before).toEqual([]);
    expect(answersOf(main)).toEqual(['1 ready']);
  });

  test('needs no lease on the only instance that there is', () => {
    const alone = assignmentOf({ instances: [{ name: 'a', region: 'weur', mode: 'SYNC' }], inSync: ['a'] });
    const cluster = TestCluster.started(alone);
    cluster.coordinatorsDown = true;

    cluster.peer('a').do({ type: 'freshRead', id: 1 });

    expect(answersOf(cluster.peer('a'))).toEqual(['1 ready']);
  });

  test('is refused when too many wait for the lease already', () => {
    const cluster = TestCluster.started();
    const main = cluster.peer('a');
    cluster.coordinatorsDown = true;
    cluster.elapse(6_000);
    for (let id = 1; id <= 4_000; id++) main.do({ type: 'freshRead', id });
    main.log = [];

    main.do({ type: 'freshRead', id: 4_001 });

    expect(answersOf(main)).toEqual(['4001 overloaded']);
  });
});
