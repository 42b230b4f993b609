import { Bitmap } from './bitmap.ts';
import type { MemoryCounter } from './memory.ts';

/** The nodes of each label, in the newest state. */
export class LabelIndex {
  readonly #nodes: Bitmap[] = [];
  readonly #counts: number[] = [];
  readonly #memory: MemoryCounter;
  readonly #nobody: Bitmap;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
    this.#nobody = new Bitmap(memory);
  }

  /** The nodes that have a label. Not to be changed. */
  nodesOf(label: number): Bitmap {
    return this.#nodes[label] ?? this.#nobody;
  }

  count(label: number): number {
    return this.#counts[label] ?? 0;
  }

  has(label: number, node: number): boolean {
    return this.#nodes[label]?.has(node) ?? false;
  }

  add(label: number, node: number): void {
    while (this.#nodes.length <= label) {
      this.#nodes.push(new Bitmap(this.#memory));
      this.#counts.push(0);
    }
    this.#nodes[label]!.add(node);
    this.#counts[label]! += 1;
  }

  delete(label: number, node: number): void {
    this.#nodes[label]!.delete(node);
    this.#counts[label]! -= 1;
  }
}
