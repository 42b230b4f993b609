import { describe, expect, test } from 'vitest';
import { isTailConfirmed } from '../../../core/replication/recovered-tail.ts';
import { TestCluster } from './cluster.ts';

/** All went down just after a write, so that storage does not know yet that it was acknowledged. */
function restartedAfterWrite(): TestCluster {
  const cluster = TestCluster.started();
  cluster.elapse(2_000);
  // The first write's acknowledgement is stored, and then none for a second.
  for (let round = 0; round < 2; round += 1) {
    cluster.peer('a').write(3);
    cluster.run();
  }
  for (const peer of cluster.peers.values()) peer.restart();
  return cluster;
}

describe('the end of a log that was recovered', () => {
  test('is not taken for acknowledged by itself', () => {
    const cluster = restartedAfterWrite();

    expect([...cluster.peers.values()].map(({ state }) => isTailConfirmed(state))).toEqual([false, false, false]);
  });

  test('is confirmed on MAIN and on the replicas once MAIN has its lease and the in-sync set has answered', () => {
    const cluster = restartedAfterWrite();

    cluster.elapse(1_000);

    expect([...cluster.peers.values()].map(({ state }) => isTailConfirmed(state))).toEqual([true, true, true]);
    expect(cluster.peer('b').visibleLsn).toBe(cluster.peer('b').lsn);
  });

  test('makes a replica that is read wake MAIN, once a second at most', () => {
    const cluster = restartedAfterWrite();
    const probes = () => cluster.questions.filter(({ effect }) => effect.message.body.type === 'probe').length;
    const before = probes();

    cluster.peer('b').do({ type: 'activity' });
    cluster.peer('b').do({ type: 'activity' });

    expect(probes()).toBe(before + 1);
  });

  test('is confirmed to a reader also by a MAIN that knows from its own storage that all of it was acknowledged', () => {
    const cluster = restartedAfterWrite();
    const main = cluster.peer('a');
    cluster.questions = [];
    if (main.persisted) main.persisted = { ...main.persisted, acknowledgedLsn: main.lsn };
    for (const peer of cluster.peers.values()) peer.restart();
    expect(main.state.main?.silent).toBe(true);

    cluster.peer('b').do({ type: 'activity' });
    cluster.run();

    expect(isTailConfirmed(cluster.peer('b').state)).toBe(true);
    expect(cluster.peer('b').visibleLsn).toBe(main.lsn);
  });

  test('is nothing to wake anybody for when everything was known to be acknowledged', () => {
    const cluster = TestCluster.started();
    cluster.peer('a').write(3);
    cluster.elapse(11_000);
    cluster.peer('b').restart();

    cluster.peer('b').do({ type: 'activity' });

    expect(cluster.questions).toHaveLength(0);
  });
});
