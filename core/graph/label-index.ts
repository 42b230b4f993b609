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

  /** The labels that all nodes have, ascending, if so many nodes have each of the labels as there are, or none has it. */
  common(nodeCount: number): readonly number[] | undefined {
    const common: number[] = [];
    for (let label = 0; label < this.#counts.length; label += 1) {
      if (this.#counts[label] === nodeCount) common.push(label);
      else if (this.#counts[label] !== 0) return undefined;
    }
    return common;
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
