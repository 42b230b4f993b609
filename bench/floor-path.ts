/** Shortest path by hand: breadth first from both ends, always on the side whose frontier is smaller. */
import type { Neighbours, Routes } from './routes.ts';

/** One side of the search. */
interface Side {
  readonly neighbours: Neighbours;
  readonly marks: Int32Array;
  /** The airport from which each one was reached. */
  readonly parents: Int32Array;
  frontier: Int32Array;
  frontierCount: number;
  next: Int32Array;
}

/** Makes a search that answers the airports of one shortest path, both ends included, or none. */
export function breadthFirst(routes: Routes): (from: number, to: number) => number[] {
  const [forward, backward] = [side(routes.outgoing), side(routes.incoming)];
  let mark = 0;
  return (from, to) => {
    mark += 1;
    begin(forward, from, mark);
    begin(backward, to, mark);
    let meeting = from === to ? from : -1;
    while (meeting === -1 && forward.frontierCount > 0 && backward.frontierCount > 0) {
      const isForward = forward.frontierCount <= backward.frontierCount;
      meeting = isForward ? advance(forward, backward, mark) : advance(backward, forward, mark);
    }
    return meeting === -1 ? [] : pathThrough(meeting, forward, backward);
  };
}

function side(neighbours: Neighbours): Side {
  const count = neighbours.offsets.length - 1;
  const array = () => new Int32Array(count);
  return { neighbours, marks: array(), parents: array(), frontier: array(), frontierCount: 0, next: array() };
}

function begin(side: Side, airport: number, mark: number): void {
  side.frontier[0] = airport;
  side.frontierCount = 1;
  side.marks[airport] = mark;
  side.parents[airport] = -1;
}

/** Goes one level on. Answers where the sides meet, or -1. */
function advance(side: Side, other: Side, mark: number): number {
  const { neighbours, marks, parents, frontier, next } = side;
  let nextCount = 0;
  for (let place = 0; place < side.frontierCount; place += 1) {
    const airport = frontier[place]!;
    const end = neighbours.offsets[airport + 1]!;
    for (let route = neighbours.offsets[airport]!; route < end; route += 1) {
      const neighbour = neighbours.targets[route]!;
      if (marks[neighbour] === mark) continue;
      marks[neighbour] = mark;
      parents[neighbour] = airport;
      if (other.marks[neighbour] === mark) return neighbour;
      next[nextCount] = neighbour;
      nextCount += 1;
    }
  }
  side.frontier = next;
  side.next = frontier;
  side.frontierCount = nextCount;
  return -1;
}

function pathThrough(meeting: number, forward: Side, backward: Side): number[] {
  const path = [meeting];
  for (let airport = forward.parents[meeting]!; airport !== -1; airport = forward.parents[airport]!) path.push(airport);
  path.reverse();
  for (let airport = backward.parents[meeting]!; airport !== -1; airport = backward.parents[airport]!)
    path.push(airport);
  return path;
}
