import { describe, expect, test } from 'vitest';
import type { InstanceRequestBody } from '../../../core/replication/message.ts';
import { reportOf } from '../../../core/replication/report.ts';
import { assignmentOf, TestCluster } from './cluster.ts';

/** `a` is MAIN, `b` a SYNC replica, and `b` feeds `c`. */
function chained(): TestCluster {
  const assignment = assignmentOf();
  const instances = assignment.instances.map((one) => (one.name === 'c' ? { ...one, upstream: 'b' } : one));
  const cluster = TestCluster.started({ ...assignment, instances });
  cluster.elapse(2_000);
  return cluster;
}

/** Who sends appends with records to `to` while `during` runs, by name. */
function feeders(cluster: TestCluster, to: string, during: () => void): readonly string[] {
  const senders: string[] = [];
  const { deliver } = cluster;
  cluster.deliver = (name, request) => {
    const { body, envelope } = request;
    if (name === to && isFeeding(body)) senders.push(envelope.from.name);
    return deliver.call(cluster, name, request);
  };
  during();
  cluster.deliver = deliver;
  return [...new Set(senders)];
}

function isFeeding(body: InstanceRequestBody): boolean {
  return body.type === 'installSnapshot' || (body.type === 'append' && body.records.length > 0);
}

function lagOf(cluster: TestCluster, name: string) {
  const main = cluster.peer(cluster.assignment.main);
  return reportOf(main.state, cluster.nowMs).replicas.find((replica) => replica.name === name);
}

describe('a replica with an upstream', () => {
  test('gets its records from there and not from MAIN, with what is acknowledged', () => {
    const cluster = chained();

    const senders = feeders(cluster, 'c', () => {
      cluster.peer('a').write(5);
      cluster.run();
    });

    expect(senders).toEqual(['b']);
    expect(cluster.peer('c').records).toEqual(cluster.peer('a').records);
    expect(cluster.peer('c').visibleLsn).toBe(cluster.peer('a').acknowledgedLsn);
  });

  test('is known to MAIN as far as its upstream tells, so that the database falls silent when it is level', () => {
    const cluster = chained();
    cluster.peer('a').write(3);
    cluster.elapse(1_500);

    expect(lagOf(cluster, 'c')).toMatchObject({ storedLsn: 4, state: 'ready', relayed: true });
    cluster.elapse(20_000);
    expect(cluster.peer('a').state.main?.silent).toBe(true);
    for (const peer of cluster.peers.values()) expect(peer.state.tickAtMs).toBeUndefined();
  });

  test('is waited for by nobody there, though an old assignment may name it among the in-sync', () => {
    const assignment = assignmentOf({ inSync: ['a', 'b', 'c'] });
    const instances = assignment.instances.map((one) => (one.name === 'c' ? { ...one, upstream: 'b' } : one));
    const cluster = TestCluster.started({ ...assignment, instances });
    cluster.elapse(2_000);

    expect(cluster.peer('b').state.relay?.replicas).toMatchObject([{ name: 'c', awaited: false, lost: false }]);
  });

  test('knows MAIN by its name, and not its upstream', () => {
    const cluster = chained();
    const peer = cluster.peer('c');
    cluster.failOver('b');
    cluster.failOver('a');
    peer.log = [];

    cluster.elapse(3_000);
    cluster.peer('a').write();
    cluster.elapse(1_000);

    const roles = peer.log.filter((effect) => effect.type === 'changeRole');
    expect(roles.every((effect) => effect.type === 'changeRole' && effect.main !== 'b')).toBe(true);
    expect(peer.lsn).toBe(cluster.peer('a').lsn);
  });

  test('is fed by MAIN while the upstream is down, and by the upstream again when that is back', () => {
    const cluster = chained();
    cluster.cut.add('b');

    const meanwhile = feeders(cluster, 'c', () => {
      cluster.peer('a').write(2);
      cluster.elapse(6_000);
    });
    const reached = cluster.peer('c').lsn;
    cluster.cut.clear();
    cluster.elapse(6_000);
    const after = feeders(cluster, 'c', () => {
      cluster.peer('a').write(2);
      cluster.elapse(1_000);
    });

    expect(meanwhile).toEqual(['a']);
    expect(reached).toBe(3);
    expect(after).toEqual(['b']);
    expect(cluster.peer('c').lsn).toBe(5);
  });

  test('is fed by MAIN when only the link to its upstream is broken', () => {
    const cluster = chained();
    const { answer } = cluster;
    cluster.answer = (question) => {
      const { effect, from } = question;
      const isBroken = from === 'b' && effect.to.kind === 'instance' && effect.to.name === 'c';
      return isBroken ? undefined : answer.call(cluster, question);
    };

    cluster.peer('a').write(2);
    cluster.elapse(6_000);

    expect(cluster.peer('c').lsn).toBe(3);
    expect(lagOf(cluster, 'c')?.relayed).toBeUndefined();
  });

  test('is fed by MAIN when its upstream is unregistered', () => {
    const cluster = chained();
    const instances = cluster.assignment.instances
      .filter(({ name }) => name !== 'b')
      .map(({ upstream: _, ...one }) => one);
    cluster.assignment = { ...cluster.assignment, instances, inSync: ['a'], version: 9 };
    cluster.assign('a');

    cluster.peer('a').write(2);
    cluster.elapse(2_000);

    expect(cluster.peer('c').lsn).toBe(3);
  });

  test('comes level from a snapshot of its upstream when the records are gone there', () => {
    const cluster = chained();
    cluster.cut.add('c');
    cluster.peer('a').write(6);
    cluster.elapse(3_000);
    for (const name of ['a', 'b']) cluster.peer(name).compact(6);

    cluster.cut.clear();
    cluster.elapse(8_000);

    expect(cluster.peer('c').lsn).toBe(7);
    expect(lagOf(cluster, 'c')).toMatchObject({ storedLsn: 7, relayed: true });
  });

  test('goes through a failover to its upstream, which feeds it as MAIN then', () => {
    const cluster = chained();
    cluster.peer('a').write(2);
    cluster.elapse(1_000);
    cluster.cut.add('a');

    cluster.failOver('b');
    cluster.elapse(6_000);
    cluster.peer('b').write(2);
    cluster.elapse(6_000);

    expect(cluster.peer('c').state.epoch).toBe(2);
    expect(cluster.peer('c').records).toEqual(cluster.peer('b').records);
  });

  test('goes through a failover past its upstream, and has the tail set aside that nobody acknowledged', () => {
    const base = assignmentOf();
    const d = { name: 'd', region: 'oc', mode: 'ASYNC', upstream: 'c' } as const;
    const instances = [...base.instances.map((one) => ({ ...one, mode: 'SYNC' as const })), d];
    const cluster = TestCluster.started({ ...base, instances, inSync: ['a', 'b', 'c'] });
    cluster.elapse(2_000);
    // Only `c` and `d` get what `a` writes last.
    const { answer } = cluster;
    cluster.answer = (question) => {
      const { effect, from } = question;
      const isLost = from === 'a' && effect.to.kind === 'instance' && effect.to.name === 'b';
      return isLost ? undefined : answer.call(cluster, question);
    };
    cluster.peer('a').write(2);
    cluster.run();
    expect(cluster.peer('d').lsn).toBe(3);

    cluster.answer = answer;
    cluster.cut.add('a');
    cluster.failOver('b');
    cluster.elapse(4_000);
    cluster.peer('b').write();
    cluster.elapse(6_000);

    expect(cluster.peer('d').aside.map(({ epoch, lsn }) => `${epoch}:${lsn}`)).toEqual(['1:2', '1:3']);
    expect(cluster.peer('d').records).toEqual(cluster.peer('b').records);
    expect(cluster.peer('d').state.quarantine).toBeUndefined();
  });
});

