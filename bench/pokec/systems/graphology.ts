/** graphology, the usual graph object of JavaScript: the questions by hand on its interface. Walks may use a friendship twice. */
import type { Parameters } from '../query-classes.ts';
import { GENDERS } from '../social-graph.ts';
import { peerModule, type System } from '../system.ts';

interface UserAttributes {
  readonly completion_percentage: number;
  readonly gender: string;
  readonly age: number;
}

type OnNode = (node: string, attributes: UserAttributes) => void;
type FindNode = (node: string) => boolean;

interface Graph {
  readonly order: number;
  addNode(node: string, attributes: object): void;
  addDirectedEdge(from: string, to: string, attributes?: object): unknown;
  getNodeAttributes(node: string): UserAttributes;
  getNodeAttribute(node: string, name: string): number;
  setNodeAttribute(node: string, name: string, value: unknown): void;
  forEachNode(visit: OnNode): void;
  forEachOutNeighbor(node: string, visit: OnNode): void;
  findOutNeighbor(node: string, find: FindNode): string | undefined;
  findInNeighbor(node: string, find: FindNode): string | undefined;
  hasDirectedEdge(from: string, to: string): boolean;
  inDegree(node: string): number;
  forEachEdge(
    visit: (
      edge: string,
      attributes: object,
      from: string,
      to: string,
      fromAttributes: UserAttributes,
      toAttributes: UserAttributes,
    ) => void,
  ): void;
}

const ADULT_AGE = 18;
const HOPS_MAX = 15;

export function graphology(): System {
  const { MultiDirectedGraph } = peerModule<{ MultiDirectedGraph: new () => Graph }>('graphology');
  const graph = new MultiDirectedGraph();
  const questions = questionsOn(graph);
  return {
    load({ users, friendships, from, to, completion, gender, age }) {
      for (let id = 1; id <= users; id++) {
        const attributes = { completion_percentage: completion[id]!, gender: GENDERS[gender[id]!]!, age: age[id]! };
        graph.addNode(String(id), attributes);
      }
      for (let i = 0; i < friendships; i++) graph.addDirectedEdge(String(from[i]), String(to[i]));
      return undefined;
    },
    supports: (name) => questions.has(name),
    run: (name, parameters) => questions.get(name)!(parameters),
    close: () => {},
  };
}

function questionsOn(graph: Graph): ReadonlyMap<string, (parameters: Parameters) => unknown[]> {
  const user = (node: string) => ({ id: Number(node), ...graph.getNodeAttributes(node) });
  const rowsOf = (nodes: Iterable<string>, filter: boolean, data: boolean): unknown[] => {
    const rows: unknown[] = [];
    for (const node of nodes) {
      if (filter && graph.getNodeAttribute(node, 'age') < ADULT_AGE) continue;
      rows.push(data ? user(node) : Number(node));
    }
    return rows;
  };
  const ages = (least: number): unknown[] => {
    const counts = new Map<number, number>();
    graph.forEachNode((_, { age }) => {
      if (age >= least) counts.set(age, (counts.get(age) ?? 0) + 1);
    });
    return [...counts];
  };
  let made = 0;
  const questions = new Map<string, (parameters: Parameters) => unknown[]>([
    ['single_vertex_read', ({ id }) => [user(String(id))]],
    ['aggregate', () => ages(0)],
    ['aggregate_filter', () => ages(ADULT_AGE)],
    ['aggregate_distinct', () => [[ages(0).length]]],
    ['aggregate_count', () => [[graph.order, graph.order]]],
    ['min_max_avg', () => extremes(graph)],
    [
      'pattern_cycle',
      ({ id }) => {
        const rows: unknown[] = [];
        graph.forEachOutNeighbor(String(id), (friend) => {
          if (graph.hasDirectedEdge(friend, String(id)))
            rows.push({ e1: [id, friend], m: user(friend), e2: [friend, id] });
        });
        return rows;
      },
    ],
    [
      'pattern_short',
      ({ id }) => {
        const friend = graph.findOutNeighbor(String(id), () => true);
        return friend === undefined ? [] : [user(friend)];
      },
    ],
    ['pattern_long', ({ id }) => longPattern(graph, String(id)).map(user)],
    ['shortest_path', (parameters) => shortestPath(graph, parameters, false)],
    ['shortest_path_filter', (parameters) => shortestPath(graph, parameters, true)],
    ['top_indegree', () => mostFriends(graph)],
    ['gender_pairs', () => genderPairs(graph)],
    [
      'single_vertex_write',
      ({ id }) => {
        const node = `temp ${made++}`;
        graph.addNode(node, { id });
        return [node];
      },
    ],
    ['single_edge_write', ({ from, to }) => [graph.addDirectedEdge(String(from), String(to), { type: 'Temp' })]],
    [
      'single_vertex_update',
      ({ id }) => {
        graph.setNodeAttribute(String(id), 'property', -1);
        return [];
      },
    ],
  ]);
  for (const filter of [false, true]) {
    const suffix = filter ? '_filter' : '';
    for (const steps of [1, 2, 3, 4]) {
      questions.set(`expansion_${steps}${suffix}`, ({ id }) => rowsOf(ends(graph, String(id), steps), filter, false));
      for (const data of [false, true]) {
        const name = `neighbours_${steps}${data ? '_data' : ''}${suffix}`;
        questions.set(name, ({ id }) => rowsOf(ball(graph, String(id), steps), filter, data));
      }
    }
  }
  return questions;
}

