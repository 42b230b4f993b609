/**
 * Walks over the terms of a radix tree, a part at a time: all that begin with a text, or that are near one. Terms may come and go between
 * the parts. What is there all the time is found once; the rest may be found or not.
 */
import type SearchableMap from 'minisearch/SearchableMap';
import { EditDistance, type EditRow } from './edit-distance.ts';

/** A node of a SearchableMap: by the next letters of the terms, and under the empty text what says that a term ends here. */
type Tree = ReadonlyMap<string, Tree | true>;

/** Terms that have not been walked over: all that begin with `prefix`. No other place has any of them. */
interface Place {
  readonly prefix: string;
  tree: Tree;
  /** How far the prefix is from the beginnings of the wanted term. */
  readonly row: EditRow | undefined;
}

export interface FoundTerm {
  readonly term: string;
  /** Letters put in, left out or changed; 0 where all that begin with a text are asked for. */
  readonly distance: number;
}

/** Those that begin with a text, or those that are as near to one. */
export type WantedTerms = { readonly prefix: string } | { readonly like: string; readonly distanceMax: number };

/** The terms of an index, and how often they have changed. */
export interface WalkedTerms {
  readonly tree: SearchableMap<true>;
  readonly changeCount: () => number;
}

export class TermWalk {
  readonly #terms: WalkedTerms;
  readonly #distance: EditDistance | undefined;
  readonly #places: Place[];
  #changeCount: number;

  constructor(terms: WalkedTerms, wanted: WantedTerms) {
    this.#terms = terms;
    this.#changeCount = terms.changeCount();
    const isPrefix = 'prefix' in wanted;
    this.#distance = isPrefix ? undefined : new EditDistance(wanted.like, wanted.distanceMax);
    const prefix = isPrefix ? wanted.prefix : '';
    this.#places = [{ prefix, tree: treeAt(terms.tree, prefix), row: this.#distance?.start }];
  }

  get isDone(): boolean {
    return this.#places.length === 0;
  }

  /** Goes on over at most so many places, and shows the terms there to `visit`. Answers with how many it has been. */
  step(placeCount: number, visit: (found: FoundTerm) => void): number {
    this.#follow();
    let count = 0;
    for (; count < placeCount && this.#places.length > 0; count += 1) this.#walk(this.#places.pop()!, visit);
    return count;
  }

  #walk({ prefix, tree, row }: Place, visit: (found: FoundTerm) => void): void {
    for (const [letters, below] of tree) {
      if (below === true) {
        const distance = row === undefined ? 0 : this.#distance!.ofWhole(row, prefix.length);
        if (distance !== undefined) visit({ term: prefix, distance });
        continue;
      }
      const next = prefix + letters;
      const nextRow = row && this.#distance!.after(row, next, prefix.length);
      if (row === undefined || nextRow !== undefined) this.#places.push({ prefix: next, tree: below, row: nextRow });
    }
  }

  /** Changes take nodes apart and put them together: each place is looked up again by what its terms begin with. */
  #follow(): void {
    if (this.#changeCount === this.#terms.changeCount()) return;
    this.#changeCount = this.#terms.changeCount();
    for (const place of this.#places) place.tree = treeAt(this.#terms.tree, place.prefix);
  }
}

/** Package minisearch keeps its nodes in a field that its types do not name, and walks over them in one go only. */
function treeAt(terms: SearchableMap<true>, prefix: string): Tree {
  return (terms.atPrefix(prefix) as unknown as { readonly _tree: Tree })._tree;
}
