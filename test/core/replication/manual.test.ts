import { describe, expect, test } from 'vitest';
import { ownEpochAfter } from '../../../core/replication/assignment.ts';
import type { ReplicationCommand } from '../../../core/replication/instance-event.ts';
import { writeRefusalOf } from '../../../core/replication/write-permission.ts';
import { assignmentOf, TestCluster } from './cluster.ts';

const MEMBERS = [
  { name: 'a', region: 'weur' },
  { name: 'b', region: 'enam' },
  { name: 'c', region: 'apac' },
];

const TO_MAIN = { type: 'becomeMain' } as const;
const TO_REPLICA = { type: 'becomeReplica' } as const;

/** Three instances of a database whose roles are given by hand: `a` is MAIN, and feeds nobody. */
class ManualCluster extends TestCluster {
  #nextId = 1;

  static founded(): ManualCluster {
    const instances = MEMBERS.map((member) => ({ ...member, mode: 'SYNC' as const }));
    const cluster = new ManualCluster(assignmentOf({ instances, coordinators: [], members: MEMBERS }));
    for (const { name } of MEMBERS) cluster.assign(name, true);
    cluster.run();
    return cluster;
  }

  /** `a` feeds `b` and `c`, which are level. */
  static withReplicas(mode: 'SYNC' | 'STRICT_SYNC' = 'SYNC'): ManualCluster {
    const cluster = ManualCluster.founded();
    cluster.register('a', 'b', mode);
    cluster.register('a', 'c', 'ASYNC');
    return cluster;
  }

  /** What the operator is told: `done`, the error's text, or undefined while he waits. */
  operate(name: string, command: ReplicationCommand, elapseMs = 0): string | undefined {
    const id = this.#nextId++;
    const peer = this.peer(name);
    peer.do({ type: 'operate', id, command });
    this.run();
    if (elapseMs > 0) this.elapse(elapseMs);
    const answer = peer.log.find((effect) => effect.type === 'operated' && effect.id === id);
    if (answer?.type !== 'operated') return undefined;
    return answer.error === undefined ? 'done' : answer.error.message;
  }

  register(main: string, replica: string, mode: 'SYNC' | 'ASYNC' | 'STRICT_SYNC' = 'SYNC'): string | undefined {
    return this.operate(
      main,
      { type: 'registerReplica', name: `r-${replica}`, mode, endpoint: `${replica}:10000` },
      3_000,
    );
  }

  roles(): string {
    return MEMBERS.map(({ name }) => `${name} ${this.peer(name).state.role}`).join(', ');
  }

  inSync(name: string): readonly string[] {
    return this.peer(name).state.assignment?.inSync ?? [];
  }
}

describe('a database whose roles are given by hand', () => {
  test('begins with the first instance as MAIN, which writes without a lease, and replicas that nobody feeds', () => {
    const cluster = ManualCluster.founded();

    cluster.peer('a').write(2);
    cluster.elapse(5_000);

    expect(cluster.roles()).toBe('a main, b replica, c replica');
    expect(cluster.peer('a').acknowledgedLsn).toBe(3);
    expect(cluster.peer('b').lsn).toBe(0);
    expect(cluster.asked).toEqual([]);
  });

  test('listens to the coordinators once', () => {
    const cluster = ManualCluster.founded();
    cluster.operate('b', TO_MAIN);

    cluster.assign('b', true);
    cluster.assign('a', true);

    expect(cluster.roles()).toBe('a main, b main, c replica');
    expect(cluster.peer('b').state.epoch).toBe(2);
  });

  test('refuses linearizable reads, since nobody can tell that there is no other MAIN', () => {
    const cluster = ManualCluster.founded();

    const effects = cluster.peer('a').do({ type: 'freshRead', id: 7 });

    expect(effects).toContainEqual({ type: 'readRefused', ids: [7], reason: 'manual' });
  });
});

test('roles are not given by hand where coordinators give them, and the error says what to do', () => {
  const cluster = TestCluster.started();

  const effects = cluster.peer('a').do({ type: 'operate', id: 1, command: TO_REPLICA });

  const [answer] = effects.filter((effect) => effect.type === 'operated');
  expect(answer).toMatchObject({ id: 1, error: { code: 'Neo.ClientError.Statement.NotSupported' } });
  expect(answer?.type === 'operated' && answer.error?.message).toContain('SWITCHOVER TO');
  expect(cluster.peer('a').state.role).toBe('main');
});