function ends(graph: Graph, start: string, steps: number): Set<string> {
  let level = new Set([start]);
  for (let step = 0; step < steps; step++) {
    const next = new Set<string>();
    for (const node of level) graph.forEachOutNeighbor(node, (friend) => next.add(friend));
    level = next;
  }
  return level;
}

function ball(graph: Graph, start: string, steps: number): Set<string> {
  const seen = new Set<string>();
  let level = [start];
  for (let step = 0; step < steps; step++) {
    const next: string[] = [];
    for (const node of level) {
      graph.forEachOutNeighbor(node, (friend) => {
        if (seen.has(friend)) return;
        seen.add(friend);
        next.push(friend);
      });
    }
    level = next;
  }
  return seen;
}

function extremes(graph: Graph): unknown[] {
  let [least, most, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  graph.forEachNode((_, { age }) => {
    least = Math.min(least, age);
    most = Math.max(most, age);
    sum += age;
  });
  return [[least, most, sum / graph.order]];
}

function longPattern(graph: Graph, a: string): string[] {
  let found: string | undefined;
  graph.findOutNeighbor(a, (b) => {
    const viaC = graph.findOutNeighbor(b, (c) => {
      const viaD = graph.findOutNeighbor(c, (d) => {
        if (c === a && d === b) return false;
        found = graph.findInNeighbor(d, (e) => e !== c && !(e === b && d === c) && !(e === a && d === b));
        return found !== undefined;
      });
      return viaD !== undefined;
    });
    return viaC !== undefined;
  });
  return found === undefined ? [] : [found];
}

function shortestPath(graph: Graph, { from, to }: Parameters, filter: boolean): unknown[] {
  const [start, end] = [String(from), String(to)];
  const before = new Map<string, string | undefined>([[start, undefined]]);
  let level = [start];
  for (let step = 0; step < HOPS_MAX && level.length > 0 && !before.has(end); step++) {
    const next: string[] = [];
    for (const node of level) {
      graph.forEachOutNeighbor(node, (friend, { age }) => {
        if (before.has(friend) || (filter && age < ADULT_AGE)) return;
        before.set(friend, node);
        next.push(friend);
      });
      if (before.has(end)) break;
    }
    level = next;
  }
  if (!before.has(end)) return [];
  const path: number[] = [];
  for (let node: string | undefined = end; node !== undefined; node = before.get(node)) path.push(Number(node));
  return [path.reverse()];
}

function mostFriends(graph: Graph): unknown[] {
  const degrees: [number, number][] = [];
  graph.forEachNode((node) => degrees.push([Number(node), graph.inDegree(node)]));
  return degrees.sort((one, other) => other[1] - one[1] || one[0] - other[0]).slice(0, 10);
}

function genderPairs(graph: Graph): unknown[] {
  const counts = new Map<string, number>();
  graph.forEachEdge((_edge, _attributes, _from, _to, one, other) => {
    if (one.age < ADULT_AGE || other.age < ADULT_AGE) return;
    const key = `${one.gender},${other.gender}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  return [...counts].map(([key, count]) => [...key.split(','), count]);
}
