import { describe, expect, test } from 'vitest';
import { Database } from './database.ts';
import { NO_SIDE_EFFECTS, sideEffectsBetween, sideEffectsOfTable, sideEffectsText } from './side-effects.ts';

/** The side effects of a statement on a graph that others have made. */
function effectsOf(statement: string, ...setUp: readonly string[]): string {
  const database = new Database();
  for (const each of setUp) database.run(each, new Map());
  const before = database.facts;
  const outcome = database.run(statement, new Map());
  if (outcome.type === 'error') throw new Error(outcome.error.message);
  return sideEffectsText(sideEffectsBetween(before, database.facts));
}

describe('side effects', () => {
  test.each([
    {
      statement: 'CREATE (:A {x: 1})-[:T {y: 2}]->(:A:B)',
      effects: '+nodes 2, +relationships 1, +labels 2, +properties 2',
    },
    { setUp: 'CREATE (:A)', statement: 'CREATE (:A:B)', effects: '+nodes 1, +labels 1' },
    { setUp: 'CREATE (:A), (:A)', statement: 'MATCH (n) WITH n LIMIT 1 DELETE n', effects: '-nodes 1' },
    { setUp: 'CREATE (:A)', statement: 'MATCH (n) DELETE n', effects: '-nodes 1, -labels 1' },
    { setUp: 'CREATE ({x: 1})', statement: 'MATCH (n) SET n.x = 2', effects: '+properties 1, -properties 1' },
    { setUp: 'CREATE ({x: 1})', statement: 'MATCH (n) SET n.x = 1', effects: 'none' },
    { setUp: 'CREATE ({x: 1})', statement: 'MATCH (n) SET n.x = 1.0', effects: '+properties 1, -properties 1' },
    { setUp: 'CREATE ({x: 1})', statement: 'MATCH (n) REMOVE n.x', effects: '-properties 1' },
    { setUp: 'CREATE ({x: 1})', statement: 'MATCH (n) DELETE n', effects: '-nodes 1, -properties 1' },
    { setUp: 'CREATE ()', statement: 'MATCH (n) DELETE n CREATE ()', effects: '+nodes 1, -nodes 1' },
    { setUp: 'CREATE ()', statement: 'CREATE (n) DELETE n', effects: 'none' },
    { setUp: 'CREATE ()-[:T]->()', statement: 'MATCH ()-[r]->() DELETE r', effects: '-relationships 1' },
    { setUp: 'CREATE (:A)', statement: 'MATCH (n) REMOVE n:A SET n:B', effects: '+labels 1, -labels 1' },
    { setUp: 'CREATE (:A)', statement: 'MATCH (n) RETURN n', effects: 'none' },
  ])('of $statement after $setUp: $effects', ({ setUp, statement, effects }) => {
    expect(effectsOf(statement, ...(setUp === undefined ? [] : [setUp]))).toBe(effects);
  });

  test('that a table does not name are none', () => {
    expect(sideEffectsOfTable([['+nodes', '2']])).toEqual({ ...NO_SIDE_EFFECTS, '+nodes': 2 });
  });

  test.each([{ row: ['+node', '1'] }, { row: ['+nodes', 'x'] }, { row: ['nodes', '1'] }])(
    '$row is refused',
    ({ row }) => {
      expect(() => sideEffectsOfTable([row])).toThrow(/no side effect/);
    },
  );
});
