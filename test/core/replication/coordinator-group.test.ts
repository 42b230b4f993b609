import { expect, test } from 'vitest';
import type { CoordinatorGroup } from '../../../core/replication/coordinator-group.ts';
import type { CoordinatorReplyBody } from '../../../core/replication/message.ts';
import { type Question, TestCluster } from './cluster.ts';

const GROUP: CoordinatorGroup = {
  index: 40,
  members: [
    { name: 'c-4', region: 'oc' },
    { name: 'c-5', region: 'afr' },
  ],
};

/** The next question of `a` to a coordinator; what it asks of others is answered. */
function nextQuestion(cluster: TestCluster): Question {
  for (let waited = 0; waited < 200; waited++) {
    const position = cluster.questions.findIndex(({ effect }) => effect.to.kind === 'coordinator');
    const [question] = position === -1 ? [] : cluster.questions.splice(position, 1);
    if (question !== undefined) return question;
    cluster.pass(cluster.questions.shift());
    cluster.nowMs += 50;
    cluster.peer('a').do({ type: 'tick' });
  }
  throw new Error('no coordinator is asked');
}

function answer(
  cluster: TestCluster,
  { from, effect }: Question,
  body: CoordinatorReplyBody,
  group?: CoordinatorGroup,
) {
  const envelope = { ...cluster.envelope('c-1'), ...(group && { coordinators: group }) };
  cluster.peer(from).do({ type: 'reply', exchange: effect.exchange, reply: { envelope, body } });
}

test('MAIN asks the coordinators that a former one names, and not those of the beginning', () => {
  const cluster = TestCluster.started();
  cluster.peer('a').do({ type: 'activity' });
  const first = nextQuestion(cluster);

  answer(cluster, first, { type: 'notLeader', leader: 'c-5' }, GROUP);
  const second = nextQuestion(cluster);
  answer(cluster, second, { type: 'notLeader', leader: undefined });
  const third = nextQuestion(cluster);

  expect(first.effect.to).toEqual({ kind: 'coordinator', name: 'c-1' });
  expect(second.effect.to).toEqual({ kind: 'coordinator', name: 'c-5', region: 'afr' });
  expect(third.effect.to).toEqual({ kind: 'coordinator', name: 'c-4', region: 'oc' });
});

test('every instance keeps what a leader has told, over a restart, and is not told the past', () => {
  const cluster = TestCluster.started();

  cluster.ask('b', { type: 'probe' }, { coordinators: GROUP });
  cluster.ask('b', { type: 'probe' }, { coordinators: { ...GROUP, index: 39, members: [] } });
  cluster.peer('b').restart();

  expect(cluster.peer('b').state.coordinators).toEqual(GROUP);
});
