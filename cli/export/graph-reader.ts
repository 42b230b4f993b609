/** Reads a whole graph over the Query API, page by page, and sees to it that all pages are of one state. */
import type { Connection, QueryResult } from '../connection.ts';
import { CommandFailure } from '../failure.ts';
import { IMPORT_LABEL, quoteName } from '../import/names.ts';
import { itemsOf, type TypedProperties, type TypedValue } from './typed-value.ts';

/** Rows of a page; less when a statement may not hold as many. */
const PAGE_ROWS = 10_000;
const MEMORY = 'Neo.TransientError.General.MemoryPoolOutOfMemoryError';

export interface ReadNode {
  /** From 0, in the order in which nodes are read. */
  readonly number: number;
  readonly labels: readonly string[];
  readonly properties: TypedProperties;
}

export interface ReadRelationship {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly properties: TypedProperties;
}

interface PageRequest {
  readonly match: string;
  readonly columns: string;
  readonly skip: number;
}

export class GraphReader {
  readonly #connection: Pick<Connection, 'query'>;
  readonly #database: string;
  readonly #allowsChanges: boolean;
  readonly #numbers = new Map<string, number>();
  #bookmark: string | undefined;
  #pageRows = PAGE_ROWS;

  constructor(connection: Pick<Connection, 'query'>, options: { database: string; allowsChanges: boolean }) {
    this.#connection = connection;
    this.#database = options.database;
    this.#allowsChanges = options.allowsChanges;
  }

  async counts(): Promise<{ nodes: number; relationships: number }> {
    const [[nodes] = []] = (await this.#ask(`MATCH ${NODE} RETURN count(n)`)).values;
    const [[relationships] = []] = (await this.#ask('MATCH ()-[r]->() RETURN count(r)')).values;
    return { nodes: Number(contentOf(nodes)), relationships: Number(contentOf(relationships)) };
  }

  /** All nodes but the notes of imports. To be read to the end before relationships are. */
  async *nodes(): AsyncGenerator<ReadNode[], void> {
    for await (const rows of this.#pages(`MATCH ${NODE} WITH n`, `elementId(n), labels(n), ${propertiesOf('n')}`)) {
      yield rows.map(([id, labels, keys, values]) => {
        const number = this.#numbers.size;
        this.#numbers.set(textOf(id), number);
        return { number, labels: listOf(labels).map(textOf), properties: toProperties(keys, values) };
      });
    }
  }

  async *relationships(): AsyncGenerator<ReadRelationship[], void> {
    const columns = `elementId(a), elementId(b), type(r), ${propertiesOf('r')}`;
    for await (const rows of this.#pages('MATCH (a)-[r]->(b) WITH a, r, b', columns)) {
      yield rows.flatMap(([from, to, type, keys, values]) => {
        const start = this.#numbers.get(textOf(from));
        const end = this.#numbers.get(textOf(to));
        // Made after its ends were read, which only happens when changes are allowed; or it leads to a note.
        if (start === undefined || end === undefined) return [];
        return [{ type: textOf(type), start, end, properties: toProperties(keys, values) }];
      });
    }
  }

  /** Statements that make the indexes and constraints. */
  async schema(): Promise<string[]> {
    const constraints = await this.#ask('SHOW CONSTRAINTS YIELD createStatement');
    const indexes = await this.#ask('SHOW INDEXES YIELD createStatement, owningConstraint');
    const own = indexes.values.filter(([, owner]) => contentOf(owner) === null);
    return [...constraints.values, ...own].map(([statement]) => String(contentOf(statement)));
  }

  async *#pages(match: string, columns: string): AsyncGenerator<readonly (readonly unknown[])[], void> {
    for (let skip = 0; ; ) {
      const rows = await this.#page({ match, columns, skip });
      if (rows.length > 0) yield rows;
      skip += rows.length;
      if (rows.length < this.#pageRows) return;
    }
  }

  /** What is skipped is only counted: the columns are worked out behind SKIP and LIMIT. */
  async #page({ match, columns, skip }: PageRequest): Promise<readonly (readonly unknown[])[]> {
    for (;;) {
      try {
        const parameters = new Map([
          ['skip', String(skip)],
          ['limit', String(this.#pageRows)],
        ]);
        return (await this.#ask(`${match} SKIP $skip LIMIT $limit RETURN ${columns}`, parameters)).values;
      } catch (error) {
        const isTooMuch = error instanceof CommandFailure && error.code === MEMORY && this.#pageRows > 1;
        if (!isTooMuch) throw error;
        this.#pageRows = Math.ceil(this.#pageRows / 8);
      }
    }
  }

  /** MAIN answers, so that all pages come from the same memory; its bookmark tells whether that has changed. */
  async #ask(statement: string, parameters: ReadonlyMap<string, string> = new Map()): Promise<QueryResult> {
    const result = await this.#connection.query({
      database: this.#database,
      statement,
      parameters,
      accessMode: 'write',
      typedAnswer: true,
    });
    const [bookmark] = result.bookmarks;
    this.#bookmark ??= bookmark;
    if (bookmark !== this.#bookmark && !this.#allowsChanges) {
      throw new CommandFailure(
        'refused',
        `'${this.#database}' was changed while it was read, so that this would be no state it ever had. Try again when nobody writes, or take it all the same with --allow-changes`,
      );
    }
    return result;
  }
}

const NODE = `(n:!${quoteName(IMPORT_LABEL)})`;

/**
 * Keys and values as lists. As keys of JSON objects they would meet a mistake of V8 13.6: JSON.parse reads `{"p":{"v":3,"\n":4}}`
 * with the key of `{"p":{"v":1,"\\":2}}`, if it has read that before.
 */
function propertiesOf(variable: string): string {
  return `keys(${variable}), [key IN keys(${variable}) | ${variable}[key]]`;
}

function toProperties(keys: unknown, values: unknown): TypedProperties {
  const all = listOf(values);
  return listOf(keys).map((key, index) => [textOf(key), all[index]!]);
}

function listOf(cell: unknown): readonly TypedValue[] {
  return itemsOf(cell as TypedValue); // as contentOf
}

function textOf(cell: unknown): string {
  return String(contentOf(cell));
}

function contentOf(cell: unknown): unknown {
  return (cell as TypedValue)._value; // typed answers have nothing else, which the server's tests check
}
