/** How well a phrase is in a text. */

/**
 * How often the terms stand in a text one after the other; with slop also where they are so far from their places, all in all, each
 * of which counts for less the farther they are. Source: Lucene's SloppyPhraseMatcher.
 */
export function phraseFrequency(words: readonly string[], terms: readonly string[], slop: number): number {
  const places = terms.map((term, i) => words.flatMap((word, at) => (word === term ? [at - i] : [])));
  if (places.some((at) => at.length === 0)) return 0;
  if (slop === 0) {
    const others = places.slice(1).map((at) => new Set(at));
    return places[0]!.filter((at) => others.every((set) => set.has(at))).length;
  }
  return sloppyFrequency(places, slop);
}

/** Walks up all lists at once: the lowest place moves on, and the distance to the highest tells how far apart the terms are. */
function sloppyFrequency(places: readonly (readonly number[])[], slop: number): number {
  const next = places.map(() => 0);
  let frequency = 0;
  for (;;) {
    let lowest = 0;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < places.length; i += 1) {
      const at = places[i]![next[i]!]!;
      if (at < places[lowest]![next[lowest]!]!) lowest = i;
      highest = Math.max(highest, at);
    }
    const distance = highest - places[lowest]![next[lowest]!]!;
    if (distance <= slop) frequency += 1 / (1 + distance);
    next[lowest]! += 1;
    if (next[lowest]! === places[lowest]!.length) return frequency;
  }
}
