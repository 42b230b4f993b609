/** The word that somebody may have meant: for hints in error messages. */

/** Names longer than this are not compared, so that an error never costs much. */
const COMPARED_UNITS_MAX = 24;

/** The nearest of `words`, when it is so near that a slip of the finger is likely; compared as they are given. */
export function suggestion(written: string, words: Iterable<string>): string | undefined {
  if (written.length > COMPARED_UNITS_MAX) return undefined;
  // One slip in a short word, two in a longer one: ORDR, RETRUN.
  let nearest = written.length <= 4 ? 1 : 2;
  let found: string | undefined;
  for (const word of words) {
    if (Math.abs(word.length - written.length) > nearest) continue;
    const distance = editDistance(written, word);
    if (distance > 0 && (distance < nearest || (distance === nearest && found === undefined))) {
      nearest = distance;
      found = word;
    }
  }
  return found;
}

/** Insertions, deletions, substitutions and swaps of neighbours that make one word of the other (Damerau and Levenshtein). */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let best = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}
