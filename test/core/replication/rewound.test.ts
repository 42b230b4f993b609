import { describe, expect, test } from 'vitest';
import { assignmentOf, type Peer, TestCluster } from './cluster.ts';

/** MAIN has written three records that are acknowledged, and comes back without the last one. */
function withMainCutShort(): { readonly cluster: TestCluster; readonly main: Peer } {
  const cluster = TestCluster.started();
  const main = cluster.peer('a');
  main.write(3);
  cluster.run();
  main.records.pop();
  if (main.persisted) main.persisted = { ...main.persisted, acknowledgedLsn: main.lsn };
  main.restart();
  return { cluster, main };
}

describe('a MAIN whose log has lost its end', () => {
  test('takes part in nothing as soon as a replica tells that it holds more, and can be filled anew', () => {
    const { cluster, main } = withMainCutShort();

    main.do({ type: 'activity' });
    cluster.elapse(2_000);

    expect(main.state).toMatchObject({ role: 'none', refillable: true });
    expect(main.state.quarantine).toMatch(/has lsn \d+ of this epoch/);
  });

  test('acknowledges nothing of what it writes in place of what it has lost', () => {
    const { cluster, main } = withMainCutShort();
    const replica = cluster.peer('b');
    const [lost] = replica.records.splice(-1);
    // What MAIN writes now is something else.
    if (lost) replica.records.push({ ...lost, hash: new Uint8Array(lost.hash.length).fill(7) });
    replica.restart();
    main.log = [];

    main.write(1);
    cluster.run();

    expect(main.log.filter(({ type }) => type === 'acknowledge')).toEqual([]);
    expect(main.state.quarantine).toMatch(/holds what this instance has written|has lsn/);
  });

  test('tells coordinators only what it had before it restarted, until the others have answered', () => {
    const { cluster, main } = withMainCutShort();
    const { lsn } = main;

    main.write(5);
    const answer = cluster.ask('a', { type: 'seal', epoch: 2 });

    expect(answer).toMatchObject({ type: 'sealed', stored: { lsn } });
  });

  test('answers no fresh read before the others have answered', () => {
    const { cluster, main } = withMainCutShort();
    main.log = [];

    main.do({ type: 'freshRead', id: 1 });
    cluster.run();

    expect(main.log.some(({ type }) => type === 'readReady')).toBe(false);
  });

  test('nor, when its assignment is an old one too, before the coordinators have said who has to answer', () => {
    const { cluster, main } = withMainCutShort();
    const { assignment } = main.state;
    const { persisted } = main;
    // Of a time when nobody was in sync with it.
    if (assignment && persisted)
      main.persisted = { ...persisted, assignment: { ...assignment, inSync: ['a'], version: 0 } };
    main.restart();
    main.log = [];

    main.do({ type: 'freshRead', id: 1 });
    cluster.run();

    expect(main.log.some(({ type }) => type === 'readReady')).toBe(false);
  });
});

test('a MAIN of before an abort does not begin the epoch after it, where the coordinators know of more than it holds', () => {
  const { cluster, main } = withMainCutShort();
  main.do({ type: 'activity' });
  const asked = cluster.questions.find(({ effect }) => effect.message.body.type === 'renewLease');
  const assignment = { ...cluster.assignment, epoch: 2, version: 9, aborts: [{ epoch: 1, afterLsn: main.lsn }] };
  const lease = { type: 'lease', granted: false, leaseMs: 0, assignment } as const;
  const tell = (acknowledgedLsn: number) =>
    main.do({
      type: 'reply',
      exchange: asked?.effect.exchange ?? 0,
      reply: { envelope: cluster.envelope('c-1'), body: { ...lease, acknowledgedLsn } },
    });

  tell(main.lsn + 5);

  expect(main.state).toMatchObject({ role: 'none', epoch: 1, refillable: true });
  expect(main.state.quarantine).toMatch(/was acknowledged/);
});

test('an instance that has only heard of a later epoch does not begin it', () => {
  const cluster = TestCluster.started();
  const main = cluster.peer('a');
  main.write(2);
  cluster.run();
  cluster.ask('b', { type: 'seal', epoch: 2 });
  main.write(1);
  cluster.run();

  main.do({
    type: 'request',
    request: {
      envelope: cluster.envelope('c-1'),
      body: { type: 'assign', assignment: assignmentOf({ epoch: 2, version: 2 }), created: false },
    },
  });

  expect(main.state.role).not.toBe('main');
});
