/** Instances of two builds in one database: a log takes nothing that somebody who follows it could not read. */
import { describe, expect, test } from 'vitest';
import { versionRefusalOf } from '../../../core/replication/version-need.ts';
import { VERSION } from '../../../core/version.ts';
import { assignmentOf, TestCluster } from './cluster.ts';

const OLD = VERSION - 1;

/** Everybody level, and those named of the version before. */
function clusterWith(old: readonly string[]): TestCluster {
  const cluster = TestCluster.started();
  for (const [name, peer] of cluster.peers) {
    peer.newest = old.includes(name) ? OLD : VERSION;
    peer.restart();
  }
  cluster.run();
  cluster.peer('a').write();
  cluster.run();
  return cluster;
}

function refusal(cluster: TestCluster): string | undefined {
  return versionRefusalOf(cluster.peer('a').state, VERSION)?.message;
}

describe('what came with this version', () => {
  test('may be written when all replicas have told that they understand it', () => {
    const cluster = clusterWith([]);

    expect(refusal(cluster)).toBeUndefined();
  });

  test.each([
    { why: 'a SYNC replica is of the version before', old: ['b'], lacking: 'b' },
    { why: 'an ASYNC replica is', old: ['c'], lacking: 'c' },
    { why: 'MAIN itself is', old: ['a'], lacking: 'a' },
  ])('may not while $why', ({ old, lacking }) => {
    expect(refusal(clusterWith(old))).toContain(`not yet, as far as is known, ${lacking}.`);
  });

  test('may not while a replica has not been heard; what it told is known after a restart of MAIN', () => {
    const cluster = TestCluster.started();
    expect(refusal(cluster)).toBeUndefined();
    const fresh = new TestCluster();
    fresh.cut.add('c');
    for (const name of ['b', 'a']) fresh.assign(name, true);
    fresh.run();
    expect(refusal(fresh)).toContain('c');

    cluster.peer('a').write();
    cluster.elapse(60_000);
    cluster.cut.add('b').add('c');
    cluster.peer('a').restart();

    expect(refusal(cluster)).toBeUndefined();
  });

  test('stays in use once it is in the log, and a new MAIN knows it', () => {
    const cluster = clusterWith([]);
    cluster.peer('a').write(1, VERSION);
    cluster.run();
    cluster.cut.add('a');

    cluster.failOver('b');
    cluster.run();

    expect(cluster.peer('b').state.logNeeds).toBe(VERSION);
    expect(versionRefusalOf(cluster.peer('b').state, VERSION)).toBeUndefined();
  });

  test('is not read by a replica of the version before, which refuses it and keeps what it has', () => {
    const cluster = clusterWith([]);
    cluster.peer('c').newest = OLD;
    cluster.peer('c').restart();
    const before = cluster.peer('c').lsn;

    cluster.peer('a').write(1, VERSION);
    cluster.elapse(2_000);

    expect(cluster.peer('c')).toMatchObject({ lsn: before, role: 'replica' });
    expect(cluster.peer('c').state.quarantine).toBeUndefined();
    cluster.peer('c').newest = VERSION;
    cluster.peer('c').restart();
    cluster.elapse(10_000);
    expect(cluster.peer('c').lsn).toBe(cluster.peer('a').lsn);
  });
});

describe('messages', () => {
  test('are said in the oldest version that has the means, and tell the newest that the sender understands', () => {
    const cluster = clusterWith([]);
    cluster.peer('a').write();
    const [ordinary] = cluster.questions.splice(0);
    cluster.peer('a').write(1, VERSION);
    const [news] = cluster.questions.splice(0);

    const envelopes = [ordinary, news].map((question) => question?.effect.message.envelope);

    expect(envelopes.map((envelope) => envelope?.version)).toEqual([1, 2]);
    expect(envelopes.map((envelope) => envelope?.newest)).toEqual([VERSION, VERSION]);
  });

  test.each([
    { what: 'gives something up', change: { givenUp: [{ epoch: 1, afterLsn: 3 }] } },
    { what: 'leaves roles to people', change: { members: [{ name: 'a', region: 'weur' }] } },
  ])('with an assignment that $what are refused by who would misread it, as is its record', ({ change }) => {
    const cluster = clusterWith(['b']);
    const assignment = assignmentOf({ ...change, version: 9 });

    const reply = cluster.ask('b', { type: 'assign', assignment, created: false }, { version: 2 });

    expect(reply).toEqual({ type: 'refused', reason: 'version' });
    expect(cluster.peer('b').persisted?.version).toBeUndefined();
  });

  test('between builds of both keep a database in step, whoever is MAIN', () => {
    const cluster = clusterWith(['b']);
    cluster.peer('a').write(3);
    cluster.run();
    expect(cluster.peer('b').lsn).toBe(cluster.peer('a').lsn);
    cluster.cut.add('a');

    cluster.failOver('b');
    cluster.cut.delete('a');
    cluster.peer('b').write(3);
    cluster.elapse(10_000);

    expect(cluster.peer('a').lsn).toBe(cluster.peer('b').lsn);
    expect(cluster.peer('b').acknowledgedLsn).toBe(cluster.peer('b').lsn);
  });
});