describe('REGISTER REPLICA', () => {
  test('brings a replica level, and then every acknowledgement waits for it', () => {
    const cluster = ManualCluster.founded();
    cluster.peer('a').write(3);

    const told = cluster.register('a', 'b');
    cluster.peer('a').write();

    expect(told).toBe('done');
    expect(cluster.inSync('a')).toEqual(['a', 'b']);
    expect(cluster.peer('a').acknowledgedLsn).toBe(4);
    cluster.run();
    expect(cluster.peer('a').acknowledgedLsn).toBe(5);
    expect(cluster.peer('b').lsn).toBe(5);
  });

  test('is there after a restart of both', () => {
    const cluster = ManualCluster.withReplicas();

    for (const name of ['a', 'b', 'c']) cluster.peer(name).restart();
    cluster.peer('a').write();
    cluster.elapse(2_000);

    expect(cluster.roles()).toBe('a main, b replica, c replica');
    expect(cluster.inSync('a')).toEqual(['a', 'b']);
    expect(cluster.peer('a').acknowledgedLsn).toBe(2);
    expect([cluster.peer('b').lsn, cluster.peer('c').lsn]).toEqual([2, 2]);
  });

  test.each([
    { on: 'b', endpoint: 'c', name: 'x', mode: 'SYNC', says: "'b' is a replica" },
    { on: 'a', endpoint: 'nowhere:10000', name: 'x', mode: 'SYNC', says: 'there are a, b, c' },
    { on: 'a', endpoint: 'a', name: 'x', mode: 'SYNC', says: "'a' is MAIN itself" },
    { on: 'a', endpoint: 'flights@c', name: 'r-b', mode: 'SYNC', says: "a replica 'r-b' already" },
    { on: 'a', endpoint: 'b:7687', name: 'x', mode: 'SYNC', says: "registered already, as 'r-b'" },
    { on: 'a', endpoint: 'c', name: 'x', mode: 'STRICT_SYNC', says: 'do not mix' },
  ] as const)('of $endpoint as $name on $on is refused: $says', ({ on, endpoint, name, mode, says }) => {
    const cluster = ManualCluster.founded();
    cluster.register('a', 'b');

    const told = cluster.operate(on, { type: 'registerReplica', name, mode, endpoint });

    expect(told?.toLowerCase()).toContain(says.toLowerCase());
    expect(cluster.peer('a').state.assignment?.instances).toHaveLength(2);
  });

  test('of an instance that cannot be reached is refused, and changes nothing', () => {
    const cluster = ManualCluster.founded();
    cluster.cut.add('b');

    expect(cluster.register('a', 'b')).toContain('cannot be reached');
    expect(cluster.peer('a').state.assignment?.instances).toHaveLength(1);
  });

  test('of a MAIN is refused until that one is told to be a replica', () => {
    const cluster = ManualCluster.founded();
    cluster.operate('b', TO_MAIN);

    const before = cluster.register('a', 'b');

    expect(before).toContain('SET REPLICATION ROLE TO REPLICA');
    expect(cluster.roles()).toBe('a main, b main, c replica');
  });

  test('with a MAIN of a lower epoch is refused, and that MAIN can open one that is higher', () => {
    const cluster = ManualCluster.founded();
    cluster.operate('b', TO_MAIN);
    cluster.register('b', 'c');

    const refused = cluster.register('a', 'c');
    cluster.operate('a', TO_REPLICA);
    cluster.operate('a', TO_MAIN);
    const taken = cluster.register('a', 'c');

    expect(refused).toContain('later epoch');
    expect(taken).toBe('done');
    expect(cluster.peer('c').state).toMatchObject({ role: 'replica', epoch: 65 });
    // `b` has heard of it from its replica.
    expect(cluster.roles()).toBe('a main, b replica, c replica');
  });
});

describe('a SYNC replica that falls silent', () => {
  test('is taken out of the set in the storage of MAIN before anything is acknowledged without it', () => {
    const cluster = ManualCluster.withReplicas();
    cluster.cut.add('b');
    const main = cluster.peer('a');
    main.log = [];

    main.write();
    cluster.elapse(3_000);

    expect(main.acknowledgedLsn).toBe(2);
    expect(main.notified).toEqual(["Failed to replicate to SYNC replica 'r-b': not reachable or not in sync."]);
    const saved = main.log.findIndex(
      (effect) => effect.type === 'persistState' && !effect.record.assignment?.inSync.includes('b'),
    );
    const acknowledged = main.log.findIndex((effect) => effect.type === 'acknowledge');
    expect(saved).toBeGreaterThanOrEqual(0);
    expect(saved).toBeLessThan(acknowledged);
  });

  test('joins again when it is level', () => {
    const cluster = ManualCluster.withReplicas();
    cluster.cut.add('b');
    cluster.peer('a').write();
    cluster.elapse(3_000);

    cluster.cut.clear();
    cluster.elapse(6_000);

    expect(cluster.inSync('a')).toEqual(['a', 'b']);
    expect(cluster.peer('b').lsn).toBe(2);
  });
});

