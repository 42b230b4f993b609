import { describe, expect, test } from 'vitest';
import { type Group, groupWithFlights, MEMBERS } from './group.ts';

function assignmentIn(group: Group) {
  const state = group.state(group.leader ?? 'c-1');
  return state.cluster.databases.get('flights')?.assignment;
}

/** Everybody has the log that MAIN has. */
function level(group: Group, lsn = 10): void {
  for (const name of ['weur-1', 'enam-1', 'apac-1']) Object.assign(group.instance(name), { lsn, logEpoch: 1 });
}

describe('a MAIN that falls silent', () => {
  test('is followed within ten seconds by the in-sync replica, and not by the ASYNC one', () => {
    const group = groupWithFlights();
    level(group);
    group.instance('apac-1').lsn = 12;
    group.elapseWithLease('weur-1', 3_000);

    group.instance('weur-1').reachable = false;
    group.elapse(10_000);

    expect(assignmentIn(group)).toMatchObject({ epoch: 2, main: 'enam-1', inSync: ['enam-1'] });
    expect(group.instance('enam-1')).toMatchObject({ role: 'main', epoch: 2 });
    expect(group.instance('apac-1')).toMatchObject({ role: 'replica', epoch: 2 });
  });

  test('keeps its epoch as long as its lease may last', () => {
    const group = groupWithFlights();
    level(group);
    group.elapseWithLease('weur-1', 3_000);

    group.renew('weur-1');
    group.instance('weur-1').reachable = false;
    group.elapse(5_000);

    expect(assignmentIn(group)?.epoch).toBe(1);
    expect(group.instance('enam-1').sealedEpoch).toBe(0);
  });

  test('and takes the leader of the coordinators with it is followed when its lease ends, not a lease after the election', () => {
    const group = groupWithFlights();
    level(group);
    group.elapseWithLease('weur-1', 3_000);
    group.renew('weur-1');

    group.cut.add(group.leader ?? '');
    group.instance('weur-1').reachable = false;
    group.elapse(3_200);
    group.ask({ type: 'reportUnreachable', database: 'flights', instance: 'weur-1', epoch: 1 });
    group.elapse(1_600);
    const whileTheLeaseMayLast = assignmentIn(group)?.epoch;
    group.elapse(1_600);

    expect(whileTheLeaseMayLast).toBe(1);
    expect(assignmentIn(group)).toMatchObject({ epoch: 2, main: 'enam-1' });
  });

  test('and takes the leader with it is followed when its lease ends also if it is reported only then, having been asked in vain before', () => {
    const group = groupWithFlights();
    level(group);
    group.elapseWithLease('weur-1', 3_000);
    group.renew('weur-1');

    group.cut.add(group.leader ?? '');
    group.instance('weur-1').reachable = false;
    group.elapse(3_000);
    group.ask({ type: 'showInstances', database: 'flights' });
    group.elapse(2_000);
    group.ask({ type: 'reportUnreachable', database: 'flights', instance: 'weur-1', epoch: 1 });
    group.elapse(600);

    expect(assignmentIn(group)).toMatchObject({ epoch: 2, main: 'enam-1' });
  });

  test('is not waited for when the others have answered the seal', () => {
    const group = groupWithFlights();
    level(group);
    group.elapseWithLease('weur-1', 3_000);

    group.instance('weur-1').reachable = false;
    group.elapse(10_000);

    const failovers = group.state(group.leader ?? '').cluster.databases.get('flights')?.failovers ?? [];
    expect(failovers.map(({ beganAtMs, endedAtMs }) => endedAtMs - beganAtMs)).toEqual([expect.toBeOneOf([0, 50])]);
  });

  test('is told of the new epoch when it comes back', () => {
    const group = groupWithFlights();
    level(group);
    group.elapseWithLease('weur-1', 3_000);
    group.instance('weur-1').reachable = false;
    group.elapse(12_000);

    group.instance('weur-1').reachable = true;
    const reply = group.renew('weur-1', { epoch: 1 });
    group.elapse(5_000);

    expect(reply).toMatchObject({ type: 'lease', granted: false, assignment: { epoch: 2, main: 'enam-1' } });
    expect(group.instance('weur-1')).toMatchObject({ role: 'replica', epoch: 2 });
  });

  test('that gave its lease back is not down', () => {
    const group = groupWithFlights();
    level(group);
    group.elapseWithLease('weur-1', 3_000);
    group.askAsMain('weur-1', { type: 'releaseLease', report: group.instance('weur-1').report() });

    group.instance('weur-1').reachable = false;
    group.elapse(30_000);

    expect(assignmentIn(group)?.epoch).toBe(1);
  });

  test('and that a Worker reports while nobody held a lease is followed too', () => {
    const group = groupWithFlights();
    level(group);
    group.elapse(20_000);
    group.instance('weur-1').reachable = false;

    group.ask({ type: 'reportUnreachable', database: 'flights', instance: 'weur-1', epoch: 1 });
    group.elapse(10_000);

    expect(assignmentIn(group)).toMatchObject({ epoch: 2, main: 'enam-1' });
  });

  test('is followed within seconds when the only one that may follow it comes back after a long time', () => {
    const group = groupWithFlights();
    level(group);
    group.elapseWithLease('weur-1', 3_000);
    for (const name of ['weur-1', 'enam-1']) group.instance(name).reachable = false;
    for (let times = 0; times < 12; times++) {
      group.ask({ type: 'reportUnreachable', database: 'flights', instance: 'weur-1', epoch: 1 });
      group.elapse(10_000);
    }
    expect(assignmentIn(group)).toMatchObject({ epoch: 1 });

    group.instance('enam-1').reachable = true;
    group.elapse(5_000);

    expect(assignmentIn(group)).toMatchObject({ epoch: 2, main: 'enam-1' });
  });

  test('stays MAIN when it answers the probe: the Worker alone could not reach it', () => {
    const group = groupWithFlights();
    level(group);
    group.elapse(20_000);

    group.ask({ type: 'reportUnreachable', database: 'flights', instance: 'weur-1', epoch: 1 });
    group.elapse(10_000);

    expect(assignmentIn(group)?.epoch).toBe(1);
  });

  test('stays MAIN when it is alone in the in-sync set, because only it has everything', () => {
    const group = groupWithFlights();
    level(group);
    group.askAsMain('weur-1', { type: 'changeInSync', change: 'remove', instance: 'enam-1', version: 1 });
    group.elapseWithLease('weur-1', 2_000);

    group.instance('weur-1').reachable = false;
    group.elapse(30_000);

    expect(assignmentIn(group)).toMatchObject({ epoch: 1, main: 'weur-1' });
  });

  test('comes back as MAIN of the next epoch when nobody else could be chosen', () => {
    const group = groupWithFlights();
    level(group);
    group.elapseWithLease('weur-1', 3_000);
    group.instance('weur-1').reachable = false;
    group.instance('enam-1').reachable = false;
    group.elapse(15_000);
    expect(assignmentIn(group)?.epoch).toBe(1);

    group.instance('weur-1').reachable = true;
    group.elapse(4_000);

    expect(assignmentIn(group)).toMatchObject({ epoch: 2, main: 'weur-1', inSync: ['weur-1'] });
    expect(group.instance('weur-1').role).toBe('main');
  });

  test.each([
    { what: 'an empty replica', change: { lsn: 0 } },
    { what: 'a replica in quarantine', change: { quarantine: 'a flipped bit' } },
    { what: 'a replica that lacks what MAIN has acknowledged', change: { lsn: 4 } },
  ])('is never followed by $what', ({ change }) => {
    const group = groupWithFlights();
    level(group);
    group.elapseWithLease('weur-1', 3_000);
    Object.assign(group.instance('enam-1'), change);

    group.instance('weur-1').reachable = false;
    group.elapse(15_000);

    expect(assignmentIn(group)?.epoch).toBe(1);
  });

  test('the member with the longest log is chosen, a later epoch before a higher lsn', () => {
    const group = groupWithFlights();
    Object.assign(group.instance('weur-1'), { lsn: 10, logEpoch: 1 });
    Object.assign(group.instance('enam-1'), { lsn: 9, logEpoch: 2 });
    group.elapseWithLease('weur-1', 1_000);
    group.instance('weur-1').lsn = 8;
    const member = group.leader ?? 'c-1';
    const state = group.state(member);
    const watch = state.watches.get('flights');
    if (watch === undefined) throw new Error('nobody looks after flights');
    const watches = new Map(state.watches).set('flights', { ...watch, acknowledgedLsn: 0, leaseUntilMs: 0 });
    group.states.set(member, { ...state, watches });
    Object.assign(group.instance('weur-1'), { role: 'none' });

    group.ask({ type: 'showInstances', database: 'flights' });
    group.elapse(4_000);

    expect(assignmentIn(group)).toMatchObject({ epoch: 2, main: 'enam-1', inSync: ['weur-1', 'enam-1'] });
  });
});

