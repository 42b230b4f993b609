/** The functions that the reference has: those on graphs, lists and types, and some on numbers and texts. */
import { isNumeric, multiply, negate } from '../../../core/value/arithmetic.ts';
import { equals, isList, isMap } from '../../../core/value/equality.ts';
import { Float, NodeReference, PathReference, RelationshipReference, type Value } from '../../../core/value/value.ts';
import { argumentError, type Evaluation, typeError } from './evaluation.ts';
import { nodesOf, relationshipsOf } from './reference-graph.ts';

type Function = (values: readonly Value[], evaluation: Evaluation) => Value;

export function functionValue(evaluation: Evaluation, name: string, values: readonly Value[]): Value {
  if (name === 'coalesce') return values.find((value) => value !== null) ?? null;
  const apply = FUNCTIONS[name];
  if (apply === undefined) throw new Error(`the reference has no ${name}()`);
  if (name === 'nullif') return apply(values, evaluation);
  return values.includes(null) ? null : apply(values, evaluation);
}

const FUNCTIONS: Readonly<Record<string, Function>> = {
  id: ([entity]) => {
    if (entity instanceof NodeReference || entity instanceof RelationshipReference) return entity.id;
    throw typeError('This must be an entity.');
  },
  labels: ([node], { graph }) => {
    if (node instanceof NodeReference) return [...graph.node(node).labels];
    throw typeError('This must be a node.');
  },
  type: ([one], { graph }) => graph.relationship(relationshipOf(one!)).type,
  properties: ([subject], evaluation) => propertiesOf(subject!, evaluation),
  keys: ([subject], evaluation) => [...propertiesOf(subject!, evaluation).keys()],
  nodes: ([path]) => nodesOf(pathOf(path!)),
  relationships: ([path]) => relationshipsOf(pathOf(path!)),
  length: ([path]) => pathOf(path!).relationships.length,
  startnode: ([one], { graph }) => new NodeReference(graph.relationship(relationshipOf(one!)).start),
  endnode: ([one], { graph }) => new NodeReference(graph.relationship(relationshipOf(one!)).end),
  size: ([value]) => (typeof value === 'string' ? [...value].length : listOf(value!).length),
  head: ([list]) => listOf(list!)[0] ?? null,
  last: ([list]) => listOf(list!).at(-1) ?? null,
  tail: ([list]) => listOf(list!).slice(1),
  reverse: ([value]) => (typeof value === 'string' ? [...value].reverse().join('') : listOf(value!).toReversed()),
  range: ([start, end, step = 1]) => range({ start: start!, end: end!, step }),
  isempty: ([value]) => {
    if (typeof value === 'string' || isList(value!)) return value.length === 0;
    if (isMap(value!)) return value.size === 0;
    throw typeError('This cannot be empty.');
  },
  nullif: ([value, other]) => (equals(value!, other!) === true ? null : value!),
  abs: ([value]) => {
    const number = numberOf(value!);
    return number instanceof Float ? new Float(Math.abs(number.value)) : number < 0 ? negate(number) : number;
  },
  sign: ([value]) => {
    const number = numberOf(value!);
    return Math.sign(number instanceof Float ? number.value : Number(number));
  },
  floor: ([value]) => new Float(Math.floor(Number(rawOf(value!)))),
  ceil: ([value]) => new Float(Math.ceil(Number(rawOf(value!)))),
  toupper: ([value]) => textOf(value!).toUpperCase(),
  tolower: ([value]) => textOf(value!).toLowerCase(),
  tointeger: ([value]) => {
    if (value instanceof Float) return Math.trunc(value.value);
    if (typeof value === 'number') return value;
    throw new Error('the reference makes INTEGERs of numbers only');
  },
  tofloat: ([value]) => new Float(Number(rawOf(value!))),
};

function propertiesOf(subject: Value, { graph }: Evaluation): ReadonlyMap<string, Value> {
  if (subject instanceof NodeReference) return new Map(graph.node(subject).properties);
  if (subject instanceof RelationshipReference) return new Map(graph.relationship(subject).properties);
  if (isMap(subject)) return subject;
  throw typeError('This has no properties.');
}

function relationshipOf(value: Value): RelationshipReference {
  if (value instanceof RelationshipReference) return value;
  throw typeError('This must be a relationship.');
}

function pathOf(value: Value): PathReference {
  if (value instanceof PathReference) return value;
  throw typeError('This must be a path.');
}

function listOf(value: Value): readonly Value[] {
  if (isList(value)) return value;
  throw typeError('This must be a LIST.');
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  throw typeError('This must be a STRING.');
}

function numberOf(value: Value) {
  if (isNumeric(value)) return value;
  throw typeError('This must be a number.');
}

function rawOf(value: Value): number | bigint {
  const number = numberOf(value);
  return number instanceof Float ? number.value : number;
}

/** Step by step from the start, until the end is passed. */
function range({ start, end, step }: { start: Value; end: Value; step: Value }): Value {
  if (typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number') {
    throw argumentError('Bounds and step of range() are INTEGERs.');
  }
  if (step === 0) throw argumentError('The step of range() must not be 0.');
  const values: Value[] = [];
  for (let i = 0; step > 0 ? start + i * step <= end : start + i * step >= end; i++) {
    values.push(start + (multiply(i, step) as number));
  }
  return values;
}
