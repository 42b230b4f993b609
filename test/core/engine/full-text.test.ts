import { beforeEach, describe, expect, test } from 'vitest';
import { Database, failureOf } from './database.ts';

const CREATE = 'CREATE FULLTEXT INDEX texts FOR (n:Post|Note) ON EACH [n.title, n.body]';

let database: Database;
beforeEach(() => {
  database = new Database();
  database.run(CREATE);
  database.run(`CREATE (:Post {i: 1, title: 'The quick brown fox', body: 'jumps over the lazy dog'}),
    (:Post {i: 2, title: 'Quick thoughts', body: 'on graphs, graph databases and foxes'}),
    (:Note {i: 3, body: ['a list of', 'lazy graphs']}), (:Post:Note {i: 4, title: "O'Neill's café no. 3.14"}),
    (:Other {i: 5, title: 'quick quick quick'}), (:Post {i: 6, title: 7}), (:Post {i: 7, title: ''})`);
});

function found(query: string, options = ''): unknown[] {
  const call = `CALL db.index.fulltext.queryNodes('texts', $query${options}) YIELD node RETURN node.i`;
  return database.rows(call, { query }).map(([i]) => i);
}

describe('the language of queries', () => {
  test.each([
    ['fox', [1]],
    ['FOX', [1]],
    ['quick', [1, 2]],
    ['quick fox', [1, 2]],
    ['quick AND fox', [1]],
    ['quick && graphs', [2]],
    ['fox OR list', [1, 3]],
    ['fox || list', [1, 3]],
    ['+graphs -databases', [3]],
    ['graphs NOT lazy', [2]],
    ['graphs !lazy', [2]],
    ['-quick', []],
    ['lazy AND (dog OR list)', [1, 3]],
    ['"lazy dog"', [1]],
    ['"dog lazy"', []],
    ['"dog lazy"~2', [1]],
    ['"quick fox"~1', [1]],
    ['"quick fox"', []],
    ['graph*', [2, 3]],
    ['grphs~', [2, 3]],
    ['grphs~1 AND list', [3]],
    ['quikc~0.9', []],
    ['title:lazy', []],
    ['body:lazy', [1, 3]],
    ['body:(lazy AND dog)', [1]],
    ['body:"graph databases"', [2]],
    ["o'neill's", [4]],
    ['3.14', [4]],
    ['café', [4]],
    ['cafe', []],
    ['*', [1, 2, 3, 4]],
    ['*:* AND NOT quick', [3, 4]],
    ['lazy\\ dog', [1, 3]],
    ['', []],
    ['...', []],
  ])('%s', (query, expected) => {
    expect(found(query).sort()).toEqual(expected);
  });

  test('what is rarer, oftener and in a shorter text comes first, and a boost lifts a part', () => {
    expect(found('lazy OR dog')).toEqual([1, 3]);
    expect(found('lazy OR list^5')).toEqual([3, 1]);
    expect(found('body:lazy')).toEqual([1, 3]);
    expect(found('(databases)^0.001 OR fox')).toEqual([1, 2]);
  });

  test("scores are Lucene's", () => {
    const [[score] = []] = database.rows(
      "CALL db.index.fulltext.queryNodes('texts', 'title:fox') YIELD score RETURN score",
    );

    // Three titles with 4, 2 and 4 terms, of which one has the term, which is in a title of 4.
    const idf = Math.log(1 + (3 - 1 + 0.5) / (1 + 0.5));
    const average = (4 + 2 + 4) / 3;
    expect(Number(score)).toBeCloseTo((idf * 1) / (1 + 1.2 * (1 - 0.75 + (0.75 * 4) / average)), 10);
  });

  test.each([
    ['(fox', "character 1, before '(fox'", "no ')'"],
    ['fox)', "character 4, before ')'", "no '('"],
    ['a "fox', "character 3, before '\"fox'", 'phrase'],
    ['AND fox', 'character 1', 'between two parts'],
    ['fox AND', 'character 5', 'no part'],
    ['fox AND ', 'at its end', 'missing'],
    ['te?t', "character 3, before '?t'", '?'],
    ['*fox', 'character 1', 'star'],
    ['f*x', "character 2, before '*x'", 'star'],
    ['name:fox', 'character 1', "not on a property 'name', but on title, body"],
    ['[a TO b]', 'character 1', 'ranges'],
    ['/fo./', 'character 1', 'regular expressions'],
    ['fox~3', "character 5, before '3'", '2 letters'],
    ['fox^a', "character 4, before '^a'", 'number'],
    ['fox\\', "character 4, before '\\'", 'backslash'],
    ['('.repeat(40), 'character', 'nest'],
    ['a '.repeat(300), 'character', '256 parts'],
    [`"${'a '.repeat(65)}"`, 'character 1', '64 words'],
    ['a'.repeat(4097), '4096 characters', '4097'],
  ])('%s is refused, with the place', (query, place, reason) => {
    const { code, message } = failureOf(() => found(query));

    expect(code).toBe('Neo.ClientError.Statement.ArgumentError');
    expect(message).toContain(place);
    expect(message).toContain(reason);
  });
});

