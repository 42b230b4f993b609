/**
 * A checker of live queries. After each message that names a point in the log, a subscriber holds a result; it has to be the query's
 * answer at that point. So nothing is missed, doubled, reordered or split: any of these would show as another answer. A stream is
 * what comes from a first result on until it is begun anew; within it each change goes on from where the one before ended.
 */
import type { Mark } from './session.ts';

export interface LiveState {
  readonly mark: Mark;
  /** Where the message says that the subscriber was before. */
  readonly from: Mark | undefined;
  /** Each row as text; in the order of the result where that matters, else sorted. */
  readonly rows: readonly string[];
}

export interface LiveStream {
  readonly subscriber: string;
  /** What the first result must not be older than. */
  readonly after: Mark | undefined;
  readonly states: readonly LiveState[];
}

/** What is wrong, in words. `answerAt`: the query run at a point in the log; undefined where that is no more. */
export function faultsOfStream(
  { subscriber, after, states }: LiveStream,
  answerAt: (mark: Mark) => readonly string[] | undefined,
): string[] {
  const faults: string[] = [];
  let before = after;
  for (const { mark, from, rows } of states) {
    const where = `${subscriber} at lsn ${mark.lsn} of epoch ${mark.epoch}`;
    if (before !== undefined && isBefore(mark, before)) faults.push(`${where} was at lsn ${before.lsn} already`);
    if (from !== undefined && before !== undefined && !isSame(from, before)) {
      faults.push(`${where} is told what came after lsn ${from.lsn}, and was at lsn ${before.lsn}`);
    }
    const answer = answerAt(mark);
    if (answer !== undefined && answer.join('\n') !== rows.join('\n')) {
      faults.push(`${where} holds ${rows.join(' ')} where the answer is ${answer.join(' ')}`);
    }
    before = mark;
  }
  return faults;
}

function isBefore(one: Mark, other: Mark): boolean {
  return one.lsn < other.lsn || one.epoch < other.epoch;
}

function isSame(one: Mark, other: Mark): boolean {
  return one.lsn === other.lsn && one.epoch === other.epoch;
}
