/**
 * SQLite in this process, the one that Node brings, as a careful user of a Durable Object's storage would write it: covering indexes both ways, each hop without
 * repeats, a shortest path by breadth-first search with one prepared statement a user. Walks may use a friendship twice.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Parameters, QUERY_CLASSES } from '../query-classes.ts';
import { GENDERS } from '../social-graph.ts';
import type { System } from '../system.ts';

const HOPS_MAX = 15;
const USER = 'u.id, u.completion_percentage, u.gender, u.age';

export function sqlite(): System {
  const database = new DatabaseSync(':memory:');
  const statements = new Map<string, StatementSync>();
  const rowsOf = (sql: string): StatementSync => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
  const numberOf = (sql: string): number => Number(Object.values(database.prepare(sql).get() ?? {})[0]);
  let friends: { all: StatementSync; adults: StatementSync };
  return {
    load(graph) {
      database.exec(`CREATE TABLE users (id INTEGER PRIMARY KEY, completion_percentage INT, gender TEXT, age INT, property INT);
        CREATE TABLE friend (src INT NOT NULL, dst INT NOT NULL, PRIMARY KEY (src, dst)) WITHOUT ROWID;
        CREATE TABLE user_temp (pk INTEGER PRIMARY KEY, id INT);
        CREATE TABLE temp (pk INTEGER PRIMARY KEY, src INT, dst INT); BEGIN`);
      const user = database.prepare('INSERT INTO users (id, completion_percentage, gender, age) VALUES (?, ?, ?, ?)');
      const friend = database.prepare('INSERT INTO friend VALUES (?, ?)');
      for (let id = 1; id <= graph.users; id++) {
        user.run(id, graph.completion[id]!, GENDERS[graph.gender[id]!]!, graph.age[id]!);
      }
      for (let i = 0; i < graph.friendships; i++) friend.run(graph.from[i]!, graph.to[i]!);
      database.exec('CREATE INDEX friend_in ON friend (dst, src); COMMIT; ANALYZE');
      for (const { name } of QUERY_CLASSES) {
        const sql = SQL.get(name);
        if (sql !== undefined) statements.set(name, rowsOf(sql));
      }
      friends = {
        all: rowsOf('SELECT dst FROM friend WHERE src = ?'),
        adults: rowsOf('SELECT f.dst FROM friend f JOIN users u ON u.id = f.dst WHERE f.src = ? AND u.age >= 18'),
      };
      return numberOf('PRAGMA page_count') * numberOf('PRAGMA page_size');
    },
    supports: (name) => statements.has(name) || name.startsWith('shortest_path'),
    run(name, parameters) {
      if (name.startsWith('shortest_path')) {
        return shortestPath(parameters, name === 'shortest_path' ? friends.all : friends.adults);
      }
      return statements.get(name)!.all(parameters as Record<string, number>);
    },
    close: () => database.close(),
  };
}

function shortestPath({ from, to }: Parameters, friendsOf: StatementSync): unknown[] {
  const before = new Map<number, number>([[from!, 0]]);
  let level = [from!];
  for (let step = 0; step < HOPS_MAX && level.length > 0; step++) {
    const next: number[] = [];
    for (const user of level) {
      for (const [friend] of friendsOf.all(user) as unknown as [number][]) {
        if (before.has(friend)) continue;
        before.set(friend, user);
        if (friend === to) return [pathTo(friend, before)];
        next.push(friend);
      }
    }
    level = next;
  }
  return [];
}

function pathTo(end: number, before: ReadonlyMap<number, number>): number[] {
  const path: number[] = [];
  for (let user = end; user !== 0; user = before.get(user)!) path.push(user);
  return path.reverse();
}

function withinSteps(steps: number): string {
  return `WITH RECURSIVE near (n, d) AS (SELECT dst, 1 FROM friend WHERE src = @id
    UNION SELECT f.dst, near.d + 1 FROM near JOIN friend f ON f.src = near.n WHERE near.d < ${steps}) `;
}

function endsOf(steps: number): string {
  const start = 'SELECT dst FROM friend WHERE src';
  return steps === 1 ? `${start} = @id` : `${start} IN (${endsOf(steps - 1)})`;
}

const SQL: ReadonlyMap<string, string> = new Map([
  ['single_vertex_read', `SELECT ${USER} FROM users u WHERE u.id = @id`],
  ['aggregate', 'SELECT age, count(*) FROM users GROUP BY age'],
  ['aggregate_filter', 'SELECT age, count(*) FROM users WHERE age >= 18 GROUP BY age'],
  ['aggregate_distinct', 'SELECT count(DISTINCT age) FROM users'],
  ['aggregate_count', 'SELECT count(*), count(age) FROM users'],
  ['min_max_avg', 'SELECT min(age), max(age), avg(age) FROM users'],
  ...[1, 2, 3, 4].flatMap((steps): [string, string][] => [
    [`expansion_${steps}`, endsOf(steps).replace('SELECT dst', `SELECT ${steps > 1 ? 'DISTINCT ' : ''}dst`)],
    [`expansion_${steps}_filter`, `SELECT u.id FROM users u WHERE u.id IN (${endsOf(steps)}) AND u.age >= 18`],
  ]),
  ['neighbours_2', `${withinSteps(2)} SELECT DISTINCT n FROM near`],
  ['neighbours_2_filter', `${withinSteps(2)} SELECT DISTINCT n FROM near JOIN users u ON u.id = n WHERE u.age >= 18`],
  ...[2, 3, 4].flatMap((steps): [string, string][] => {
    const sql = `${withinSteps(steps)} SELECT DISTINCT ${USER} FROM near JOIN users u ON u.id = n`;
    return [
      [`neighbours_${steps}_data`, sql],
      [`neighbours_${steps}_data_filter`, `${sql} WHERE u.age >= 18`],
    ];
  }),
  [
    'pattern_cycle',
    `SELECT f.src, f.dst, ${USER}, g.src, g.dst FROM friend f JOIN friend g ON g.src = f.dst AND g.dst = @id
     JOIN users u ON u.id = f.dst WHERE f.src = @id`,
  ],
  ['pattern_short', `SELECT ${USER} FROM friend f JOIN users u ON u.id = f.dst WHERE f.src = @id LIMIT 1`],
  [
    'pattern_long',
    `SELECT ${USER} FROM friend f JOIN friend g ON g.src = f.dst JOIN friend h ON h.src = g.dst
     JOIN friend i ON i.dst = h.dst AND i.src <> h.src JOIN users u ON u.id = i.src WHERE f.src = @id LIMIT 1`,
  ],
  ['top_indegree', 'SELECT dst, count(*) AS c FROM friend GROUP BY dst ORDER BY c DESC, dst LIMIT 10'],
  [
    'gender_pairs',
    `SELECT a.gender, b.gender, count(*) FROM friend f JOIN users a ON a.id = f.src JOIN users b ON b.id = f.dst
     WHERE a.age >= 18 AND b.age >= 18 GROUP BY 1, 2`,
  ],
  ['single_vertex_write', 'INSERT INTO user_temp (id) VALUES (@id) RETURNING id'],
  [
    'single_edge_write',
    'INSERT INTO temp (src, dst) SELECT a.id, b.id FROM users a, users b WHERE a.id = @from AND b.id = @to RETURNING src, dst',
  ],
  ['single_vertex_update', 'UPDATE users SET property = -1 WHERE id = @id'],
]);