describe('SET REPLICATION ROLE TO MAIN', () => {
  test('after MAIN is lost: the new one registers the other replicas, and nothing that was acknowledged is missing', () => {
    const cluster = ManualCluster.withReplicas();
    cluster.peer('a').write(5);
    cluster.elapse(1_000);
    cluster.cut.add('a');

    const promoted = cluster.operate('b', TO_MAIN);
    const registered = cluster.register('b', 'c');
    cluster.peer('b').write();
    cluster.elapse(1_000);

    expect([promoted, registered]).toEqual(['done', 'done']);
    expect(cluster.peer('b').state.epoch).toBe(2);
    expect(cluster.peer('b').acknowledgedLsn).toBe(8);
    expect(cluster.peer('c').records).toEqual(cluster.peer('b').records);
  });

  test('of a replica whose MAIN is up: that one hears of it, takes no more writes, and follows when it is registered', () => {
    const cluster = ManualCluster.withReplicas();

    cluster.operate('b', TO_MAIN);
    cluster.elapse(2_000);
    const refusal = writeRefusalOf(cluster.peer('a').state);
    const registered = cluster.register('b', 'a');

    expect(refusal?.code).toBe('Neo.ClientError.Cluster.NotALeader');
    expect(registered).toBe('done');
    expect(cluster.roles()).toBe('a replica, b main, c replica');
    expect(cluster.peer('a').records).toEqual(cluster.peer('b').records);
  });

  test('of a replica that lacks what was acknowledged without it: the old MAIN sets that aside, and is not in quarantine', () => {
    const cluster = ManualCluster.withReplicas();
    cluster.cut.add('b');
    cluster.peer('a').write(3);
    cluster.elapse(3_000);
    expect(cluster.peer('a').acknowledgedLsn).toBe(4);

    cluster.cut.clear();
    cluster.cut.add('a');
    cluster.operate('b', TO_MAIN);
    cluster.peer('b').write();
    cluster.cut.clear();
    cluster.elapse(2_000);
    const registered = cluster.register('b', 'a');

    const old = cluster.peer('a');
    expect(registered).toBe('done');
    expect(old.state.quarantine).toBeUndefined();
    expect(old.aside.map(({ lsn, epoch }) => `${epoch}:${lsn}`)).toEqual(['1:2', '1:3', '1:4']);
    expect(old.records).toEqual(cluster.peer('b').records);
    expect(old.visibleLsn).toBe(3);
  });

  test('of a replica that lacks what the old MAIN has in a snapshot already: that one is filled from a snapshot', () => {
    const cluster = ManualCluster.withReplicas();
    cluster.cut.add('b');
    cluster.peer('a').write(5);
    cluster.elapse(3_000);
    cluster.peer('a').compact(4);

    cluster.cut.clear();
    cluster.cut.add('a');
    cluster.operate('b', TO_MAIN);
    cluster.peer('b').write(2);
    // What both have, and what only the new one has.
    for (const lsn of [1, 3]) cluster.peer('b').compact(lsn);
    cluster.cut.clear();
    cluster.elapse(2_000);
    const registered = cluster.register('b', 'a');
    cluster.elapse(10_000);

    const old = cluster.peer('a');
    expect(registered).toBe('done');
    expect(old.state).toMatchObject({ role: 'replica', quarantine: undefined });
    expect(old.lsn).toBe(cluster.peer('b').lsn);
    // The others are in the snapshot that went.
    expect(old.aside.map(({ lsn }) => lsn)).toEqual([5, 6]);
    expect(cluster.inSync('b')).toEqual(['b', 'a']);
  });

  test('of two instances at one moment: each has an epoch of its own, and the later one fences off the other', () => {
    const cluster = ManualCluster.withReplicas();
    cluster.cut.add('a');

    cluster.operate('b', TO_MAIN);
    cluster.operate('c', TO_MAIN);

    expect([cluster.peer('b').state.epoch, cluster.peer('c').state.epoch]).toEqual([2, 3]);
    expect(cluster.register('b', 'c')).toContain("'c' is MAIN");
    expect(cluster.operate('b', TO_MAIN)).toContain('MAIN already');
  });

  test('outlives a restart, as the role of a replica does', () => {
    const cluster = ManualCluster.founded();
    cluster.operate('a', TO_REPLICA);
    cluster.operate('b', TO_MAIN);

    for (const { name } of MEMBERS) cluster.peer(name).restart();

    expect(cluster.roles()).toBe('a replica, b main, c replica');
  });
});

