/** What all expansions share: relationship types as tokens, distinctness within a MATCH, and quick looks at neighbours. */
import type { LabelExpression } from '../cypher/ast.ts';
import { ALL_TYPES, type Direction, type GraphView } from '../graph/graph-view.ts';
import type { Expansion, IdList } from '../graph/result-lists.ts';
import type { Tokens } from '../graph/tokens.ts';
import { isList } from '../value/equality.ts';
import { RelationshipReference, type Value } from '../value/value.ts';
import type { Batch } from './batch.ts';
import { meets } from './label-test.ts';
import { valueIn } from './rows.ts';
import type { NodeNumbers, Scratch } from './scratch.ts';

export interface ExpansionSpec {
  readonly from: number;
  readonly to: number;
  readonly relationship: number | undefined;
  /** Any of these; empty: every type that the expression, if there is one, allows. */
  readonly types: readonly string[];
  readonly typeExpression: LabelExpression | undefined;
  readonly direction: Direction;
  /** Slots of relationships, or of lists of them, that this one must differ from. */
  readonly distinctFrom: readonly number[];
}

const EVERY_TYPE: readonly number[] = [ALL_TYPES];
const NO_TYPE: readonly number[] = [];

/** Tokens of the types. A type that no relationship has ever had has none, so the list may be empty: nothing is found. */
export function typeTokens(
  { types, typeExpression }: Pick<ExpansionSpec, 'types' | 'typeExpression'>,
  tokens: Tokens,
): readonly number[] {
  if (typeExpression !== undefined) return allowedTypes(typeExpression, tokens);
  if (types.length === 0) return EVERY_TYPE;
  if (types.length === 1) {
    const token = tokens.relationshipType.idOf(types[0]!);
    return token === undefined ? NO_TYPE : [token];
  }
  const found = [...new Set(types)].map((type) => tokens.relationshipType.idOf(type));
  return found.filter((token) => token !== undefined);
}

function allowedTypes(expression: LabelExpression, { relationshipType }: Tokens): number[] {
  const found: number[] = [];
  for (let token = 0; token < relationshipType.count; token++) {
    const name = relationshipType.nameOf(token);
    if (meets(expression, (wanted) => wanted === name, true)) found.push(token);
  }
  return found;
}

export function turned(direction: Direction): Direction {
  if (direction === 'both') return 'both';
  return direction === 'outgoing' ? 'incoming' : 'outgoing';
}

/** How many relationships of these types a node has. */
export function degreeOf(view: GraphView, node: number, direction: Direction, types: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < types.length; i++) sum += view.degree(node, direction, types[i]!);
  return sum;
}

/** Whether one of the slots holds this relationship, or a list with it in. */
export function isTaken(batch: Batch, row: number, slots: readonly number[], relationship: number): boolean {
  for (const slot of slots) {
    const vector = batch.vectors[slot]!;
    if (vector.column.kind === 'relationship') {
      if (vector.column.ids[vector.rows === undefined ? row : vector.rows[row]!] === relationship) return true;
    } else if (holds(valueIn(batch, slot, row), relationship)) return true;
  }
  return false;
}

function holds(value: Value, relationship: number): boolean {
  if (value instanceof RelationshipReference) return value.id === relationship;
  return value !== null && isList(value) && value.some((item) => holds(item, relationship));
}

/** Where neighbours are looked up, and with which working memory. */
interface Surroundings {
  readonly view: GraphView;
  readonly scratch: Scratch;
}

/** From this degree on, marks are worth their making. */
const MARKED_DEGREE_MIN = 16;

/** The relationships of one node, held so that many other nodes can be asked whether they are its neighbours. */
export class Neighbourhood {
  readonly #direction: Direction;
  /** Of one type, where there are several. */
  #part: Expansion | undefined;
  #all: Expansion | undefined;
  #node = -1;
  /** At each neighbour its first entry, plus 1; if there are so many that it pays. */
  #marks: NodeNumbers | undefined;
  /** By entry: the next one with the same neighbour, or -1. */
  #nextEntries: IdList | undefined;
  #marked = false;

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  get node(): number {
    return this.#node;
  }

  /** Its relationships; the array is only to be looked at until the next `load`. */
  get expansion(): Expansion {
    return this.#all!;
  }