test('some of the results are given, and those without a limit all', () => {
  expect(found('quick OR lazy', ', {limit: 1}')).toEqual(found('quick OR lazy').slice(0, 1));
  expect(found('quick OR lazy', ', {skip: 1, limit: 2}')).toEqual(found('quick OR lazy').slice(1, 3));
  expect(failureOf(() => found('quick', ', {limt: 1}')).message).toContain('limt');
});

test('relationships of several types are found in the same way', () => {
  database.run('CREATE FULLTEXT INDEX said FOR ()-[r:SAID|WROTE]-() ON EACH [r.text]');
  database.run("CREATE (a:A)-[:SAID {i: 1, text: 'hello world'}]->(a)-[:WROTE {i: 2, text: 'world'}]->(a)");
  database.run("MATCH (a:A) CREATE (a)-[:HEARD {i: 3, text: 'world'}]->(a)");

  const ask =
    "CALL db.index.fulltext.queryRelationships('said', 'world') YIELD relationship AS r, score RETURN r.i, score > 0";
  expect(database.rows(ask)).toEqual([
    [2, true],
    [1, true],
  ]);
  database.run('MATCH ()-[r:WROTE]->() DELETE r');
  expect(database.rows(ask)).toEqual([[1, true]]);
});

test('the index follows labels, properties and deletions, and what is rolled back leaves no trace', () => {
  database.run('MATCH (n {i: 4}) REMOVE n:Post');
  expect(found('café')).toEqual([4]);
  database.run('MATCH (n {i: 4}) REMOVE n:Note');
  expect(found('café')).toEqual([]);
  database.run('MATCH (n {i: 5}) SET n:Note');
  expect(found('quick')).toContain(5);
  database.run("MATCH (n {i: 1}) SET n.body = 'sleeps'");
  expect(found('dog')).toEqual([]);
  expect(found('sleeps AND fox')).toEqual([1]);
  database.run('MATCH (n {i: 2}) DELETE n');
  const execution = database.start("MATCH (n {i: 3}) SET n.body = 'nothing'");
  execution.next(Number.POSITIVE_INFINITY);
  execution.cancel();
  expect(found('graphs')).toEqual([3]);
});

test('a statement sees its own changes, and an older reader none of them, whatever has been done meanwhile', () => {
  const snapshot = database.store.openSnapshot();
  const own = `MATCH (n {i: 1}) SET n.title = 'slow fox' WITH n
    CALL db.index.fulltext.queryNodes('texts', 'slow') YIELD node RETURN node.i`;
  expect(database.rows(own)).toEqual([[1]]);
  database.run("MATCH (n {i: 1}) SET n.title = 'The quick brown fox'");
  database.run("MATCH (n {i: 1}) SET n.title = 'a badger'");
  database.run('MATCH (n {i: 2}) DELETE n');
  database.run("CREATE (:Note {i: 8, body: 'quick'})");
  database.run('MATCH (n {i: 3}) SET n.other = 1');

  const ask = "CALL db.index.fulltext.queryNodes('texts', $query) YIELD node RETURN node.i";
  const past = (query: string) => {
    const execution = database.start(ask, { query }, snapshot);
    while (execution.next(1) === 'paused');
    return execution.rows.map(([i]) => i).sort();
  };
  expect(past('quick')).toEqual([1, 2]);
  expect(past('"brown fox"')).toEqual([1]);
  expect(past('badger OR slow')).toEqual([]);
  expect(past('*')).toEqual([1, 2, 3, 4]);
  expect(found('quick')).toEqual([8]);
  snapshot.close();
});

