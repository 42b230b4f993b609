import { describe, expect, test } from 'vitest';
import { TestCluster } from './cluster.ts';

describe('a database that nobody asks', () => {
  test('gives its lease back, sends nothing and wants no tick', () => {
    const cluster = TestCluster.started();

    cluster.elapse(11_000);
    const asked = cluster.asked.length;
    cluster.elapse(60_000);

    expect(cluster.asked.at(-1)).toBe('release');
    expect(cluster.asked).toHaveLength(asked);
    expect([...cluster.peers.values()].map(({ state }) => state.tickAtMs)).toEqual([undefined, undefined, undefined]);
  });

  test('has told everybody what is acknowledged, and they have stored it', () => {
    const cluster = TestCluster.started();
    cluster.peer('a').write(3);

    cluster.elapse(11_000);
    cluster.peer('b').restart();
    cluster.peer('c').restart();

    expect([cluster.peer('b').visibleLsn, cluster.peer('c').visibleLsn]).toEqual([4, 4]);
  });

  test.each(['activity', 'write'])('is woken by %s and renews its lease', (kind) => {
    const cluster = TestCluster.started();
    cluster.elapse(11_000);
    const asked = cluster.asked.length;

    if (kind === 'write') cluster.peer('a').write();
    else cluster.peer('a').do({ type: 'activity' });
    cluster.run();

    expect(cluster.asked[asked]).toBe('renew');
    expect(cluster.peer('a').acknowledgedLsn).toBe(cluster.peer('a').lsn);
  });

  test('asks for the lease and replicates at the same time when a write wakes it', () => {
    const cluster = TestCluster.started();
    cluster.elapse(11_000);

    cluster.peer('a').write();

    expect(cluster.questions.map(({ effect }) => effect.message.body.type)).toEqual(['renewLease', 'append', 'append']);
  });

  test('does not fall silent while a replica lacks something, but does after a minute', () => {
    const cluster = TestCluster.started();
    cluster.cut.add('c');
    cluster.peer('a').write();

    cluster.elapse(30_000);
    expect(cluster.peer('a').state.main?.silent).toBe(false);
    cluster.elapse(40_000);
    expect(cluster.peer('a').state.main?.silent).toBe(true);
  });

  test('a MAIN that restarts with everything acknowledged stays silent until it is asked', () => {
    const cluster = TestCluster.started();
    cluster.elapse(11_000);

    const effects = cluster.peer('a').restart();

    expect(effects.map(({ type }) => type)).toEqual(['changeRole', 'setVisible']);
  });

  test('and then counts a replica’s silence from that moment, and not from its own start', () => {
    const cluster = TestCluster.started();
    cluster.elapse(11_000);
    cluster.peer('a').restart();
    cluster.elapse(30_000);
    cluster.asked = [];

    cluster.peer('a').write();
    cluster.run();

    expect(cluster.asked).toEqual(['renew']);
    expect(cluster.peer('a').acknowledgedLsn).toBe(cluster.peer('a').lsn);
  });
});
