/** CSV files with headers as neo4j-admin has them; several files, and headers in files of their own. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CommandFailure } from '../failure.ts';
import { FieldFault } from './column-type.ts';
import { type Column, orBad, propertiesOf, type Reading } from './csv-fields.ts';
import { type CsvRecord, readCsv } from './csv-reader.ts';
import { type IdColumn, type Neo4jHeader, parseNeo4jHeader } from './neo4j-header.ts';
import { NodeNumbers, NodeRows, NUMBERING_STEPS, RelationshipRows } from './numbered-graph.ts';
import type { ImportPlan, ImportStep, StepContext } from './plan.ts';
import type { Batch } from './row-groups.ts';
import { scriptStep } from './script-plan.ts';

/** Of a folder: run when all is there. */
const SCHEMA_FILE = 'schema.cypher';

/** Files that are read as one: the first record of all is the header. */
export interface FileGroup {
  /** Labels of all the nodes, or the type of all the relationships: what stands in front of `=`. */
  readonly names: readonly string[];
  readonly paths: readonly string[];
}

export interface Neo4jCsv {
  readonly name: string;
  readonly nodes: readonly FileGroup[];
  readonly relationships: readonly FileGroup[];
  /** A script to run when all is there: indexes and constraints. */
  readonly schema?: string | undefined;
  readonly delimiter: string;
  readonly arrayDelimiter: string;
}

/** `Person:Employee=header.csv,part1.csv,part2.csv` */
export function parseFileGroup(text: string): FileGroup {
  const equals = text.indexOf('=');
  const names = equals < 0 ? [] : text.slice(0, equals).split(':').filter(Boolean);
  const paths = text
    .slice(equals + 1)
    .split(',')
    .filter(Boolean);
  if (paths.length === 0) throw new CommandFailure('usage', `'${text}' names no file`);
  return { names, paths };
}

/** All .csv files of a folder, each with its header: those with :START_ID have relationships, the others nodes. */
export async function findFileGroups(
  folder: string,
  delimiter: string,
): Promise<Pick<Neo4jCsv, 'nodes' | 'relationships' | 'schema'>> {
  const nodes: FileGroup[] = [];
  const relationships: FileGroup[] = [];
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.csv')) continue;
    const path = join(folder, name);
    const { start, end, id } = await headerOf(path, delimiter);
    if (start && end) relationships.push({ names: [], paths: [path] });
    else if (id) nodes.push({ names: [], paths: [path] });
    else throw new CommandFailure('usage', `${path}: the header has neither :ID nor :START_ID and :END_ID`);
  }
  const schema = join(folder, SCHEMA_FILE);
  if (nodes.length > 0) return { nodes, relationships, schema: existsSync(schema) ? schema : undefined };
  throw new CommandFailure('usage', `${folder} has neither an import.json nor .csv files with :ID in their header`);
}

async function headerOf(path: string, delimiter: string): Promise<Neo4jHeader> {
  for await (const [first] of readCsv(path, { delimiter, advance: () => undefined })) {
    if (first) return parseNeo4jHeader(path, first.fields);
  }
  throw new CommandFailure('usage', `${path} is empty; the header is missing`);
}

export function planNeo4jCsv(files: Neo4jCsv): ImportPlan {
  const { name, nodes, relationships, schema, delimiter, arrayDelimiter } = files;
  const numbers = new NodeNumbers();
  const paths = (groups: readonly FileGroup[]) => groups.flatMap((group) => group.paths);
  const steps: ImportStep[] = [
    NUMBERING_STEPS.before,
    { type: 'rows', kind: 'nodes', paths: paths(nodes), batches: (context) => nodeBatches(files, numbers, context) },
    {
      type: 'rows',
      kind: 'relationships',
      paths: paths(relationships),
      batches: (context) => relationshipBatches(files, numbers, context),
    },
    NUMBERING_STEPS.after,
    ...(schema === undefined ? [] : [scriptStep(schema)]),
  ];
  const groups = [...nodes, ...relationships].map((group) => [
    ...group.names,
    '=',
    ...group.paths.map((path) => basename(path)),
  ]);
  return {
    name,
    paths: [...paths(nodes), ...paths(relationships), ...(schema === undefined ? [] : [schema])],
    reading: ['neo4j', delimiter, arrayDelimiter, ...groups.flat()],
    steps,
  };
}

