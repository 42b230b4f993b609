/**
 * Patterns by trying everything: all nodes for a node, all relationships for a step, each relationship once in a MATCH.
 * A condition is asked as soon as what it names is known.
 */
import type {
  Expression,
  LabelExpression,
  LabelTest,
  NodePattern,
  PathPattern,
  RelationshipPattern,
} from '../../../core/cypher/ast.ts';
import { freeVariables, patternVariables } from '../../../core/cypher/expression-tree.ts';
import { equals, isMap } from '../../../core/value/equality.ts';
import { NodeReference, PathReference, RelationshipReference, type Value } from '../../../core/value/value.ts';
import { type Evaluation, extended, type Row, typeError } from './evaluation.ts';
import type { ReferenceRelationship } from './reference-graph.ts';

/** How far a match has come. `nodes` and `relationships`: the path that it is on. */
interface State {
  readonly row: Row;
  readonly used: ReadonlySet<number>;
  readonly nodes: readonly number[];
  readonly relationships: readonly number[];
  /** Conditions that name what is not known yet. */
  readonly open: readonly Condition[];
}

type Condition = { readonly names: ReadonlySet<string>; readonly holds: (row: Row) => boolean };

/** All rows that the patterns of one MATCH make of a row. */
export function* matches(evaluation: Evaluation, patterns: readonly PathPattern[], row: Row): Iterable<Row> {
  for (const { row: found } of matchesFrom(evaluation, patterns, freshState(row))) yield found;
}

/** MATCH with its WHERE, which the shortest paths must meet too. */
export function matchesWhere(
  evaluation: Evaluation,
  { patterns, where, row }: { patterns: readonly PathPattern[]; where: Expression | undefined; row: Row },
): Row[] {
  const kept = [...matches(evaluation, patterns, row)].filter(
    (found) => where === undefined || evaluation.value(where, { row: found }) === true,
  );
  return patterns.reduce((rows, pattern) => shortestOf(pattern, rows), kept);
}

/** Of the rows between each two nodes those whose path is shortest; one of them unless all are asked for. */
function shortestOf(pattern: PathPattern, rows: Row[]): Row[] {
  if (pattern.shortest === undefined) return rows;
  const name = pattern.variable ?? SHORTEST;
  const byEnds = new Map<string, Row[]>();
  for (const row of rows) {
    const path = row.get(name) as PathReference;
    const ends = `${path.nodes[0]} ${path.nodes.at(-1)}`;
    byEnds.set(ends, [...(byEnds.get(ends) ?? []), row]);
  }
  return [...byEnds.values()].flatMap((group) => {
    const length = (row: Row) => (row.get(name) as PathReference).relationships.length;
    const least = Math.min(...group.map(length));
    const shortest = group.filter((row) => length(row) === least);
    return pattern.shortest === 'all' ? shortest : shortest.slice(0, 1);
  });
}

/** The name of a shortest path that has none. */
const SHORTEST = ' shortest';

/** Variables that a MATCH gives, which are null when it is optional and finds nothing. */
export function namesOf(patterns: readonly PathPattern[]): string[] {
  return patterns.flatMap((pattern) => [...patternVariables(pattern)]);
}

function freshState(row: Row): State {
  return { row, used: new Set(), nodes: [], relationships: [], open: [] };
}

function* matchesFrom(evaluation: Evaluation, patterns: readonly PathPattern[], state: State): Iterable<State> {
  const [first, ...rest] = patterns;
  if (first === undefined) {
    if (state.open.every(({ holds }) => holds(state.row))) yield state;
    return;
  }
  for (const found of pathsFrom(evaluation, first, { ...state, nodes: [], relationships: [] })) {
    yield* matchesFrom(evaluation, rest, found);
  }
}

function* pathsFrom(evaluation: Evaluation, pattern: PathPattern, state: State): Iterable<State> {
  const first = pattern.nodes[0]!;
  for (const id of startsOf(evaluation, first, state.row)) {
    const at = nodeStep(evaluation, first, id, { ...state, nodes: [id] });
    if (at) yield* stepsFrom(evaluation, { pattern, position: 0 }, at);
  }
}

function startsOf({ graph }: Evaluation, { variable }: NodePattern, row: Row): Iterable<number> {
  const known = variable === undefined ? undefined : row.get(variable);
  if (known === undefined) return graph.nodes.keys();
  return known instanceof NodeReference ? [known.id] : [];
}

