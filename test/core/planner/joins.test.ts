import { describe, expect, test } from 'vitest';
import { operators, planText } from './plan-text.ts';

describe('a join by a value', () => {
  test('takes the place of all pairs, with the smaller part in the table', () => {
    expect(planText('MATCH (a:Person), (c:City) WHERE a.birthplace = c.title RETURN a, c')).toEqual([
      'Produce a, c',
      'ValueHashJoin a.birthplace = c.title',
      '  ScanAllByLabel c:City',
      '  Once',
      'ScanAllByLabel a:Person',
      'Once',
    ]);
  });

  test('joins whole patterns, each filtered by itself', () => {
    expect(
      planText(
        'MATCH (a:Person {x: 1})-[:LIKES]->(c:Person), (b:Person)-[:KNOWS]->(d:Person) WHERE c.x = d.x AND b.age > 3 RETURN a, b',
      ),
    ).toEqual([
      'Produce a, b',
      'ValueHashJoin d.x = c.x',
      '  Filter c:Person',
      '  Expand (a)-[:LIKES]->(c)',
      '  Filter a.x = 1',
      '  ScanAllByLabel a:Person',
      '  Once',
      'Filter d:Person',
      'Expand (b)-[:KNOWS]->(d)',
      'Filter b.age > 3',
      'ScanAllByLabel b:Person',
      'Once',
    ]);
  });

  test('joins what came before the MATCH', () => {
    expect(operators('MATCH (a:Person) WITH a.birthplace AS x MATCH (c:City) WHERE c.title = x RETURN c')).toEqual([
      'Produce',
      'ValueHashJoin',
      'ScanAllByLabel',
      'Once',
      'Produce',
      'ScanAllByLabel',
      'Once',
    ]);
  });

  test('joins three parts by two tables', () => {
    const plan = operators('MATCH (a:Person), (b:Person), (c:City) WHERE a.x = b.x AND b.y = c.y RETURN count(*)');

    expect(plan.filter((operator) => operator === 'ValueHashJoin')).toHaveLength(2);
    expect(plan).not.toContain('Filter');
  });

  test.each([
    { why: 'an index leads from one to the other', query: 'MATCH (a:Rare), (b:Person) WHERE a.x = b.id RETURN b' },
    { why: 'both are small', query: 'MATCH (a:Rare), (c:City) WHERE a.x = c.x RETURN c' },
    { why: 'there is no equality', query: 'MATCH (a:Person), (c:City) WHERE a.x < c.x RETURN c' },
    { why: 'one side is of both', query: 'MATCH (a:Person), (c:City) WHERE a.x + c.y = c.x RETURN c' },
    { why: 'it is not the same each time', query: 'MATCH (a:Person), (c:City) WHERE a.x = c.x + rand() RETURN c' },
  ])('is not there when $why', ({ query }) => {
    expect(operators(query)).not.toContain('ValueHashJoin');
  });
});

describe('a join in a node', () => {
  test('is where two ways meet that have few rows at their ends and many in the middle', () => {
    expect(planText('MATCH (a:Rare)<-[:KNOWS]-(m)-[:LIKES]->(n)<-[:SEES]-(k)-[:WANTS]->(b:Rare) RETURN a, b')).toEqual([
      'Produce a, b',
      'NodeHashJoin n',
      '  Expand (m)-[:LIKES]->(n)',
      '  Expand (a)<-[:KNOWS]-(m)',
      '  ScanAllByLabel a:Rare',
      '  Once',
      'Expand (k)-[:SEES]->(n)',
      'Expand (b)<-[:WANTS]-(k)',
      'ScanAllByLabel b:Rare',
      'Once',
    ]);
  });

  test('keeps relationships apart that could be the same', () => {
    expect(
      planText('MATCH (a:Person {x: 1})-[r:KNOWS]->(m)<-[s:KNOWS]-(b:Person {x: 2}) RETURN a, b, m').slice(0, 3),
    ).toEqual(['Produce a, b, m', 'Filter s <> r', 'NodeHashJoin m']);
  });

  test('is not there when one end is a single node', () => {
    expect(operators('MATCH (a:Person {id: 1})-[:KNOWS]->(m)<-[:KNOWS]-(b:Person) RETURN b')).not.toContain(
      'NodeHashJoin',
    );
  });
});
