import { expect, test } from 'vitest';
import { type AddOutcome, faultsOfSet } from './set.ts';

/** `a+` was acknowledged, `a-` failed, `a?` is unknown. */
function outcomes(text: string): Map<string, AddOutcome> {
  const words = text.split(' ').filter((word) => word !== '');
  const meaning = new Map<string, AddOutcome>([
    ['+', 'ok'],
    ['-', 'failed'],
    ['?', 'unknown'],
  ]);
  return new Map(words.map((word) => [word.slice(0, -1), meaning.get(word.slice(-1))!]));
}

test.each([
  { name: 'nothing', added: '', final: [] },
  { name: 'what was acknowledged', added: 'a+ b+', final: ['b', 'a'] },
  { name: 'an unknown one that is there', added: 'a+ b?', final: ['a', 'b'] },
  { name: 'an unknown one that is not there', added: 'a+ b?', final: ['a'] },
  { name: 'one that failed', added: 'a+ b-', final: ['a'] },
])('$name is right', ({ added, final }) => {
  expect(faultsOfSet(outcomes(added), final)).toEqual([]);
});

test.each([
  { name: 'a lost one', added: 'a+ b+', final: ['a'], fault: 'b was acknowledged, and is not there' },
  { name: 'one that failed and is there', added: 'a-', final: ['a'], fault: 'a failed, and is there' },
  { name: 'an acknowledged one twice', added: 'a+', final: ['a', 'a'], fault: 'a is there twice' },
  { name: 'an unknown one that was sent again', added: 'a?', final: ['a', 'a'], fault: 'a is there twice' },
  { name: 'one from nowhere', added: 'a+', final: ['a', 'z'], fault: 'z is there, and nobody added it' },
])('$name is told', ({ added, final, fault }) => {
  expect(faultsOfSet(outcomes(added), final)).toEqual([fault]);
});