describe('a replica that MAIN has missed for some checks', () => {
  test('is told again what it is, since it may have lost its storage', () => {
    const group = groupWithFlights();
    level(group);
    group.elapseWithLease('weur-1', 3_000);
    const replica = group.instance('enam-1');
    Object.assign(replica, { cluster: undefined, epoch: 0, role: 'none', lsn: 0 });

    for (let second = 0; second < 5; second += 1) {
      const missed = { name: 'enam-1', storedLsn: 10, state: 'behind', silentMs: (second + 3) * 1_000 } as const;
      const report = { ...group.instance('weur-1').report(), replicas: [missed] };
      group.askAsMain('weur-1', { type: 'renewLease', report });
      group.elapse(1_000);
    }

    expect(replica).toMatchObject({ role: 'replica', epoch: 1 });
    expect(assignmentIn(group)).toMatchObject({ epoch: 1, main: 'weur-1' });
  });
});

describe('a new leader', () => {
  test('goes on with a failover that the last one began', () => {
    const group = groupWithFlights();
    level(group);
    group.elapseWithLease('weur-1', 3_000);
    group.instance('weur-1').reachable = false;
    group.instance('enam-1').reachable = false;
    group.elapse(8_000);
    const first = group.leader ?? '';
    expect(group.state(first).cluster.databases.get('flights')?.status.type).toBe('failingOver');

    group.cut.add(first);
    group.instance('enam-1').reachable = true;
    group.elapse(8_000);

    expect(group.leader).not.toBe(first);
    expect(assignmentIn(group)).toMatchObject({ epoch: 2, main: 'enam-1' });
  });

  test('lets every lease of its predecessor run out before it takes a MAIN for down', () => {
    const group = groupWithFlights();
    level(group);
    group.elapseWithLease('weur-1', 2_000);
    group.renew('weur-1');
    const renewedAtMs = group.nowMs;
    group.instance('weur-1').reachable = false;
    group.cut.add(group.leader ?? '');

    let sealedAtMs = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < 400 && group.instance('enam-1').sealedEpoch === 0; turn++) {
      group.elapse(50);
      if (turn % 20 === 0 && group.leader !== undefined) {
        group.askOne(group.leader, { type: 'reportUnreachable', database: 'flights', instance: 'weur-1', epoch: 1 });
      }
      sealedAtMs = group.nowMs;
    }

    expect(group.instance('enam-1').sealedEpoch).toBe(1);
    expect(sealedAtMs - renewedAtMs).toBeGreaterThan(5_000);
  });

  test('does not grant what the old leader, cut off, cannot grant any more', () => {
    const group = groupWithFlights();
    const old = group.leader ?? '';
    group.renew('weur-1');
    group.cut = new Set(MEMBERS.filter((member) => member !== old));

    group.elapse(1_500);

    expect(group.renew('weur-1', { to: old })).toBeUndefined();
    group.elapse(5_000);
    expect(group.renew('weur-1', { to: old })).toMatchObject({ type: 'notLeader' });
  });
});

