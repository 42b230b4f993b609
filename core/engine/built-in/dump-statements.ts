/**
 * A graph as statements that make it again, in the form of Memgraph's DUMP DATABASE: nodes get a label and a number of their own
 * for as long as the dump is loaded, by which relationships find their ends. Given out by blocks of ids, so that a dump never stands
 * in memory whole, and can be gone on with at any block.
 */
import { STATEMENT_UNITS_MAX } from '../../cypher/lexer.ts';
import { GraphError } from '../../error.ts';
import type { GraphView } from '../../graph/graph-view.ts';
import { isStoredList } from '../../graph/stored-value.ts';
import type { Tokens } from '../../graph/tokens.ts';
import { literal, nameLiteral, textLiteral } from '../../value/literal.ts';
import type { StoredValue } from '../../value/value.ts';

/** The label and the key that Memgraph uses. */
const NODE_LABEL = '__mg_vertex__';
const NUMBER_KEY = '__mg_id__';

/** Ids whose statements are given out at once. */
const BLOCK_IDS = 1_024;

/** Nodes that lose label and number in one statement, so that it stays far below what one transaction may change. */
const CLEANED_IDS = 10_000;

/** Text of properties in one statement, in UTF-16 units; more of them are set by statements of their own. */
const PROPERTIES_UNITS_MAX = STATEMENT_UNITS_MAX / 4;

/** Text values are set in pieces of so many units: escaped, each unit becomes six at most. */
const PIECE_UNITS = PROPERTIES_UNITS_MAX / 8;

/** The parts of a dump in their order. Indexes and constraints come late: data is loaded faster without them. */
export const DUMP_PARTS = ['begin', 'nodes', 'relationships', 'schema', 'cleanUp', 'end'] as const;

type DumpPart = (typeof DUMP_PARTS)[number];

/** Where a dump goes on: the next id of a part. */
export interface DumpPlace {
  readonly part: DumpPart;
  readonly id: number;
}

export const DUMP_START: DumpPlace = { part: 'begin', id: 0 };

export class DumpStatements {
  readonly #view: GraphView;
  readonly #tokens: Tokens;
  readonly #schema: () => readonly string[];
  /** The label, the key and the index that stands on them, as they are written. */
  readonly #label: string;
  readonly #key: string;
  #place: DumpPlace;

  /** `schema`: the statements that make indexes and constraints. */
  constructor(fields: {
    readonly view: GraphView;
    readonly tokens: Tokens;
    readonly schema: () => readonly string[];
    readonly from: DumpPlace;
  }) {
    this.#view = fields.view;
    this.#tokens = fields.tokens;
    this.#schema = fields.schema;
    this.#label = nameLiteral(unusedName(NODE_LABEL, fields.view.exportTokens('label')));
    this.#key = nameLiteral(unusedName(NUMBER_KEY, fields.view.exportTokens('propertyKey')));
    this.#place = fields.from;
  }

  /** Where `next` goes on; part `end` when there is nothing more. */
  get place(): DumpPlace {
    return this.#place;
  }

  /** The statements of the next block; there may be none. Errors: a value that no statement can hold. */
  next(): string[] {
    const { part, id } = this.#place;
    switch (part) {
      case 'begin':
        this.#moveTo('nodes');
        return [`CREATE INDEX ON :${this.#label}(${this.#key});`];
      case 'nodes':
        this.#advance(BLOCK_IDS, this.#view.nodeIdLimit, 'relationships');
        return this.#nodes(id);
      case 'relationships':
        this.#advance(BLOCK_IDS, this.#view.relationshipIdLimit, 'schema');
        return this.#relationships(id);
      case 'schema':
        this.#moveTo('cleanUp');
        return this.#schema().map((statement) => `${statement};`);
      case 'cleanUp':
        return this.#cleanUp(id);
      case 'end':
        return [];
    }
  }

