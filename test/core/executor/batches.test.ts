import { beforeAll, describe, expect, test } from 'vitest';
import { Database } from '../engine/database.ts';

/** Rows go through operators about a thousand at a time: what happens where one batch ends and the next begins. */
describe('rows beyond one batch', () => {
  const database = new Database();
  beforeAll(() => {
    database.run('UNWIND range(0, 2999) AS i CREATE (:N {id: i})');
    database.run('CREATE (:Hub {name: "hub"})');
    database.run('MATCH (h:Hub), (n:N) CREATE (h)-[:TO {n: n.id}]->(n)');
    database.run('MATCH (h:Hub), (n:N {id: 2048}) CREATE (n)-[:BACK]->(h)');
  });

  test.each([
    { query: 'MATCH (h:Hub)-[r:TO]->(n) RETURN count(n), sum(r.n)', rows: [[3000, (2999 * 3000) / 2]] },
    { query: 'MATCH (n)<-[:TO]-(h)<-[:BACK]-(m) RETURN count(*)', rows: [[3000]] },
    { query: 'MATCH (n:N) OPTIONAL MATCH (n)-[:BACK]->(h) RETURN count(*), count(h)', rows: [[3000, 1]] },
    {
      query: 'MATCH (n:N) OPTIONAL MATCH (n)-[:BACK]->(h) WITH n, h SKIP 2047 LIMIT 3 RETURN n.id, h.name',
      rows: [
        [2047, null],
        [2048, 'hub'],
        [2049, null],
      ],
    },
    { query: 'MATCH (n:N) WITH n ORDER BY n.id DESC SKIP 1500 LIMIT 2 RETURN n.id', rows: [[1499], [1498]] },
    { query: 'MATCH (n:N) RETURN n.id AS id ORDER BY id % 10, id LIMIT 3', rows: [[0], [10], [20]] },
    { query: 'MATCH (n:N) RETURN DISTINCT n.id / 1500 AS half', rows: [[0], [1]] },
    {
      query: 'MATCH (n:N) WITH n.id % 2000 AS k, count(*) AS c RETURN c, count(*) AS keys ORDER BY c',
      rows: [
        [1, 1000],
        [2, 1000],
      ],
    },
    { query: 'MATCH (n:N) WHERE NOT (n)-[:BACK]->() AND n.id > 2040 RETURN count(*)', rows: [[958]] },
    {
      query: 'UNWIND range(1, 5) AS i UNWIND range(1, 1000) AS j RETURN count(*), sum(i * j)',
      rows: [[5000, 15 * 500500]],
    },
    { query: 'UNWIND range(1, 2000) AS i MATCH (h:Hub) RETURN count(h)', rows: [[2000]] },
    { query: 'MATCH (n:N) RETURN n.id UNION MATCH (n:N) RETURN n.id', rows: { length: 3000 } },
  ])('$query', ({ query, rows }) => {
    if (Array.isArray(rows)) expect(database.rows(query)).toEqual(rows);
    else expect(database.rows(query)).toHaveLength(rows.length);
  });

  test('an undirected pattern around bound relationships gives both ways', () => {
    expect(database.rows('MATCH ()-[r:TO]->() MATCH (a)-[r]-(b) RETURN count(*), count(DISTINCT a)')).toEqual([
      [6000, 3001],
    ]);
  });

  test('a column of mixed kinds is kept and sorted', () => {
    const query = `UNWIND range(1, 1500) AS i WITH CASE i % 3 WHEN 0 THEN i WHEN 1 THEN toString(i) ELSE null END AS x
                   ORDER BY x DESC LIMIT 502 RETURN count(x), max(x)`;

    expect(database.rows(query)).toEqual([[2, 1500]]);
  });

  test('writers go over batches as over rows', () => {
    const copy = new Database();
    copy.run('UNWIND range(0, 2999) AS i CREATE (:N {id: i})');

    expect(copy.changes('MATCH (n:N) MERGE (m:M {id: n.id / 2}) SET n.seen = true')).toEqual({
      nodesCreated: 1500,
      labelsAdded: 1500,
      propertiesSet: 4500,
    });
    expect(copy.changes('MATCH (n) DETACH DELETE n')).toEqual({ nodesDeleted: 4500 });
  });
});