describe('the in-sync set', () => {
  test('changes when MAIN asks, and the answer carries the assignment', () => {
    const group = groupWithFlights();

    const removed = group.askAsMain('weur-1', {
      type: 'changeInSync',
      change: 'remove',
      instance: 'enam-1',
      version: 1,
    });
    const added = group.askAsMain('weur-1', { type: 'changeInSync', change: 'add', instance: 'enam-1', version: 2 });

    expect(removed).toMatchObject({ changed: true, assignment: { inSync: ['weur-1'], version: 2 } });
    expect(added).toMatchObject({ changed: true, assignment: { inSync: ['weur-1', 'enam-1'], version: 3 } });
  });

  test('does not change for a MAIN of an epoch that is over', () => {
    const group = groupWithFlights();

    const reply = group.askAsMain(
      'weur-1',
      { type: 'changeInSync', change: 'remove', instance: 'enam-1', version: 1 },
      { epoch: 0 },
    );

    expect(reply).toMatchObject({ changed: false, reason: 'epoch', assignment: { version: 1 } });
  });

  test('does not change while a failover runs, and no lease is granted', () => {
    const group = groupWithFlights();
    level(group);
    group.elapseWithLease('weur-1', 1_000);
    group.instance('weur-1').reachable = false;
    group.instance('enam-1').reachable = false;
    group.elapse(8_000);

    const change = group.askAsMain('weur-1', {
      type: 'changeInSync',
      change: 'remove',
      instance: 'enam-1',
      version: 1,
    });

    expect(change).toMatchObject({ changed: false, reason: 'failingOver' });
    expect(group.renew('weur-1')).toMatchObject({ type: 'lease', granted: false });
  });

  test('is asked of the leader only: a follower names it', () => {
    const group = groupWithFlights();
    const follower = MEMBERS.find((member) => member !== group.leader) ?? '';

    expect(group.renew('weur-1', { to: follower })).toEqual({ type: 'notLeader', leader: group.leader });
  });
});

