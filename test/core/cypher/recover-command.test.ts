import { expect, test } from 'vitest';
import { parse } from '../../../core/cypher/parser.ts';

function targetOf(text: string) {
  const { body } = parse(text);
  return body.type === 'recover' ? body.target : body.type;
}

test.each([
  ["RECOVER SNAPSHOT 'snapshot-1'", { type: 'snapshot', path: 'snapshot-1' }],
  ["recover snapshot 'snapshot-1' force;", { type: 'snapshot', path: 'snapshot-1' }],
  ["RECOVER TO 'skein1:a:1:7'", { type: 'bookmark', bookmark: 'skein1:a:1:7' }],
  ['RECOVER TO TRANSACTION 7', { type: 'transaction', lsn: 7 }],
  ["RECOVER TO datetime('1970-01-01T00:00:01.5Z')", { type: 'moment', atMs: 1500 }],
  ["RECOVER TO DateTime('1970-01-01T02:00+02:00')", { type: 'moment', atMs: 0 }],
  ["RECOVER TO datetime('1970-07-01T00:00[Europe/Zurich]')", { type: 'moment', atMs: 15_634_800_000 }],
  ["RECOVER TO datetime('1970-01-02')", { type: 'moment', atMs: 86_400_000 }],
  ['RECOVER TO datetime({epochMillis: 1500})', { type: 'moment', atMs: 1500 }],
  ['RECOVER TO datetime({year: 1970, hour: 1})', { type: 'moment', atMs: 3_600_000 }],
])('%s', (text, target) => {
  expect(targetOf(text)).toEqual(target);
});

test.each([
  ['RECOVER TO 7', 'This is not a bookmark, TRANSACTION or datetime()'],
  ["RECOVER TO TRANSACTION 'a'", 'This is not a number'],
  ['RECOVER SNAPSHOT 7', 'This is not the path of a snapshot'],
  ["RECOVER TO datetime('yesterday')", 'This is no datetime'],
  ['RECOVER TO datetime(7)', 'This is no datetime'],
  ['RECOVER TO datetime()', 'Expected'],
  ["RECOVER TO datetime('1970-01-01') - duration('PT1H')", 'found "-"'],
])('%s is refused', (text, message) => {
  expect(() => parse(text)).toThrow(message);
});