  #moveTo(part: DumpPart): void {
    this.#place = { part, id: 0 };
  }

  #advance(count: number, limit: number, following: DumpPart): void {
    const id = this.#place.id + count;
    this.#place = id < limit ? { ...this.#place, id } : { part: following, id: 0 };
  }

  #nodes(from: number): string[] {
    return this.#view.exportNodes(from, from + BLOCK_IDS).flatMap(({ id, labels, keys, values }) => {
      const { inside, later } = this.#properties(keys, values);
      const names = labels.map((label) => `:${nameLiteral(this.#tokens.label.nameOf(label))}`).join('');
      const properties = [`${this.#key}: ${id}`, ...inside].join(', ');
      const match = `MATCH (u:${this.#label}) WHERE u.${this.#key} = ${id}`;
      return [`CREATE (:${this.#label}${names} {${properties}});`, ...setLater(`${match} SET u`, later)];
    });
  }

  #relationships(from: number): string[] {
    return this.#view.exportRelationships(from, from + BLOCK_IDS).flatMap((relationship) => {
      const { id, start, end, keys, values } = relationship;
      const type = nameLiteral(this.#tokens.relationshipType.nameOf(relationship.type));
      const { inside, later } = this.#properties(keys, values);
      // Only one that is not done with this statement has to be found again.
      if (later.length > 0) inside.unshift(`${this.#key}: ${id}`);
      const properties = inside.length === 0 ? '' : ` {${inside.join(', ')}}`;
      const ends = `MATCH (u:${this.#label}), (v:${this.#label})`;
      const where = `WHERE u.${this.#key} = ${start} AND v.${this.#key} = ${end}`;
      const create = `${ends} ${where} CREATE (u)-[:${type}${properties}]->(v);`;
      if (later.length === 0) return [create];
      const found = `MATCH (u:${this.#label})-[r:${type}]->() WHERE u.${this.#key} = ${start} AND r.${this.#key} = ${id}`;
      return [create, ...setLater(`${found} SET r`, later), `${found} REMOVE r.${this.#key};`];
    });
  }

  /** What a map in the statement can hold, and what has to be set later: by key, in pieces that are joined by `+`. */
  #properties(keys: readonly number[], values: readonly StoredValue[]): { inside: string[]; later: LaterProperty[] } {
    const inside: string[] = [];
    const later: LaterProperty[] = [];
    let units = 0;
    for (const [i, value] of values.entries()) {
      const key = nameLiteral(this.#tokens.propertyKey.nameOf(keys[i]!));
      const text = isLong(value) ? undefined : `${key}: ${literal(value)}`;
      if (text !== undefined && units + text.length <= PROPERTIES_UNITS_MAX) {
        inside.push(text);
        units += text.length;
      } else {
        later.push({ key, pieces: piecesOf(value) });
      }
    }
    return { inside, later };
  }

  #cleanUp(from: number): string[] {
    this.#advance(CLEANED_IDS, this.#view.nodeIdLimit, 'end');
    const number = `u.${this.#key}`;
    const range = `WHERE ${from} <= ${number} AND ${number} < ${from + CLEANED_IDS}`;
    const remove = `MATCH (u:${this.#label}) ${range} REMOVE u:${this.#label}, ${number};`;
    return this.#place.part === 'end' ? [remove, `DROP INDEX ON :${this.#label}(${this.#key});`] : [remove];
  }
}

interface LaterProperty {
  readonly key: string;
  readonly pieces: readonly string[];
}

function setLater(matchAndSet: string, properties: readonly LaterProperty[]): string[] {
  return properties.flatMap(({ key, pieces }) => {
    const subject = `${matchAndSet}.${key}`;
    const variable = matchAndSet.at(-1)!;
    return pieces.map((piece, i) => `${subject} = ${i === 0 ? '' : `${variable}.${key} + `}${piece};`);
  });
}

/** Whether a value's literal may be too long to stand with others. */
function isLong(value: StoredValue): boolean {
  if (typeof value === 'string') return value.length > PIECE_UNITS;
  return isStoredList(value) && unitsOf(value) > PIECE_UNITS;
}

/** Length of a value's text before it is escaped, about. */
function unitsOf(value: StoredValue): number {
  if (typeof value === 'string') return value.length;
  return isStoredList(value) ? value.reduce<number>((sum, element) => sum + unitsOf(element) + 2, 0) : 20;
}

/** Literals that joined by `+` give the value. Errors: NotSupported for a list with an element that no statement can hold. */
function piecesOf(value: StoredValue): string[] {
  if (typeof value === 'string') return textPieces(value);
  if (!isStoredList(value)) return [literal(value)];
  const pieces: string[] = [];
  let piece: StoredValue[] = [];
  let units = 0;
  for (const element of value) {
    const elementUnits = unitsOf(element);
    if (elementUnits > PIECE_UNITS) throw elementTooLong();
    if (units + elementUnits > PIECE_UNITS) {
      pieces.push(literal(piece));
      piece = [];
      units = 0;
    }
    piece.push(element);
    units += elementUnits + 2;
  }
  return [...pieces, literal(piece)];
}

function textPieces(text: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(text.length, start + PIECE_UNITS);
    // A pair of surrogates stays together.
    if (end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1;
    pieces.push(textLiteral(text.slice(start, end)));
    start = end;
  }
  return pieces;
}

function elementTooLong(): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.NotSupported',
    `A list has an element of more than ${PIECE_UNITS} characters, which a dump cannot write as a statement.`,
  );
}

function unusedName(name: string, used: readonly string[]): string {
  return used.includes(name) ? unusedName(`${name}_`, used) : name;
}