describe('SET REPLICATION ROLE TO REPLICA', () => {
  test('lets MAIN acknowledge what it has written, and take nothing new meanwhile', () => {
    const cluster = ManualCluster.withReplicas();
    const main = cluster.peer('a');
    main.write();
    main.do({ type: 'operate', id: 99, command: TO_REPLICA });
    const refusal = writeRefusalOf(main.state);

    cluster.run();

    expect(refusal?.code).toBe('Neo.ClientError.Cluster.NotALeader');
    expect(main.acknowledgedLsn).toBe(2);
    expect(main.failedFrom.filter((lsn) => lsn <= 2)).toEqual([]);
    expect(main.log).toContainEqual({ type: 'operated', id: 99, error: undefined });
    expect(main.state.role).toBe('replica');
  });

  test('of a replica does nothing', () => {
    const cluster = ManualCluster.withReplicas();

    expect(cluster.operate('b', TO_REPLICA)).toBe('done');
    expect(cluster.roles()).toBe('a main, b replica, c replica');
  });
});

describe('DROP REPLICA', () => {
  test('lets commits go on without it at once, and leaves it a replica without a MAIN', () => {
    const cluster = ManualCluster.withReplicas();
    cluster.cut.add('b');

    const told = cluster.operate('a', { type: 'dropReplica', name: 'r-b' });
    cluster.peer('a').write();
    cluster.run();

    expect(told).toBe('done');
    expect(cluster.peer('a').acknowledgedLsn).toBe(2);
    expect(cluster.peer('a').notified).toEqual([]);
    expect(cluster.roles()).toBe('a main, b replica, c replica');
  });

  test('of a name that is not there is refused', () => {
    const cluster = ManualCluster.withReplicas();

    expect(cluster.operate('a', { type: 'dropReplica', name: 'b' })).toContain("no replica 'b'");
  });
});

describe('STRICT_SYNC', () => {
  test('aborts what the replica does not confirm, in an epoch of its own, and goes on when it is back', () => {
    const cluster = ManualCluster.withReplicas('STRICT_SYNC');
    cluster.cut.add('b');
    const main = cluster.peer('a');

    main.write();
    cluster.elapse(3_000);
    expect(main.aborted).toHaveLength(1);
    expect(main.aborted[0]).toContain("STRICT_SYNC replica 'r-b'");
    expect(writeRefusalOf(main.state)?.code).toBe('Neo.TransientError.Cluster.ReplicationFailure');

    cluster.cut.clear();
    cluster.elapse(6_000);
    main.write();
    cluster.elapse(1_000);

    expect(main.state.epoch).toBe(65);
    expect(main.acknowledgedLsn).toBe(main.lsn);
    expect(cluster.peer('b').records).toEqual(main.records);
    expect(cluster.peer('c').records).toEqual(main.records);
  });
});

test('a replica whose record was damaged is reminded by MAIN, and filled anew', () => {
  const cluster = ManualCluster.withReplicas();
  cluster.peer('a').write(4);
  cluster.elapse(1_000);
  cluster.peer('a').compact(3);
  const replica = cluster.peer('b');

  replica.persisted = undefined;
  replica.restart('the record does not agree with its checksum');
  cluster.peer('a').write();
  cluster.elapse(10_000);

  expect(replica.state).toMatchObject({ role: 'replica', quarantine: undefined });
  expect(replica.lsn).toBe(cluster.peer('a').lsn);
  expect(cluster.inSync('a')).toEqual(['a', 'b']);
});

test('a replica that has forgotten everything stays out until an operator registers it again', () => {
  const cluster = ManualCluster.withReplicas();
  const replica = cluster.peer('b');

  Object.assign(replica, { persisted: undefined, records: [] });
  replica.restart();
  cluster.peer('a').write();
  cluster.elapse(5_000);
  expect(replica.state.role).toBe('none');

  cluster.operate('a', { type: 'dropReplica', name: 'r-b' });
  expect(cluster.register('a', 'b')).toBe('done');
  expect(replica.records).toEqual(cluster.peer('a').records);
});

test.each([
  { name: 'a', epoch: 0, own: 1 },
  { name: 'b', epoch: 0, own: 2 },
  { name: 'b', epoch: 2, own: 66 },
  { name: 'c', epoch: 2, own: 3 },
  { name: 'a', epoch: 65, own: 129 },
  { name: 'a', epoch: 64, own: 65 },
])('the first epoch that $name may open above $epoch is $own', ({ name, epoch, own }) => {
  expect(ownEpochAfter(MEMBERS, name, epoch)).toBe(own);
});
