/** How far nodes are from where a search starts, found level by level. */
import type { Direction } from '../graph/graph-view.ts';
import { Expansion } from '../graph/result-lists.ts';
import type { ExecutionContext } from './context.ts';

export interface Steps {
  readonly types: readonly number[];
  readonly direction: Direction;
  /** Whether a relationship may be followed to a node. */
  readonly hold: (relationship: number, node: number) => boolean;
}

export class Distances {
  readonly #expansion = new Expansion();
  /** By node: its distance plus 1; 0 when it has not been reached. */
  #marks = new Int32Array(0);
  #reached: number[] = [];
  #next = 0;
  #levelEnd = 0;
  #distance = 0;
  #found = false;

  start(node: number, nodeIdLimit: number): void {
    if (this.#marks.length < nodeIdLimit) this.#marks = new Int32Array(nodeIdLimit);
    else for (const reached of this.#reached) this.#marks[reached] = 0;
    this.#marks[node] = 1;
    this.#reached = [node];
    this.#next = 0;
    this.#levelEnd = 1;
    this.#distance = 0;
    this.#found = false;
  }

  /** Whether no more nodes can be reached. */
  get isComplete(): boolean {
    return this.#next >= this.#levelEnd;
  }

  /** The distance of a node; -1 when it has not been reached. */
  of(node: number): number {
    return this.#marks[node]! - 1;
  }

  /** Whether the target, if there is one, is within reach; undefined when the slice's work is spent before that is known. */
  search(
    steps: Steps & { readonly max: number; readonly target: number },
    context: ExecutionContext,
  ): boolean | undefined {
    while (!this.#found && this.#distance < steps.max && this.#next < this.#levelEnd) {
      // The whole level is gone through, so that all nodes nearer than the target are known; the target ends it.
      while (this.#next < this.#levelEnd) {
        if (context.exhausted) return undefined;
        this.#expand(this.#reached[this.#next++]!, steps, context);
      }
      this.#levelEnd = this.#reached.length;
      this.#distance++;
    }
    return this.#found;
  }

  #expand(
    node: number,
    { types, direction, hold, target }: Steps & { readonly target: number },
    context: ExecutionContext,
  ): void {
    for (const type of types) {
      context.view.expand(node, direction, type, this.#expansion);
      const { neighbours, relationships, count } = this.#expansion;
      context.charge(count + 1);
      for (let i = 0; i < count; i++) {
        const neighbour = neighbours[i]!;
        if (this.#marks[neighbour] !== 0 || !hold(relationships[i]!, neighbour)) continue;
        this.#marks[neighbour] = this.#distance + 2;
        this.#reached.push(neighbour);
        if (neighbour === target) this.#found = true;
      }
    }
  }
}