test('while it is being populated, and for a reader that is older than it, all nodes are looked at', () => {
  database.run('DROP INDEX texts');
  const snapshot = database.store.openSnapshot();
  const execution = database.start(CREATE);
  execution.next(1);
  database.store.acknowledge(execution.commit(1)!.lsn);
  const ask = "CALL db.index.fulltext.queryNodes('texts', 'quick') YIELD node RETURN node.i";

  const reading = database.start(ask);
  while (reading.next(1) === 'paused');
  expect(reading.rows.map(([i]) => i).sort()).toEqual([1, 2]);
  expect(database.rows('SHOW INDEXES YIELD state')).toEqual([['POPULATING']]);

  database.store.populateIndexes(Number.POSITIVE_INFINITY);
  database.run("CREATE (:Note {i: 8, body: 'quick'})");
  const older = database.start(ask, {}, snapshot);
  while (older.next(1) === 'paused');
  expect(older.rows.map(([i]) => i).sort()).toEqual([1, 2]);
  snapshot.close();
});

test('what has gone is purged from the terms, and its memory comes back', () => {
  const before = database.store.memoryBytes;
  for (let round = 0; round < 5; round += 1) {
    database.run("UNWIND range(1, 2000) AS i CREATE (:Post:Gone {title: 'word' + toString(i) + ' common'})");
    database.run('MATCH (n:Gone) DELETE n');
    while (database.store.populateIndexes(100));
  }

  expect(database.store.memoryBytes - before).toBeLessThan(1_500_000);
  expect(found('common OR word7')).toEqual([]);
  expect(found('fox')).toEqual([1]);
});

test.each([
  { what: 'the documents of one term', query: 'common', count: 12_000 },
  { what: 'the terms that begin with a text', query: 'word1*', count: 3_112 },
  { what: 'the terms near one', query: 'word100~1', count: 50 },
])(
  'a search pauses within $what, and finds what its snapshot has, while others write and purge',
  ({ query, count }) => {
    database.run("UNWIND range(1, 12000) AS i CREATE (:Note:Many {i: i, body: 'common word' + toString(i)})");
    const snapshot = database.store.openSnapshot();
    const ask = "CALL db.index.fulltext.queryNodes('texts', $query) YIELD node RETURN count(node)";
    const execution = database.start(ask, { query }, snapshot);

    let pauses = 0;
    while (execution.next(1) === 'paused') {
      pauses += 1;
      if (pauses === 2) database.run('MATCH (n:Many) WHERE n.i % 2 = 0 DELETE n');
      if (pauses === 3) database.run("UNWIND range(1, 3000) AS i CREATE (:Note {body: 'common word1' + toString(i)})");
      database.store.populateIndexes(200);
    }

    expect(pauses).toBeGreaterThan(4);
    expect(execution.rows).toEqual([[count]]);
    snapshot.close();
    while (database.store.populateIndexes(1_000));
    const after = database.rows(ask, { query: 'common' });
    expect(after).toEqual([[9_000]]);
  },
);

