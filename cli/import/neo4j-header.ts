/** Headers as neo4j-admin has them: `personId:ID(Person)`, `age:int`, `tags:string[]`, `:LABEL`, `:START_ID`, `:TYPE`. Source: Neo4j Operations Manual, Import. */
import { CommandFailure } from '../failure.ts';
import { COLUMN_TYPES, parseColumnType } from './column-type.ts';
import type { Column } from './csv-fields.ts';

export interface IdColumn {
  readonly index: number;
  /** Ids are distinct within a space. */
  readonly space: string;
  /** The property that keeps the id, if one does. */
  readonly property: Column | undefined;
}

export interface Neo4jHeader {
  readonly width: number;
  readonly properties: readonly Column[];
  readonly id: IdColumn | undefined;
  readonly labels: readonly number[];
  readonly start: IdColumn | undefined;
  readonly end: IdColumn | undefined;
  readonly type: number | undefined;
}

const FIELD =
  /^(?<name>.*?)(?::(?<type>[A-Za-z_]+)(?:\((?<space>[^()]*)\))?(?:\{(?<options>[^{}]*)\})?(?<list>\[\])?)?$/su;

/** Throws CommandFailure that names the file and the column. */
export function parseNeo4jHeader(file: string, fields: readonly (string | null)[]): Neo4jHeader {
  const fail = (index: number, reason: string): never => {
    throw new CommandFailure('usage', `${file}, line 1, field ${index + 1} ('${fields[index] ?? ''}'): ${reason}`);
  };
  const properties: Column[] = [];
  const labels: number[] = [];
  const ids = new Map<string, IdColumn>();
  let type: number | undefined;
  for (const [index, field] of fields.entries()) {
    const { name = '', type: typeName, space = '', options = '', list = '' } = FIELD.exec(field ?? '')?.groups ?? {};
    switch (typeName?.toUpperCase()) {
      case 'ID':
      case 'START_ID':
      case 'END_ID': {
        const kind = typeName!.toUpperCase();
        if (ids.has(kind)) fail(index, `there are two columns of :${kind}`);
        ids.set(kind, { index, space, property: name === '' ? undefined : idProperty(name, index, options) });
        continue;
      }
      case 'LABEL':
        labels.push(index);
        continue;
      case 'TYPE':
        if (type !== undefined) fail(index, 'there are two columns of :TYPE');
        type = index;
        continue;
      case 'IGNORE':
        continue;
      default: {
        const columnType = parseColumnType(`${typeName ?? 'string'}${list}`);
        if (!columnType) return fail(index, `no type is called '${typeName}'; there are ${COLUMN_TYPES}`);
        if (name === '') return fail(index, 'a column needs a name');
        if (properties.some((other) => other.name === name)) fail(index, 'there are two columns of that name');
        properties.push({ name, index, type: columnType });
      }
    }
  }
  const [id, start, end] = ['ID', 'START_ID', 'END_ID'].map((kind) => ids.get(kind));
  return { width: fields.length, properties, id, labels, start, end, type };
}

/** An id is kept as text, unless the header says `{id-type: long}`. */
function idProperty(name: string, index: number, options: string): Column {
  const isInteger = /id-type\s*:\s*["']?(?:long|int|integer)\b/i.test(options);
  return { name, index, type: { kind: isInteger ? 'integer' : 'string', isList: false } };
}