function* stepsFrom(
  evaluation: Evaluation,
  at: { readonly pattern: PathPattern; readonly position: number },
  state: State,
): Iterable<State> {
  const { pattern, position } = at;
  const relationship = pattern.relationships[position];
  if (relationship === undefined) {
    const name = pattern.variable ?? (pattern.shortest && SHORTEST);
    const path = new PathReference(state.nodes, state.relationships);
    const named = name === undefined ? state : { ...state, row: extended(state.row, [[name, path]]) };
    const whole = pattern.where ? withCondition(evaluation, pattern.where, named) : closed(named);
    if (whole) yield whole;
    return;
  }
  for (const next of relationshipSteps(evaluation, relationship, state)) {
    const node = pattern.nodes[position + 1]!;
    const reached = nodeStep(evaluation, node, next.nodes.at(-1)!, next);
    if (reached) yield* stepsFrom(evaluation, { pattern, position: position + 1 }, reached);
  }
}

/** Takes a node into the match, if it fits there. */
function nodeStep(evaluation: Evaluation, pattern: NodePattern, id: number, state: State): State | undefined {
  evaluation.step();
  const { variable, properties, where } = pattern;
  const node = evaluation.graph.nodes.get(id);
  if (node === undefined || !hasLabels(pattern, node.labels)) return undefined;
  const reference = new NodeReference(id);
  if (variable !== undefined && state.row.has(variable) && equals(state.row.get(variable)!, reference) !== true) {
    return undefined;
  }
  const row = variable === undefined ? state.row : extended(state.row, [[variable, reference]]);
  let next: State | undefined = { ...state, row };
  if (properties) next = withProperties(evaluation, { properties, found: node.properties }, next);
  if (where && next) next = withCondition(evaluation, where, next);
  return next && closed(next);
}

function relationshipSteps(evaluation: Evaluation, pattern: RelationshipPattern, state: State): Iterable<State> {
  if (pattern.repeated) return repeatedSteps(evaluation, pattern, state);
  return pattern.hops ? variableSteps(evaluation, pattern, state) : singleSteps(evaluation, pattern, state);
}

function* singleSteps(evaluation: Evaluation, pattern: RelationshipPattern, state: State): Iterable<State> {
  const { variable, where } = pattern;
  for (const [relationship, node] of stepsAt(evaluation, pattern, state)) {
    const reference = new RelationshipReference(relationship.id);
    const isBound = variable !== undefined && state.row.has(variable);
    if (isBound && equals(state.row.get(variable)!, reference) !== true) continue;
    const along = stepped(state, relationship, node);
    const named = variable === undefined ? along : { ...along, row: extended(along.row, [[variable, reference]]) };
    let next = withRelationshipProperties(evaluation, { pattern, relationship }, named);
    if (where && next) next = withCondition(evaluation, where, next);
    if (next) yield next;
  }
}

function* variableSteps(evaluation: Evaluation, pattern: RelationshipPattern, state: State): Iterable<State> {
  const { variable } = pattern;
  const { min, max = Number.POSITIVE_INFINITY } = pattern.hops!;
  const isBound = variable !== undefined && state.row.has(variable);
  const taken: RelationshipReference[] = [];
  function* from(at: State): Iterable<State> {
    if (taken.length >= min && !(isBound && equals([...taken], state.row.get(variable)!) !== true)) {
      yield variable === undefined ? at : { ...at, row: extended(at.row, [[variable, [...taken]]]) };
    }
    if (taken.length >= max) return;
    for (const [relationship, node] of stepsAt(evaluation, pattern, at)) {
      const next = withRelationshipProperties(evaluation, { pattern, relationship }, stepped(at, relationship, node));
      if (next === undefined) continue;
      taken.push(new RelationshipReference(relationship.id));
      yield* from(next);
      taken.pop();
    }
  }
  yield* from(state);
}

