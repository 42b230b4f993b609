/** Plain CSV files, each described by the folder's import.json. Nodes are merged by their id, relationships made for each row. */
import { join } from 'node:path';
import { CommandFailure } from '../failure.ts';
import { FieldFault } from './column-type.ts';
import { type Column, columnJson, orBad, propertiesOf, type Reading } from './csv-fields.ts';
import { type CsvRecord, readCsv } from './csv-reader.ts';
import { createRelationship, type Ends, findLeftOut } from './ends.ts';
import { type ImportMapping, type NodeFile, type RelationshipFile, readMapping } from './mapping.ts';
import { quoteName } from './names.ts';
import type { ImportPlan, ImportStep, StepContext } from './plan.ts';
import { PropertyColumns } from './properties.ts';
import { type Batch, type GroupAction, RowGroups } from './row-groups.ts';

/** Turns records of one file into rows of one statement. */
interface RowMaker {
  readonly action: GroupAction;
  json(record: CsvRecord): string;
}

interface MappedFile {
  readonly file: string;
  readonly kind: 'nodes' | 'relationships';
  readonly maker: (columnOf: ColumnFinder) => RowMaker;
}

type ColumnFinder = (name: string) => number;

export function planMappedCsv(folder: string): ImportPlan {
  const mapping = readMapping(folder);
  const nodes = mapping.nodes.map((file) => nodeRows(file, mapping));
  const relationships = mapping.relationships.map((file) => relationshipRows(file, mapping));
  const step = ({ file, kind, maker }: MappedFile): ImportStep => ({
    type: 'rows',
    kind,
    paths: [join(folder, file)],
    batches: (context) => batchesOf({ path: join(folder, file), file, maker, mapping }, context),
  });
  return {
    name: folder,
    paths: [join(folder, 'import.json'), ...[...nodes, ...relationships].map(({ file }) => join(folder, file))],
    reading: ['mapping'],
    steps: [{ type: 'schema', statements: indexStatements(mapping) }, ...nodes.map(step), ...relationships.map(step)],
  };
}

function indexStatements({ nodes, indexes }: ImportMapping): string[] {
  return [...nodes.map(({ label, id }) => ({ label, property: id })), ...indexes].map(
    ({ label, property }) => `CREATE INDEX IF NOT EXISTS FOR (n:${quoteName(label)}) ON (n.${quoteName(property)})`,
  );
}

async function* batchesOf(
  { path, file, maker, mapping }: { path: string; mapping: ImportMapping } & Omit<MappedFile, 'kind'>,
  { counter, bad, advance }: StepContext,
): AsyncGenerator<Batch, void> {
  const groups = new RowGroups(counter);
  let rows: RowMaker | undefined;
  let reading: Reading | undefined;
  for await (const records of readCsv(path, { delimiter: mapping.delimiter, advance })) {
    for (const record of records) {
      if (!rows || !reading) {
        rows = maker((name) => columnIndex(path, record, name));
        reading = { file, width: record.fields.length, arrayDelimiter: mapping.arrayDelimiter, bad };
        groups.action('', () => rows!.action);
        continue;
      }
      const { json } = rows;
      const made = orBad(record, reading, () => json(record));
      if (made === undefined) continue;
      const ready = groups.add('', { content: made, place: { file, line: record.line } });
      // Each `yield*` costs a turn, even of nothing.
      if (ready.length > 0) yield* ready;
    }
  }
  yield* groups.flush();
}

function columnIndex(path: string, { fields }: CsvRecord, name: string): number {
  const index = fields.indexOf(name);
  if (index < 0)
    throw new CommandFailure('usage', `${path}, line 1: there is no column '${name}'; the mapping names it`);
  return index;
}

function nodeRows({ file, label, id, columns }: NodeFile, { arrayDelimiter }: ImportMapping): MappedFile {
  const maker = (columnOf: ColumnFinder): RowMaker => {
    const found = [...columns].map(([name, type]): Column => ({ name, type, index: columnOf(name) }));
    const idColumn = found.find(({ name }) => name === id);
    if (!idColumn)
      throw new CommandFailure('usage', `the mapping of ${file} needs the id column '${id}' among its columns`);
    const others = found.filter((column) => column !== idColumn);
    const properties = new PropertyColumns(1);
    return {
      action: {
        clauses: () => {
          const merge = `MERGE (n:${quoteName(label)} {${quoteName(id)}: row[0]})`;
          const assignments = properties.assignments('n');
          return assignments === '' ? merge : `${merge} SET ${assignments}`;
        },
      },
      json: (record) => {
        const head = columnJson(record, idColumn, arrayDelimiter);
        if (head === undefined) throw new FieldFault(`field ${idColumn.index + 1} ('${id}') is the id, and empty`);
        return properties.row(head, propertiesOf(record, others, arrayDelimiter));
      },
    };
  };
  return { file, kind: 'nodes', maker };
}

function relationshipRows(
  { file, type, from, to, columns }: RelationshipFile,
  { arrayDelimiter }: ImportMapping,
): MappedFile {
  const ends: Ends = {
    start: { label: from.label, key: from.property, index: 0 },
    end: { label: to.label, key: to.property, index: 1 },
  };
  const maker = (columnOf: ColumnFinder): RowMaker => {
    const found = [...columns].map(([name, columnType]): Column => ({ name, type: columnType, index: columnOf(name) }));
    const endColumns = [from, to].map(
      (end): Column => ({ name: end.column, type: end.type, index: columnOf(end.column) }),
    );
    const properties = new PropertyColumns(2);
    return {
      action: {
        clauses: () => createRelationship(ends, type, properties.pattern()),
        leftOut: findLeftOut(ends),
      },
      json: (record) => {
        const values = endColumns.map((column) => {
          const json = columnJson(record, column, arrayDelimiter);
          if (json === undefined)
            throw new FieldFault(`field ${column.index + 1} ('${column.name}') names an end, and is empty`);
          return json;
        });
        return properties.row(values.join(','), propertiesOf(record, found, arrayDelimiter));
      },
    };
  };
  return { file, kind: 'relationships', maker };
}
