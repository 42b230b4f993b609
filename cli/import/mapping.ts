/** The mapping of an import: which CSV file holds what. Read from import.json and checked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailure } from '../failure.ts';
import { COLUMN_TYPES, type ColumnType, parseColumnType } from './column-type.ts';

export interface NodeFile {
  readonly file: string;
  readonly label: string;
  /** The column that names a node: two rows with the same are one node. It gets an index. */
  readonly id: string;
  readonly columns: ReadonlyMap<string, ColumnType>;
}

/** Finds a relationship's end: the node with the label whose property is what the column holds. */
export interface EndColumn {
  readonly column: string;
  readonly label: string;
  readonly property: string;
  readonly type: ColumnType;
}

export interface RelationshipFile {
  readonly file: string;
  readonly type: string;
  readonly from: EndColumn;
  readonly to: EndColumn;
  readonly columns: ReadonlyMap<string, ColumnType>;
}

export interface ImportMapping {
  /** Between fields; `,` unless the mapping says otherwise. */
  readonly delimiter: string;
  /** Between items of a list within a field; `;` unless the mapping says otherwise. */
  readonly arrayDelimiter: string;
  readonly nodes: readonly NodeFile[];
  readonly relationships: readonly RelationshipFile[];
  /** Beyond those on the id columns. */
  readonly indexes: readonly { readonly label: string; readonly property: string }[];
}

/** Reads the folder's import.json. Throws CommandFailure that names what is wrong. */
export function readMapping(folder: string): ImportMapping {
  const path = join(folder, 'import.json');
  const fail = (reason: string): never => {
    throw new CommandFailure('usage', `${path}: ${reason}`);
  };
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    fail(error instanceof Error ? error.message : 'cannot be read');
  }
  const root = new Section(json, 'the mapping', fail);
  return {
    delimiter: root.character('delimiter', ','),
    arrayDelimiter: root.character('arrayDelimiter', ';'),
    nodes: root.list('nodes').map(parseNodeFile),
    relationships: root.list('relationships').map(parseRelationshipFile),
    indexes: root.list('indexes').map((index) => ({ label: index.text('label'), property: index.text('property') })),
  };
}

function parseNodeFile(section: Section): NodeFile {
  const { file, label, id } = { file: section.text('file'), label: section.text('label'), id: section.text('id') };
  return { file, label, id, columns: section.columns() };
}

function parseRelationshipFile(section: Section): RelationshipFile {
  return {
    file: section.text('file'),
    type: section.text('type'),
    from: parseEnd(section.section('from')),
    to: parseEnd(section.section('to')),
    columns: section.columns(),
  };
}

function parseEnd(section: Section): EndColumn {
  return {
    column: section.text('column'),
    label: section.text('label'),
    property: section.text('property'),
    type: section.columnType('type'),
  };
}

/** One object of the mapping. */
class Section {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #place: string;
  readonly #fail: (reason: string) => never;

  constructor(value: unknown, place: string, fail: (reason: string) => never) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(`${place} must be an object`);
    this.#fields = new Map(Object.entries(value as object));
    this.#place = place;
    this.#fail = fail;
  }

  text(name: string): string {
    const value = this.#fields.get(name);
    return typeof value === 'string' && value !== '' ? value : this.#fail(`${this.#place} needs the string '${name}'`);
  }

  character(name: string, otherwise: string): string {
    const value = this.#fields.get(name) ?? otherwise;
    if (typeof value === 'string' && value.length === 1 && !/["\r\n]/.test(value)) return value;
    return this.#fail(`'${name}' in ${this.#place} must be one character, and neither a quote nor the end of a line`);
  }

  section(name: string): Section {
    return new Section(this.#fields.get(name), `'${name}' in ${this.#place}`, this.#fail);
  }

  list(name: string): Section[] {
    const value = this.#fields.get(name) ?? [];
    if (!Array.isArray(value)) return this.#fail(`'${name}' in ${this.#place} must be a list`);
    return value.map((item, index) => new Section(item, `${name}[${index}]`, this.#fail));
  }

  columnType(name: string): ColumnType {
    return this.#toColumnType(this.#fields.get(name), name);
  }

  columns(): ReadonlyMap<string, ColumnType> {
    const columns = this.section('columns');
    return new Map([...columns.#fields].map(([name, type]) => [name, this.#toColumnType(type, name)]));
  }

  #toColumnType(value: unknown, name: string): ColumnType {
    const type = typeof value === 'string' ? parseColumnType(value) : undefined;
    return (
      type ?? this.#fail(`'${name}' in ${this.#place} must be one of ${COLUMN_TYPES}, or a list of it as in 'string[]'`)
    );
  }
}