  load(node: number, types: readonly number[], { view, scratch }: Surroundings): void {
    this.#node = node;
    this.#marked = false;
    this.#marks?.clear();
    this.#all ??= scratch.expansion();
    this.#all.count = 0;
    for (const type of types) {
      if (types.length === 1) {
        view.expand(node, this.#direction, type, this.#all);
        break;
      }
      this.#part ??= scratch.expansion();
      view.expand(node, this.#direction, type, this.#part);
      append(this.#part, this.#all);
    }
    if (this.#all.count < MARKED_DEGREE_MIN) return;
    this.#marks ??= scratch.nodeNumbers(view.nodeIdLimit);
    this.#nextEntries ??= scratch.idList();
    this.#mark(this.#marks, this.#nextEntries);
  }

  /** Forgets the node, as the graph may have changed. */
  clear(): void {
    this.#node = -1;
  }

  /** Forgets what it has borrowed too: it goes back by itself. */
  reset(): void {
    this.#node = -1;
    this.#part = undefined;
    this.#all = undefined;
    this.#marks = undefined;
    this.#nextEntries = undefined;
  }

  has(neighbour: number): boolean {
    return this.entryOf(neighbour) >= 0;
  }

  /** The first entry of the expansion that leads to a neighbour, or -1. */
  entryOf(neighbour: number): number {
    return this.#marked ? this.#marks!.numbers[neighbour]! - 1 : this.#find(neighbour, 0);
  }

  /** The next entry after one that leads to the same neighbour, or -1. */
  entryAfter(entry: number, neighbour: number): number {
    return this.#marked ? this.#nextEntries!.ids[entry]! : this.#find(neighbour, entry + 1);
  }

  #find(neighbour: number, from: number): number {
    const { neighbours, count } = this.#all!;
    for (let entry = from; entry < count; entry++) if (neighbours[entry] === neighbour) return entry;
    return -1;
  }

  #mark({ numbers, touched }: NodeNumbers, nextEntries: IdList): void {
    const { neighbours, count } = this.#all!;
    touched.reserve(count);
    nextEntries.reserve(count);
    for (let entry = count - 1; entry >= 0; entry--) {
      const neighbour = neighbours[entry]!;
      nextEntries.ids[entry] = numbers[neighbour]! - 1;
      numbers[neighbour] = entry + 1;
      touched.ids[entry] = neighbour;
    }
    touched.count = count;
    this.#marked = true;
  }
}

function append({ neighbours, relationships, count }: Expansion, to: Expansion): void {
  to.reserve(to.count + count);
  to.neighbours.set(neighbours.subarray(0, count), to.count);
  to.relationships.set(relationships.subarray(0, count), to.count);
  to.count += count;
}

/** How much larger than the start's the degree of an end that comes again may be, to be loaded all the same. */
const REPEATED_END_WORTH = 8;

/** Two nodes, and whether the next pair has the same start or end. */
export interface PairEnds {
  readonly start: number;
  readonly end: number;
  readonly startRepeats: boolean;
  readonly endRepeats: boolean;
}

/** Relationships between two given nodes, looked for at the end where that is less work. */
export class PairFinder {
  readonly #direction: Direction;
  readonly #atStart: Neighbourhood;
  readonly #atEnd: Neighbourhood;

  constructor(direction: Direction) {
    this.#direction = direction;
    this.#atStart = new Neighbourhood(direction);
    this.#atEnd = new Neighbourhood(turned(direction));
  }

  /** Loads the neighbourhood in which `end` is to be looked for; answers which of the two is its neighbour. */
  near(
    ends: PairEnds,
    types: readonly number[],
    surroundings: Surroundings,
  ): {
    neighbourhood: Neighbourhood;
    wanted: number;
  } {
    const { start, end, startRepeats, endRepeats } = ends;
    const atStart = { neighbourhood: this.#atStart, wanted: end };
    if (this.#atStart.node === start) return atStart;
    const atEnd = { neighbourhood: this.#atEnd, wanted: start };
    if (this.#atEnd.node === end) return atEnd;
    const { view } = surroundings;
    const startDegree = degreeOf(view, start, this.#direction, types);
    const endDegree = degreeOf(view, end, turned(this.#direction), types);
    // What is loaded for an end that comes again serves the next pairs too.
    const endCost = endRepeats ? endDegree / REPEATED_END_WORTH : endDegree;
    if (startRepeats || startDegree <= endCost) {
      this.#atStart.load(start, types, surroundings);
      return atStart;
    }
    this.#atEnd.load(end, types, surroundings);
    return atEnd;
  }

  /** Forgets what it has loaded, as the graph may have changed. */
  clear(): void {
    this.#atStart.clear();
    this.#atEnd.clear();
  }

  /** Makes it as it was when it was made. */
  reset(): void {
    this.#atStart.reset();
    this.#atEnd.reset();
  }
}