describe('with sync_failover_only set to false', () => {
  /** MAIN has told of 12 transactions, then it and the member that has all of them are silent. */
  function withoutMembers(change: { lag?: string; late?: number; syncOnly?: string }): Group {
    const group = groupWithFlights();
    level(group, 12);
    group.instance('apac-1').lsn = change.late ?? 10;
    const set = (name: 'sync_failover_only' | 'max_failover_replica_lag', value: string) =>
      group.ask({ type: 'operate', database: undefined, command: { type: 'setSetting', name, value } });
    set('sync_failover_only', change.syncOnly ?? 'false');
    set('max_failover_replica_lag', change.lag ?? 'unlimited');
    group.elapseWithLease('weur-1', 3_000);
    for (const name of ['weur-1', 'enam-1']) group.instance(name).reachable = false;
    group.elapse(12_000);
    return group;
  }

  test('the ASYNC replica follows MAIN when no member of the set answers, and it is told what is given up by that', () => {
    const group = withoutMembers({});

    expect(assignmentIn(group)).toMatchObject({
      epoch: 2,
      main: 'apac-1',
      inSync: ['apac-1'],
      givenUp: [{ epoch: 1, afterLsn: 10 }],
    });
    const failovers = group.state(group.leader ?? '').cluster.databases.get('flights')?.failovers ?? [];
    expect(failovers.at(-1)?.lost).toEqual({ atLeast: 2, atMost: null });
    expect(group.instance('apac-1')).toMatchObject({ role: 'main', epoch: 2 });
  });

  test.each([
    { what: 'lacks no more than the limit', change: { lag: '2' }, main: 'apac-1' },
    { what: 'lacks more than the limit', change: { lag: '1' }, main: 'weur-1' },
    { what: 'is not wanted', change: { syncOnly: 'true' }, main: 'weur-1' },
  ])('an ASYNC replica that $what leaves $main MAIN', ({ change, main }) => {
    expect(assignmentIn(withoutMembers(change))?.main).toBe(main);
  });

  test('whoever has not come to the epoch that ends cannot be chosen: what it lacks is not known', () => {
    const group = groupWithFlights();
    level(group);
    group.ask({
      type: 'operate',
      database: undefined,
      command: { type: 'setSetting', name: 'sync_failover_only', value: 'false' },
    });
    group.instance('apac-1').logEpoch = 0;
    group.elapseWithLease('weur-1', 3_000);
    for (const name of ['weur-1', 'enam-1']) group.instance(name).reachable = false;
    group.elapse(12_000);

    expect(assignmentIn(group)).toMatchObject({ epoch: 1, main: 'weur-1' });
  });

  test('a member of the set that answers comes first, whatever it has less', () => {
    const group = groupWithFlights();
    level(group, 12);
    group.instance('apac-1').lsn = 14;
    group.ask({
      type: 'operate',
      database: undefined,
      command: { type: 'setSetting', name: 'sync_failover_only', value: 'false' },
    });
    group.elapseWithLease('weur-1', 3_000);
    group.instance('weur-1').reachable = false;
    group.elapse(12_000);

    expect(assignmentIn(group)).toMatchObject({ epoch: 2, main: 'enam-1' });
    expect(assignmentIn(group)?.givenUp).toBeUndefined();
  });
});