describe('an upstream', () => {
  test('passes nothing on before its own log is MAIN’s', () => {
    const cluster = chained();
    const reply = cluster.ask(
      'b',
      {
        type: 'append',
        previousLsn: 1,
        previousHash: cluster.peer('a').records[0]?.hash ?? new Uint8Array(),
        records: [],
        acknowledgedLsn: 1,
        relayTo: [{ name: 'c', region: 'apac' }],
      },
      { epoch: 2, from: { name: 'x', region: 'weur' } },
    );

    expect(reply).toMatchObject({ type: 'appended', outcome: 'stored' });
    expect(cluster.peer('b').state.relay).toBeUndefined();
  });

  test('stops when MAIN does not name the replica any more', () => {
    const cluster = chained();
    expect(cluster.peer('b').state.relay?.replicas.map(({ name }) => name)).toEqual(['c']);
    const instances = cluster.assignment.instances.filter(({ name }) => name !== 'c');
    cluster.assignment = { ...cluster.assignment, instances, version: 9 };
    cluster.assign('a');

    cluster.peer('a').write();
    cluster.elapse(1_000);

    expect(cluster.peer('b').state.relay).toBeUndefined();
  });

  test('gives up in the end on a replica that does not come back, and is silent', () => {
    const cluster = chained();
    cluster.cut.add('c');
    cluster.peer('a').write();

    cluster.elapse(180_000, 250);

    for (const name of ['a', 'b']) expect(cluster.peer(name).state.tickAtMs).toBeUndefined();
  });
});
