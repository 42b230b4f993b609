import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findPlan } from '../../cli/import/find-plan.ts';
import { checkImport } from '../../cli/import/import-run.ts';
import { parseFileGroup } from '../../cli/import/neo4j-csv.ts';
import { NO_PROGRESS } from '../../cli/import/progress.ts';
import { Breaking, Database, type Files, folderWith, importInto, readBadRows, sourceOf } from './files.ts';

const PEOPLE = `:ID(Person),name,age:int,tags:string[],born:date,:LABEL
1,Ada,36,a;b,1815-12-10,Person;Scientist
2,"Bob ""the"" Builder",,,,Person
3,Eve,9223372036854775807,"",2000-02-29,
`;
const KNOWS = `:START_ID(Person),:END_ID(Person),since:int,:TYPE
1,2,1830,KNOWS
2,3,,KNOWS
1,1,,LIKES
`;

function mapped(files: Files): string {
  const mapping = {
    nodes: [{ file: 'people.csv', label: 'Person', id: 'id', columns: { id: 'integer', name: 'string' } }],
    relationships: [
      {
        file: 'knows.csv',
        type: 'KNOWS',
        from: { column: 'a', label: 'Person', property: 'id', type: 'integer' },
        to: { column: 'b', label: 'Person', property: 'id', type: 'integer' },
        columns: { since: 'integer' },
      },
    ],
  };
  return folderWith({ 'import.json': JSON.stringify(mapping), ...files });
}

describe('CSV with headers of neo4j-admin', () => {
  test('gives nodes, relationships and typed properties, and leaves no trace of its numbers', async () => {
    const database = new Database();

    const { report } = await importInto(database, sourceOf(folderWith({ 'a.csv': PEOPLE, 'b.csv': KNOWS })));

    expect(report).toMatchObject({ outcome: 'imported', nodes: 3, relationships: 3, badRows: 0 });
    expect(
      await database.rows(
        'MATCH (n) WHERE NOT n:__SkeinImport RETURN labels(n), n.name, toString(n.age), n.tags, n.born = date(toString(n.born)), size(keys(n)) ORDER BY n.name',
      ),
    ).toEqual([
      [['Person', 'Scientist'], 'Ada', '36', ['a', 'b'], true, 4],
      [['Person'], 'Bob "the" Builder', null, null, null, 1],
      [[], 'Eve', '9223372036854775807', [], true, 4],
    ]);
    expect(
      await database.rows('MATCH (a)-[r]->(b) RETURN a.name, type(r), r.since, b.name ORDER BY type(r), a.name'),
    ).toEqual([
      ['Ada', 'KNOWS', 1830, 'Bob "the" Builder'],
      ['Bob "the" Builder', 'KNOWS', null, 'Eve'],
      ['Ada', 'LIKES', null, 'Ada'],
    ]);
    expect(await database.rows('SHOW INDEXES YIELD name')).toEqual([]);
  });

  test('takes several files, headers in files of their own, and labels and types from the command line', async () => {
    const folder = folderWith({
      'head.csv': 'id:ID(P){id-type: long}|we:ird:string|:IGNORE|__proto__:int\n',
      'one.csv': '1|x|y|5\n',
      'two.csv': '2|z||\n',
      'rel.csv': ':START_ID(P)|:END_ID(P)\n1|2\n',
    });
    const path = (name: string) => join(folder, name);
    const nodes = [parseFileGroup(`A:B=${path('head.csv')},${path('one.csv')},${path('two.csv')}`)];
    const relationships = [parseFileGroup(`TO=${path('rel.csv')}`)];
    const database = new Database();

    await importInto(database, sourceOf(undefined, { nodes, relationships, delimiter: '|' }));

    expect(await database.rows('MATCH (a:A:B)-[:TO]->(b) RETURN a, b.id')).toMatchObject([
      [{ properties: { id: 1, 'we:ird': 'x', ['__proto__']: 5 } }, 2],
    ]);
  });

  test('bad rows go to a file with place and reason, and the others go on', async () => {
    const folder = folderWith({
      'a.csv': ':ID,age:int\na,1\nb,x\na,3\nc\n"d"e,5\nf,6\n',
      'b.csv': ':START_ID,:END_ID,:TYPE\na,f,T\na,b,T\na,f,\n,f,T\n',
    });
    const database = new Database();

    const { report, badRows } = await importInto(database, sourceOf(folder));

    expect(report).toMatchObject({ nodes: 2, relationships: 1, badRows: 7 });
    expect(badRows.map(({ file, line, column, reason }) => [String(file).slice(-5), line, column, reason])).toEqual([
      ['a.csv', 3, undefined, "field 2 ('age'): 'x' is not of type integer"],
      ['a.csv', 4, undefined, "the id 'a' stands in an earlier row too"],
      ['a.csv', 5, undefined, 'there is 1 field, and 2 columns'],
      ['a.csv', 6, 4, 'there is text behind the closing quote'],
      ['b.csv', 3, undefined, "no node has the id 'b'"],
      ['b.csv', 4, undefined, 'there is no type: neither in a column :TYPE nor on the command line'],
      ['b.csv', 5, undefined, 'field 1 names an end, and is empty'],
    ]);
    expect(badRows[0]?.text).toBe('b,x');
  });

  test.each([
    [':ID,:ID\n', 'there are two columns of :ID'],
    [':ID,age:number\n', "no type is called 'number'"],
    [':ID,name,name:int\n', 'two columns of that name'],
    ['id,name\n', 'neither :ID nor :START_ID'],
    ['', 'neither an import.json nor .csv files'],
  ])('refuses the header %j', async (header, reason) => {
    const folder = folderWith(header === '' ? {} : { 'a.csv': header });

    await expect(importInto(new Database(), sourceOf(folder))).rejects.toThrow(reason);
  });
});