test('it is shown with its settings, and its statement makes it again', () => {
  database.run('DROP INDEX texts');
  database.run(
    `${CREATE} OPTIONS {indexConfig: {\`fulltext.analyzer\`: 'standard-folding', \`fulltext.eventually_consistent\`: true}}`,
  );
  const shown =
    'SHOW FULLTEXT INDEXES YIELD name, state, type, entityType, labelsOrTypes, properties, indexProvider, options';
  const rows = database.rows(shown);
  expect(rows).toEqual([
    [
      'texts',
      'ONLINE',
      'FULLTEXT',
      'NODE',
      ['Post', 'Note'],
      ['title', 'body'],
      'fulltext-1.0',
      {
        indexConfig: { 'fulltext.analyzer': 'standard-folding', 'fulltext.eventually_consistent': true },
        indexProvider: 'fulltext-1.0',
      },
    ],
  ]);
  expect(found('cafe')).toEqual([4]);
  expect(database.rows('SHOW INDEX INFO')).toEqual([['label_text (name: texts)', 'Post|Note', ['title', 'body'], 4]]);
  const [[statement] = []] = database.rows('SHOW INDEXES YIELD createStatement');
  const other = new Database();
  other.run(String(statement));
  expect(other.rows(shown)).toEqual(rows);
});

test("Memgraph's forms", () => {
  database.run('CREATE TEXT INDEX notes ON :Note(body)');
  database.run('CREATE TEXT EDGE INDEX said ON :SAID(text)');
  database.run("CREATE (a:A)-[:SAID {text: 'hello'}]->(a)");

  const search = (query: string) =>
    database.rows(`CALL text_search.search('notes', '${query}') YIELD node, score RETURN node.i, score > 0`);
  expect(search('data.body:graphs')).toEqual([[3, true]]);
  expect(database.rows("CALL text_search.search_all('notes', 'lazy') YIELD node RETURN node.i")).toEqual([[3]]);
  expect(
    database.rows("CALL text_search.search_edges('said', 'data.text:hello') YIELD edge RETURN type(edge)"),
  ).toEqual([['SAID']]);
  database.run('DROP TEXT INDEX notes');
  expect(failureOf(() => search('graphs')).code).toBe('Neo.ClientError.Schema.IndexNotFound');
});

test('analyzers are listed, and each cuts in its own way', () => {
  expect(
    database.rows('CALL db.index.fulltext.listAvailableAnalyzers() YIELD analyzer RETURN analyzer').flat(),
  ).toEqual(['keyword', 'simple', 'standard', 'standard-folding', 'standard-no-stop-words', 'stop', 'whitespace']);
  expect(database.rows('CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()')).toEqual([]);
});

describe('refused', () => {
  test.each([
    [
      "CREATE FULLTEXT INDEX w FOR (p:P) ON EACH [p.t] OPTIONS {indexConfig: {`fulltext.analyzer`: 'klingon'}}",
      'standard-folding',
    ],
    ['CREATE FULLTEXT INDEX w FOR (p:P) ON EACH [p.t] OPTIONS {indexConfig: {analyzer: 1}}', 'fulltext.analyzer'],
    [
      'CREATE FULLTEXT INDEX w FOR (p:P) ON EACH [p.t] OPTIONS {indexConfig: {`fulltext.eventually_consistent`: 1}}',
      'true or false',
    ],
    ['CREATE FULLTEXT INDEX w FOR (p:P|P) ON EACH [p.t]', 'once'],
    ['CREATE FULLTEXT INDEX w FOR (p:P) ON EACH [p.t, p.t]', 'once'],
    ['CREATE FULLTEXT INDEX w FOR (p:P) ON (p.t)', 'EACH'],
    ['CREATE INDEX w FOR (p:P|Q) ON p.t', 'several labels'],
    ["CALL db.index.fulltext.queryNodes('none', 'a') YIELD node RETURN node", "no full-text index 'none'"],
    ["CALL db.index.fulltext.queryRelationships('texts', 'a') YIELD score RETURN score", 'on relationships'],
    [CREATE, 'already'],
    ['CREATE FULLTEXT INDEX other FOR (n:Post|Note) ON EACH [n.title, n.body]', 'already'],
  ])('%s', (text, part) => {
    expect(failureOf(() => database.run(text)).message).toContain(part);
  });
});
