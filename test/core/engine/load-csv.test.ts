/** LOAD CSV: the text comes from the host, in its own time; here from the test. */
import { describe, expect, test } from 'vitest';
import { GraphError } from '../../../core/error.ts';
import type { TextSource } from '../../../core/executor/context.ts';
import { CsvReader } from '../../../core/executor/csv-reader.ts';
import { Database, failureOf, plain } from './database.ts';

const PEOPLE = 'id,name,city\n1,Ann,Oslo\n2,"Bob ""the builder""",\n3,"Eve,\nfrom far",Rome\n';

/** Has each text only when it is asked for the second time, as if it came over a network. */
class SlowTexts implements TextSource {
  readonly asked: string[] = [];
  readonly #texts: Readonly<Record<string, string>>;

  constructor(texts: Readonly<Record<string, string>>) {
    this.#texts = texts;
  }

  read(url: string): string | undefined {
    const isFirst = !this.asked.includes(url);
    this.asked.push(url);
    if (isFirst) return undefined;
    const text = this.#texts[url];
    if (text === undefined)
      throw new GraphError('Neo.ClientError.Statement.ExternalResourceFailed', `${url} is not there.`);
    return text;
  }
}

function run(
  database: Database,
  query: string,
  texts: Readonly<Record<string, string>>,
  sliceWork = 1_000,
): unknown[][] {
  const options = { seed: 1, nowMs: 0, texts: new SlowTexts(texts), commitsOnTheWay: true };
  const execution = database.engine.start(query, new Map([['url', 'b']]), options);
  for (let turns = 0; ; turns++) {
    const answer = execution.next(sliceWork);
    if (answer === 'done') break;
    expect(turns).toBeLessThan(10_000);
    if (answer === 'commit') database.store.acknowledge(execution.commit(1)?.lsn ?? 0);
  }
  const transaction = execution.commit(1);
  if (transaction) database.store.acknowledge(transaction.lsn);
  return execution.rows.map((row) => row.map(plain));
}

describe('LOAD CSV', () => {
  test.each([
    {
      query: "LOAD CSV WITH HEADERS FROM 'a' AS row RETURN row.id, row.name, row.city, row.none",
      rows: [
        ['1', 'Ann', 'Oslo', null],
        ['2', 'Bob "the builder"', null, null],
        ['3', 'Eve,\nfrom far', 'Rome', null],
      ],
    },
    {
      query: "LOAD CSV FROM 'a' AS row RETURN size(row), row[1] LIMIT 2",
      rows: [
        [3, 'name'],
        [3, 'Ann'],
      ],
    },
    { query: "LOAD CSV FROM $url AS row FIELDTERMINATOR ';' RETURN row", rows: [[['x', 'y']], [['1', null]]] },
    { query: "UNWIND ['b', 'b'] AS url LOAD CSV FROM url AS row RETURN count(*)", rows: [[4]] },
    { query: "load csv with headers from 'empty' as row RETURN count(row)", rows: [[0]] },
    {
      query: "LOAD CSV FROM 'a' AS row WITH row WHERE row[0] <> 'id' RETURN toInteger(row[0]) AS id ORDER BY id DESC",
      rows: [[3], [2], [1]],
    },
  ])('$query', ({ query, rows }) => {
    const texts = { a: PEOPLE, b: 'x;y\r\n\r\n1;', empty: '' };

    expect(run(new Database(), query, texts)).toEqual(rows);
    expect(run(new Database(), query, texts, 1)).toEqual(rows);
  });

  test('writes, in transactions of its own too', () => {
    const database = new Database();
    const records = Array.from({ length: 2_500 }, (_, i) => `${i},name ${i}`).join('\n');

    run(
      database,
      "LOAD CSV FROM 'a' AS row CALL (row) { CREATE (:Person {id: toInteger(row[0]), name: row[1]}) } IN TRANSACTIONS OF 500 ROWS",
      { a: records },
    );

    expect(database.rows('MATCH (p:Person) RETURN count(*), max(p.id)')).toEqual([[2_500, 2_499]]);
    expect(database.store.lsn).toBeGreaterThan(4);
  });

  test('is an error where nothing may be fetched, and when the text is not there', () => {
    const database = new Database();

    const failing = () => database.run("LOAD CSV FROM 'a' AS row RETURN row");

    expect(failing).toThrow(GraphError);
    expect(failureOf(failing)).toMatchObject({ code: 'Neo.ClientError.Statement.ExternalResourceFailed' });
    expect(() => run(database, "LOAD CSV FROM 'b' AS row CREATE (:X)", {})).toThrow('b is not there');
    expect(database.store.nodeCount).toBe(0);
  });

  test.each([
    { query: 'LOAD CSV FROM 1 AS row RETURN row', message: 'Integer' },
    { query: "LOAD CSV FROM 'a' AS row FIELDTERMINATOR ';;' RETURN row", message: 'one character' },
    { query: "LOAD CSV FROM 'a' AS row FIELDTERMINATOR '\"' RETURN row", message: 'one character' },
    { query: "LOAD CSV WITH HEADER FROM 'a' AS row RETURN row", message: 'HEADERS' },
    { query: "LOAD CSV 'a' AS row RETURN row", message: 'FROM' },
    { query: "MATCH (row) LOAD CSV FROM 'a' AS row RETURN row", message: 'row' },
  ])('$query is refused', ({ query, message }) => {
    expect(() => new Database().run(query)).toThrow(new RegExp(message, 'i'));
  });

  test('is planned, and explained', () => {
    const { plan } = new Database().run("EXPLAIN LOAD CSV WITH HEADERS FROM 'a' AS row RETURN row.x");

    expect(JSON.stringify(plan, (_, value) => (value instanceof Map ? [...value] : value))).toContain(
      "FROM 'a' AS row",
    );
  });
});

describe('the reader of CSV', () => {
  const records = (text: string, terminator = ','): unknown[] => {
    const reader = new CsvReader(text, terminator);
    const found: unknown[] = [];
    for (let record = reader.next(); record !== undefined; record = reader.next()) found.push(record);
    return found;
  };

  test.each([
    { text: '', expected: [] },
    { text: '\n\r\n\r', expected: [] },
    { text: 'a', expected: [['a']] },
    {
      text: 'a,b\nc,d',
      expected: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    },
    { text: 'a\rb\r\nc\n', expected: [['a'], ['b'], ['c']] },
    { text: ',', expected: [[null, null]] },
    { text: '"",""', expected: [['', '']] },
    { text: '"a""b","c\r\nd"', expected: [['a"b', 'c\r\nd']] },
    { text: 'a "b" c', expected: [['a "b" c']] },
    { text: '\ufeffid\n1', expected: [['id'], ['1']] },
    { text: ' a , b ', expected: [[' a ', ' b ']] },
  ])('$text', ({ text, expected }) => {
    expect(records(text)).toEqual(expected);
  });

  test.each([
    { text: 'a\n"b', message: 'line 2: a quote is not closed' },
    { text: '"a" b', message: 'line 1: there is something between a closing quote' },
    { text: 'x\n"a\nb" c', message: 'line 3: there is something between a closing quote' },
  ])('$text is malformed in $message', ({ text, message }) => {
    expect(() => records(text)).toThrow(message);
  });
});