describe('CSV with a mapping', () => {
  test('merges nodes by their id, and tells which relationships found no end', async () => {
    const people = '\uFEFFid,name,more\r\n1,Ada,x\r\n2,Bob,y\r\n1,Ada Lovelace,z\r\n';
    const folder = mapped({ 'people.csv': people, 'knows.csv': 'a,b,since\n1,2,1830\n1,3,1831\n4,2,\n' });
    const database = new Database();

    const { report, badRows } = await importInto(database, sourceOf(folder));

    expect(report).toMatchObject({ nodes: 3, relationships: 1, badRows: 2 });
    expect(badRows).toMatchObject([
      { file: 'knows.csv', line: 3, reason: 'there is no node :Person whose id is 3' },
      { file: 'knows.csv', line: 4, reason: 'there is no node :Person whose id is 4' },
    ]);
    expect(await database.rows('MATCH (n:Person) RETURN n.id, n.name ORDER BY n.id')).toEqual([
      [1, 'Ada Lovelace'],
      [2, 'Bob'],
    ]);
  });

  test('a row that the database refuses is found among the others', async () => {
    const lines = Array.from({ length: 100 }, (_, index) => `${index},${index === 37 ? 'twice' : `n${index}`}`);
    const folder = mapped({ 'people.csv': `id,name\n${lines.join('\n')}\n100,twice\n`, 'knows.csv': 'a,b,since\n' });
    const database = new Database();
    await database.rows('CREATE CONSTRAINT one_name FOR (n:Person) REQUIRE n.name IS UNIQUE');

    const { report, badRows } = await importInto(database, sourceOf(folder));

    expect(report).toMatchObject({ nodes: 100, badRows: 1 });
    expect(badRows).toMatchObject([{ file: 'people.csv', line: 102 }]);
  });
});

describe('an import', () => {
  test('that has ended is not done twice', async () => {
    const source = sourceOf(folderWith({ 'a.csv': PEOPLE, 'b.csv': KNOWS }));
    const database = new Database();
    await importInto(database, source);
    const { lsn } = database.target.store;

    const { report } = await importInto(database, source);

    expect(report).toMatchObject({ outcome: 'there already', nodes: 3, relationships: 3 });
    expect(database.target.store.lsn).toBe(lsn);
  });

  test('refuses a database that is not empty, and files that have changed since', async () => {
    const source = sourceOf(folderWith({ 'a.csv': PEOPLE, 'b.csv': KNOWS }));
    const database = new Database();
    await importInto(new Breaking(database, 8, 'after'), source).catch(() => undefined);
    const other = sourceOf(folderWith({ 'a.csv': PEOPLE.replace('Ada', 'Ida'), 'b.csv': KNOWS }));

    await expect(importInto(database, other)).rejects.toThrow('has not come to its end');
    await expect(importInto(database, other, { abandon: true })).rejects.toThrow('is not empty');
  });

  test('of a dry run checks the same and changes nothing', async () => {
    const folder = folderWith({ 'a.csv': `${PEOPLE}3,Dup,,,,\n`, 'b.csv': `${KNOWS}1,9,,T\n` });
    const bad = { path: join(folder, 'bad.ndjson'), max: 10 };

    const report = await checkImport(await findPlan(sourceOf(folder)), { progress: NO_PROGRESS, bad });

    expect(report).toMatchObject({ outcome: 'checked', nodes: 3, relationships: 3, badRows: 2 });
    expect(readBadRows(bad.path).map(({ line }) => line)).toEqual([5, 5]);
  });

  test('ends at the first bad row beyond the limit, and a million of them do not fill memory', async () => {
    const rows = Array.from({ length: 1_000_000 }, (_, index) => `${index},x`);
    const folder = folderWith({ 'a.csv': `:ID,age:int\n${rows.join('\n')}\n` });
    const bad = { path: join(folder, 'bad.ndjson'), max: 100 };

    await expect(importInto(new Database(), sourceOf(folder), { bad })).rejects.toThrow(
      /a\.csv, line 102: field 2 \('age'\): 'x' is not of type integer\. That is more than the 100/,
    );
    expect(readBadRows(bad.path).length).toBe(101);
  });

  test.each([
    ['Latin-1', Buffer.from(':ID,name\n1,a\n2,Z\xfcrich\n', 'latin1'), 'line 3: the bytes are not UTF-8'],
    ['UTF-16', Buffer.from('\uFEFF:ID,name\n', 'utf16le'), 'is UTF-16'],
  ])('names the place of what is %s', async (_, bytes, message) => {
    await expect(importInto(new Database(), sourceOf(folderWith({ 'a.csv': bytes })))).rejects.toThrow(message);
  });
});
