/**
 * A graph as a folder of CSV files with headers as neo4j-admin has them: one for each set of labels and for each type. A header stands in front of
 * rows that tell what it needs, so the graph is first written to a file of its own, and the CSV made from that: the database is read once.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailure } from '../failure.ts';
import { readLines } from '../import/lines.ts';
import { CsvColumns, csvField } from './csv-columns.ts';
import type { GraphReader } from './graph-reader.ts';
import { BufferedFile } from './output.ts';
import type { TypedProperties } from './typed-value.ts';

const SPOOL_LINE_MAX = 256 * 1024 * 1024;
const NAME_LENGTH_MAX = 60;

interface Group {
  readonly file: BufferedFile;
  readonly columns: CsvColumns;
}

/** What is spooled of each node or relationship: its group, the fields in front, and the properties. */
type SpoolRow = readonly [group: number, fields: readonly string[], properties: TypedProperties];

export async function writeCsvFolder(
  reader: GraphReader,
  folder: string,
  advance: (rows: number) => void,
): Promise<void> {
  const files = new CsvFiles(folder);
  for await (const nodes of reader.nodes()) {
    for (const { number, labels, properties } of nodes) {
      files.add(['nodes', ...labels], [String(number), labelField(labels)], properties);
    }
    advance(nodes.length);
  }
  for await (const relationships of reader.relationships()) {
    for (const { type, start, end, properties } of relationships) {
      files.add(['relationships', type], [String(start), String(end), csvField(type)], properties);
    }
    advance(relationships.length);
  }
  await files.finish();
  const schema = await reader.schema();
  if (schema.length === 0) return;
  const file = new BufferedFile(join(folder, 'schema.cypher'));
  file.write(schema.map((statement) => `${statement};\n`).join(''));
  file.flush();
}

class CsvFiles {
  readonly #folder: string;
  readonly #spoolPath: string;
  readonly #spool: BufferedFile;
  readonly #names = new Set<string>();
  readonly #numbers = new Map<string, number>();
  readonly #groups: Group[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    this.#spoolPath = join(folder, 'spool');
    this.#spool = new BufferedFile(this.#spoolPath);
  }

  /** `name`: nodes and their labels, or relationships and their type. */
  add(name: readonly string[], fields: readonly string[], properties: TypedProperties): void {
    const number = this.#groupOf(name);
    const { columns } = this.#groups[number]!;
    for (const [key, value] of properties) {
      if (key === '') throw unwritable('a property without a name');
      columns.see(key, value);
    }
    const row: SpoolRow = [number, fields, properties];
    this.#spool.write(`${JSON.stringify(row)}\n`);
  }

  /** The headers are known now. */
  async finish(): Promise<void> {
    // An empty graph is one file with a header, and can be read again like any other.
    if (this.#groups.length === 0) this.#groupOf(['nodes']);
    this.#spool.flush();
    for (const [key, number] of this.#numbers) {
      const { file, columns } = this.#groups[number]!;
      const first = JSON.parse(key)[0] === 'nodes' ? [':ID', ':LABEL'] : [':START_ID', ':END_ID', ':TYPE'];
      file.write(`${[...first, ...columns.header()].join(',')}\n`);
    }
    for await (const lines of readLines(this.#spoolPath, { lengthMax: SPOOL_LINE_MAX, advance: () => undefined })) {
      for (const { text } of lines) {
        const [number, fields, properties] = JSON.parse(text) as SpoolRow; // as `add` wrote it
        const { file, columns } = this.#groups[number]!;
        file.write(`${[...fields, ...columns.fields(new Map(properties))].join(',')}\n`);
      }
    }
    for (const { file } of this.#groups) file.flush();
    rmSync(this.#spoolPath);
  }

  #groupOf(name: readonly string[]): number {
    const key = JSON.stringify(name);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#groups.length;
      this.#numbers.set(key, number);
      this.#groups.push({
        file: new BufferedFile(join(this.#folder, this.#fileName(name))),
        columns: new CsvColumns(),
      });
    }
    return number;
  }

  /** Letters and digits of the names, so that every file system takes it. */
  #fileName(names: readonly string[]): string {
    const plain = names
      .map((name) => name.replace(/\W+/g, '_'))
      .join('-')
      .slice(0, NAME_LENGTH_MAX);
    let name = plain;
    // Some file systems take A and a for the same.
    for (let count = 2; this.#names.has(name.toLowerCase()); count += 1) name = `${plain}-${count}`;
    this.#names.add(name.toLowerCase());
    return `${name}.csv`;
  }
}

function labelField(labels: readonly string[]): string {
  const wrong = labels.find((label) => label === '' || label.includes(';'));
  if (wrong !== undefined) throw unwritable(`the label '${wrong}'`);
  return labels.length === 0 ? '' : csvField(labels.join(';'));
}

function unwritable(what: string): CommandFailure {
  return new CommandFailure(
    'usage',
    `${what} cannot be written as CSV of neo4j-admin; --form ndjson and --form cypher can`,
  );
}
