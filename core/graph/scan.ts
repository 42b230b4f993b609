import { type Bitmap, lowestBit } from './bitmap.ts';
import type { ScanResult } from './graph-view.ts';

/** A scan's answer, used again by the view's next scan. */
export class ScanState implements ScanResult {
  count = 0;
  cursor = -1;
}

/** Members that are to be asked one by one, because the set holds only their newest state. */
export interface Doubtful {
  readonly ids: Bitmap;
  /** Whether the view sees an id. */
  readonly sees: (id: number) => boolean;
}

/** Fills `out` with the members of a set from `result.cursor` on, ascending, and moves the cursor behind them. */
export function scanBits(
  members: Bitmap,
  doubtful: Doubtful | undefined,
  out: Int32Array,
  result: ScanState,
): ScanState {
  const words = members.words;
  const doubtfulWords = doubtful?.ids.words;
  const wordCount = doubtfulWords === undefined ? words.length : Math.max(words.length, doubtfulWords.length);
  let count = 0;
  let mask = -1 << (result.cursor & 31);
  for (let word = result.cursor >>> 5; word < wordCount; word += 1) {
    const doubts = doubtfulWords === undefined ? 0 : (doubtfulWords[word] ?? 0);
    let bits = ((words[word] ?? 0) | doubts) & mask;
    mask = -1;
    if (bits === -1 && doubts === 0 && count + 32 <= out.length) {
      const first = word << 5;
      for (let bit = 0; bit < 32; bit++) out[count + bit] = first + bit;
      count += 32;
      continue;
    }
    while (bits !== 0) {
      const bit = lowestBit(bits);
      bits &= bits - 1;
      const id = (word << 5) + bit;
      if ((doubts & (1 << bit)) !== 0 && !doubtful!.sees(id)) continue;
      if (count === out.length) {
        result.count = count;
        result.cursor = id;
        return result;
      }
      out[count++] = id;
    }
  }
  result.count = count;
  result.cursor = -1;
  return result;
}
