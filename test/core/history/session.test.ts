import { expect, test } from 'vitest';
import { faultsOfSessions, type Mark, type SessionOperation } from './session.ts';

const at = (lsn: number, epoch = 1): Mark => ({ epoch, lsn });

const wrote = (key: string, value: number, lsn: number): SessionOperation => {
  return { type: 'write', key, value, outcome: 'ok', mark: at(lsn) };
};
const ended = (key: string, value: number, outcome: 'failed' | 'unknown'): SessionOperation => {
  return { type: 'write', key, value, outcome, mark: undefined };
};

interface Read {
  readonly mark: Mark;
  readonly seen: Record<string, number>;
  readonly after?: readonly Mark[];
  readonly floor?: Record<string, number>;
}

const read = ({ mark, seen, after = [], floor = {} }: Read): SessionOperation => {
  const [seenMap, floorMap] = [new Map(Object.entries(seen)), new Map(Object.entries(floor))];
  return { type: 'read', session: 's', after, floor: floorMap, mark, seen: seenMap };
};

test.each<{ name: string; history: SessionOperation[] }>([
  { name: 'nothing', history: [] },
  {
    name: 'reading what one wrote',
    history: [wrote('a', 1, 3), read({ mark: at(3), seen: { a: 1 }, after: [at(3)], floor: { a: 1 } })],
  },
  {
    name: 'an old state without a bookmark',
    history: [wrote('a', 1, 3), read({ mark: at(5), seen: { a: 1 } }), read({ mark: at(2), seen: {} })],
  },
  {
    name: 'an unknown write that was done',
    history: [ended('a', 1, 'unknown'), read({ mark: at(4), seen: { a: 1 } })],
  },
  {
    name: 'an unknown write that was not done',
    history: [ended('a', 1, 'unknown'), wrote('a', 2, 6), read({ mark: at(5), seen: {} })],
  },
  {
    name: 'a bookmark of an earlier epoch',
    history: [wrote('a', 1, 3), read({ mark: at(4, 2), seen: { a: 1 }, after: [at(3)], floor: { a: 1 } })],
  },
])('$name is right', ({ history }) => {
  expect(faultsOfSessions(history)).toEqual([]);
});

test.each<{ name: string; history: SessionOperation[]; fault: RegExp }>([
  {
    name: 'a state before the bookmark',
    history: [wrote('a', 1, 3), read({ mark: at(2), seen: {}, after: [at(3)] })],
    fault: /after a bookmark of lsn 3/,
  },
  {
    name: 'a state of an earlier epoch than the bookmark',
    history: [read({ mark: at(5, 1), seen: {}, after: [at(4, 2)] })],
    fault: /after a bookmark of lsn 4 of epoch 2/,
  },
  {
    name: 'not reading what one wrote, whatever the mark says',
    history: [wrote('a', 1, 3), read({ mark: at(3), seen: {}, after: [at(3)], floor: { a: 1 } })],
    fault: /a at 0, though 1 was seen before/,
  },
  {
    name: 'going back',
    history: [
      wrote('a', 1, 1),
      wrote('a', 2, 2),
      read({ mark: at(2), seen: { a: 1 }, after: [at(2)], floor: { a: 2 } }),
    ],
    fault: /a at 1, though 2 was seen before/,
  },
  {
    name: 'a long fork',
    history: [
      ended('a', 1, 'unknown'),
      ended('b', 1, 'unknown'),
      read({ mark: at(3), seen: { a: 1 } }),
      read({ mark: at(4), seen: { b: 1 } }),
    ],
    fault: /a at 0, which was 1 at lsn 3/,
  },
  {
    name: 'two states at one lsn',
    history: [ended('a', 1, 'unknown'), read({ mark: at(3), seen: {} }), read({ mark: at(3), seen: { a: 1 } })],
    fault: /a at 1, which was 0 at lsn 3/,
  },
  {
    name: 'a state that lacks what was written before',
    history: [wrote('a', 1, 3), read({ mark: at(4), seen: {} })],
    fault: /a at 0, though 1 was written at lsn 3/,
  },
  {
    name: 'a state that has what was written after',
    history: [wrote('a', 1, 3), read({ mark: at(2), seen: { a: 1 } })],
    fault: /a at 1, though 1 was written at lsn 3/,
  },
  {
    name: 'reading what failed',
    history: [ended('a', 1, 'failed'), read({ mark: at(4), seen: { a: 1 } })],
    fault: /a at 1, which failed/,
  },
  {
    name: 'reading what nobody wrote',
    history: [read({ mark: at(4), seen: { a: 7 } })],
    fault: /a at 7, which nobody wrote/,
  },
])('$name is told', ({ history, fault }) => {
  expect(faultsOfSessions(history)).toContainEqual(expect.stringMatching(fault));
});

test('states of a history that was lost are judged by what their bookmarks stand for', () => {
  const lost = (mark: Mark) => mark.epoch === 1 && mark.lsn > 3;
  const history = [
    wrote('a', 1, 5),
    read({ mark: at(5), seen: { a: 1 }, after: [at(5)], floor: { a: 1 } }),
    read({ mark: at(6, 2), seen: {} }),
  ];

  expect(faultsOfSessions(history, (mark) => !lost(mark))).toEqual([]);
  expect(faultsOfSessions(history)).not.toEqual([]);
});
