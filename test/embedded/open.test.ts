import { expect, test } from 'vitest';
import { open } from '../../embedded/open.ts';

test('the engine alone answers statements that build on one another, in plain values', () => {
  const engine = open();

  engine.run('UNWIND $names AS name CREATE (:City {name: name, size: 1.5})', { names: ['Bern', 'Chur'] });
  const { fields, values } = engine.run('MATCH (c:City) RETURN c.name AS name, c.size AS size ORDER BY name', {});

  expect(fields).toEqual(['name', 'size']);
  expect(values).toEqual([
    ['Bern', 1.5],
    ['Chur', 1.5],
  ]);
});

test('a statement that fails leaves the graph as it was, and the engine goes on', () => {
  const engine = open();

  expect(() => engine.run('CREATE (:City) RETURN 1 / 0', {})).toThrow();

  expect(engine.run('MATCH (c) RETURN count(*) AS n', {}).values).toEqual([[0]]);
});
