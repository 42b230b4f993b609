import { expect, test } from 'vitest';
import type { Mark } from './session.ts';
import { faultsOfStream, type LiveState } from './subscription.ts';

const at = (lsn: number, epoch = 1): Mark => ({ epoch, lsn });

/** The answer at each lsn: what was there, and what each transaction added. */
const ANSWERS = new Map([
  [1, ['a']],
  [2, ['a', 'b']],
  [3, ['a', 'b']],
  [4, ['a', 'b', 'c', 'd']],
]);
const answerAt = ({ lsn }: Mark) => ANSWERS.get(lsn);

/** `a b @ 2 < 1`: holds a and b at lsn 2, and was told to have been at lsn 1. */
function state(text: string): LiveState {
  const [rows = '', place = ''] = text.split('@');
  const [lsn, from] = place.split('<').map(Number);
  return { rows: rows.trim().split(' '), mark: at(lsn!), from: from === undefined ? undefined : at(from) };
}

const stream = (after: Mark | undefined, ...states: string[]) => {
  return { subscriber: 's', after, states: states.map(state) };
};

test.each([
  { name: 'nothing', told: stream(undefined) },
  { name: 'each change', told: stream(undefined, 'a @ 1', 'a b @ 2 < 1', 'a b c d @ 4 < 2') },
  { name: 'several changes as one', told: stream(undefined, 'a @ 1', 'a b c d @ 4 < 1') },
  { name: 'being told that nothing has changed', told: stream(undefined, 'a b @ 2', 'a b @ 3', 'a b c d @ 4 < 3') },
  { name: 'a first result after what was asked for', told: stream(at(2), 'a b @ 3') },
  { name: 'a state of a history that is gone', told: stream(undefined, 'x @ 9') },
])('$name is right', ({ told }) => {
  expect(faultsOfStream(told, answerAt)).toEqual([]);
});

test.each([
  { name: 'a missed change', told: stream(undefined, 'a @ 1', 'a @ 2'), fault: /holds a where the answer is a b/ },
  { name: 'a change by half', told: stream(undefined, 'a b @ 3', 'a b c @ 4 < 3'), fault: /holds a b c where/ },
  { name: 'a change too early', told: stream(undefined, 'a b @ 1'), fault: /holds a b where the answer is a$/ },
  { name: 'a row twice', told: stream(undefined, 'a b b @ 2'), fault: /holds a b b where/ },
  { name: 'a gap', told: stream(undefined, 'a @ 1', 'a b c d @ 4 < 3'), fault: /after lsn 3, and was at lsn 1/ },
  { name: 'going back', told: stream(undefined, 'a b @ 3', 'a b @ 2'), fault: /lsn 2 .* was at lsn 3 already/ },
  { name: 'a first result that is too old', told: stream(at(4), 'a b @ 3'), fault: /was at lsn 4 already/ },
])('$name is told', ({ told, fault }) => {
  expect(faultsOfStream(told, answerAt)).toContainEqual(expect.stringMatching(fault));
});