/** A quantified path pattern: the inner pattern again and again, its variables gathered in lists. */
function* repeatedSteps(evaluation: Evaluation, pattern: RelationshipPattern, state: State): Iterable<State> {
  const inner = pattern.repeated!;
  const names = patternVariables(inner);
  const { min, max = Number.POSITIVE_INFINITY } = pattern.hops!;
  function* from(at: State, rounds: readonly Row[]): Iterable<State> {
    if (rounds.length >= min) {
      const lists = names.map((name) => [name, rounds.map((round) => round.get(name)!)] as const);
      yield { ...at, row: extended(state.row, lists) };
    }
    if (rounds.length >= max) return;
    const start = at.nodes.at(-1)!;
    const first = nodeStep(evaluation, inner.nodes[0]!, start, { ...at, row: state.row, open: [] });
    if (first === undefined) return;
    for (const round of stepsFrom(evaluation, { pattern: inner, position: 0 }, first)) {
      // A round without relationships would go on for ever.
      if (round.relationships.length === at.relationships.length) continue;
      if (!round.open.every(({ holds }) => holds(round.row))) continue;
      yield* from({ ...round, open: at.open }, [...rounds, round.row]);
    }
  }
  yield* from(state, []);
}

/** The relationships that lead on from where a match is, each with the node at its other end. */
function* stepsAt(
  evaluation: Evaluation,
  pattern: RelationshipPattern,
  state: State,
): Iterable<readonly [ReferenceRelationship, number]> {
  const at = state.nodes.at(-1)!;
  for (const relationship of evaluation.graph.incident(at)) {
    evaluation.step();
    const { id, type, start, end } = relationship;
    if (state.used.has(id) || !hasType(pattern, type)) continue;
    if (pattern.direction !== 'incoming' && start === at) yield [relationship, end];
    else if (pattern.direction !== 'outgoing' && end === at) yield [relationship, start];
  }
}

function stepped(state: State, { id }: ReferenceRelationship, node: number): State {
  return {
    ...state,
    used: new Set([...state.used, id]),
    nodes: [...state.nodes, node],
    relationships: [...state.relationships, id],
  };
}

function withRelationshipProperties(
  evaluation: Evaluation,
  { pattern, relationship }: { pattern: RelationshipPattern; relationship: ReferenceRelationship },
  state: State,
): State | undefined {
  const { properties } = pattern;
  if (properties === undefined) return state;
  return withProperties(evaluation, { properties, found: relationship.properties }, state);
}

function withProperties(
  evaluation: Evaluation,
  { properties, found }: { properties: Expression; found: ReadonlyMap<string, Value> },
  state: State,
): State | undefined {
  const holds = (row: Row) => {
    const wanted = evaluation.value(properties, { row });
    if (wanted === null || !isMap(wanted)) throw typeError('Properties are a map.');
    return [...wanted].every(([key, value]) => equals(found.get(key) ?? null, value) === true);
  };
  return closed({ ...state, open: [...state.open, { names: freeVariables(properties), holds }] });
}

function withCondition(evaluation: Evaluation, where: Expression, state: State): State | undefined {
  const holds = (row: Row) => evaluation.value(where, { row }) === true;
  return closed({ ...state, open: [...state.open, { names: freeVariables(where), holds }] });
}

/** Asks the conditions that can be asked. Undefined where one does not hold. */
function closed(state: State): State | undefined {
  if (state.open.length === 0) return state;
  const isReady = ({ names }: Condition) => [...names].every((name) => state.row.has(name));
  if (!state.open.every((condition) => !isReady(condition) || condition.holds(state.row))) return undefined;
  return { ...state, open: state.open.filter((condition) => !isReady(condition)) };
}

export function hasLabels({ labels, labelExpression }: LabelTest, found: ReadonlySet<string>): boolean {
  return (
    labels.every((label) => found.has(label)) && (labelExpression === undefined || satisfies(labelExpression, found))
  );
}

function hasType({ types, typeExpression }: RelationshipPattern, type: string): boolean {
  if (typeExpression) return satisfies(typeExpression, new Set([type]));
  return types.length === 0 || types.includes(type);
}

function satisfies(expression: LabelExpression, found: ReadonlySet<string>): boolean {
  switch (expression.type) {
    case 'name':
      return found.has(expression.name);
    case 'any':
      return found.size > 0;
    case 'not':
      return !satisfies(expression.operand, found);
    case 'and':
      return satisfies(expression.left, found) && satisfies(expression.right, found);
    case 'or':
      return satisfies(expression.left, found) || satisfies(expression.right, found);
  }
}