async function* nodeBatches(files: Neo4jCsv, numbers: NodeNumbers, context: StepContext): AsyncGenerator<Batch, void> {
  const { arrayDelimiter } = files;
  const rows = new NodeRows(context.counter);
  numbers.clear();
  for (const group of files.nodes) {
    for await (const { records, header, reading } of readGroup(group, files, context)) {
      const { id, labels } = header;
      const properties = withId(header.properties, id);
      const read = (record: CsvRecord) => {
        const key = id && idOf(record, id);
        const values = propertiesOf(record, properties, arrayDelimiter);
        const number = numbers.add(id?.space ?? '', key);
        if (number === undefined) throw new FieldFault(`the id '${key}' stands in an earlier row too${inSpace(id!)}`);
        return { number, labels: labelsOf(record, labels, { group, arrayDelimiter }), properties: values };
      };
      for (const record of records) {
        const made = orBad(record, reading, () => read(record));
        if (!made) continue;
        const ready = rows.add(made, { file: reading.file, line: record.line });
        if (ready.length > 0) yield* ready;
      }
    }
  }
  yield* rows.flush();
}

async function* relationshipBatches(
  files: Neo4jCsv,
  numbers: NodeNumbers,
  context: StepContext,
): AsyncGenerator<Batch, void> {
  const { arrayDelimiter } = files;
  const rows = new RelationshipRows(context.counter);
  for (const group of files.relationships) {
    for await (const { records, header, reading } of readGroup(group, files, context)) {
      const { start, end, type, properties } = header;
      if (!start || !end) {
        throw new CommandFailure('usage', `${reading.file}: the header of relationships needs :START_ID and :END_ID`);
      }
      const read = (record: CsvRecord) => ({
        type: typeOf(record, type, group),
        start: endOf(record, start, numbers),
        end: endOf(record, end, numbers),
        properties: propertiesOf(record, properties, arrayDelimiter),
      });
      for (const record of records) {
        const made = orBad(record, reading, () => read(record));
        if (!made) continue;
        const ready = rows.add(made, { file: reading.file, line: record.line });
        if (ready.length > 0) yield* ready;
      }
    }
  }
  yield* rows.flush();
}

interface ReadRecords {
  readonly records: readonly CsvRecord[];
  readonly header: Neo4jHeader;
  readonly reading: Reading;
}

/** The records of a group behind its header, in lists of those that came together. */
async function* readGroup(
  { paths }: FileGroup,
  { delimiter, arrayDelimiter }: Neo4jCsv,
  { bad, advance }: StepContext,
): AsyncGenerator<ReadRecords, void> {
  let header: Neo4jHeader | undefined;
  for (const file of paths) {
    for await (const all of readCsv(file, { delimiter, advance })) {
      const [first] = all;
      if (!first) continue;
      const records = header ? all : all.slice(1);
      header ??= parseNeo4jHeader(file, first.fields);
      yield { records, header, reading: { file, width: header.width, arrayDelimiter, bad } };
    }
  }
}

function withId(properties: readonly Column[], id: IdColumn | undefined): readonly Column[] {
  return id?.property ? [id.property, ...properties] : properties;
}

/** A node may go without an id; then nothing can be joined to it. */
function idOf({ fields }: CsvRecord, { index }: IdColumn): string | undefined {
  return fields[index] ?? undefined;
}

function endOf({ fields }: CsvRecord, { index, space }: IdColumn, numbers: NodeNumbers): number {
  const id = fields[index] ?? null;
  if (id === null) throw new FieldFault(`field ${index + 1} names an end, and is empty`);
  const number = numbers.find(space, id);
  if (number !== undefined) return number;
  throw new FieldFault(`no node has the id '${id.slice(0, 80)}'${space === '' ? '' : ` in the space ${space}`}`);
}

function inSpace({ space }: IdColumn): string {
  return space === '' ? '' : ` of the space ${space}`;
}

function labelsOf(
  { fields }: CsvRecord,
  columns: readonly number[],
  { group, arrayDelimiter }: { group: FileGroup; arrayDelimiter: string },
): string[] {
  const own = columns.flatMap((index) => (fields[index] ?? '').split(arrayDelimiter)).filter((label) => label !== '');
  return [...new Set([...group.names, ...own])];
}

function typeOf({ fields }: CsvRecord, column: number | undefined, group: FileGroup): string {
  const type = (column === undefined ? undefined : fields[column]) ?? group.names[0];
  if (type !== undefined) return type;
  throw new FieldFault('there is no type: neither in a column :TYPE nor on the command line');
}
