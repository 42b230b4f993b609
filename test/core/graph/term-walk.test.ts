/** Walks over terms against looking at each of them, while terms come and go between two steps. */
import fc from 'fast-check';
import SearchableMap from 'minisearch/SearchableMap';
import { expect, test } from 'vitest';
import { TermWalk, type WantedTerms } from '../../../core/graph/term-walk.ts';

class Terms {
  readonly tree = new SearchableMap<true>();
  readonly all = new Set<string>();
  #changes = 0;

  readonly changeCount = () => this.#changes;

  toggle(term: string): void {
    this.#changes += 1;
    if (this.all.delete(term)) this.tree.delete(term);
    else {
      this.all.add(term);
      this.tree.set(term, true);
    }
  }
}

/** The usual table. */
function distanceBetween(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, place) => place);
  for (let i = 0; i < left.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < right.length; j += 1) {
      next.push(Math.min(row[j]! + (left[i] === right[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}

/** The distance of what is wanted, else undefined. */
function expected(term: string, wanted: WantedTerms): number | undefined {
  if ('prefix' in wanted) return term.startsWith(wanted.prefix) ? 0 : undefined;
  const distance = distanceBetween(term, wanted.like);
  return distance <= wanted.distanceMax ? distance : undefined;
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', '\ud83d'), minLength: 1, maxLength: 7 });
const wanted: fc.Arbitrary<WantedTerms> = fc.oneof(
  fc.record({ prefix: fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3 }) }),
  fc.record({ like: word, distanceMax: fc.nat(3) }),
);

test('finds what looking at each term finds, with its distance, in parts of any size', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), wanted, fc.integer({ min: 1, max: 50 }), (words, asked, size) => {
      const terms = new Terms();
      for (const one of new Set(words)) terms.toggle(one);

      const found: [string, number][] = [];
      const walk = new TermWalk(terms, asked);
      while (!walk.isDone) walk.step(size, ({ term, distance }) => found.push([term, distance]));

      const all = [...terms.all].flatMap((term) => {
        const distance = expected(term, asked);
        return distance === undefined ? [] : [[term, distance]];
      });
      expect(found.sort()).toEqual(all.sort());
    }),
    { numRuns: 500 },
  );
});

test('finds once what is there all the time, and nothing that never was, while terms come and go', () => {
  const changes = fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), changes, wanted, (words, steps, asked) => {
      const terms = new Terms();
      for (const one of new Set(words)) terms.toggle(one);
      const always = new Set(terms.all);
      const ever = new Set(terms.all);

      const found: string[] = [];
      const walk = new TermWalk(terms, asked);
      for (let step = 0; !walk.isDone; step += 1) {
        walk.step(2, ({ term }) => found.push(term));
        for (const one of steps[step] ?? []) {
          terms.toggle(one);
          always.delete(one);
          ever.add(one);
        }
      }

      expect(new Set(found).size).toBe(found.length);
      for (const term of found) expect([ever.has(term), expected(term, asked)]).toEqual([true, expect.any(Number)]);
      for (const term of always) if (expected(term, asked) !== undefined) expect(found).toContain(term);
    }),
    { numRuns: 500 },
  );
});
