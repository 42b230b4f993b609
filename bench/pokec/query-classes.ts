/**
 * The questions: Memgraph's benchmark "pokec" (groups basic, match, aggregation, arango, create, update) with the label written out, and two
 * over the whole graph. The same parameters for everybody.
 */
import { type Random, randomFrom } from './random.ts';

/** How an answer is digested, so that answers of different systems can be compared: see digest.ts. */
export type AnswerKind = 'ids' | 'node' | 'data' | 'groups' | 'pairs' | 'scalar' | 'cycle' | 'path' | 'exists' | 'none';

export type Group = 'read' | 'aggregate' | 'analytical' | 'whole graph' | 'write';

export interface QueryClass {
  readonly name: string;
  readonly group: Group;
  readonly parameters: 'none' | 'id' | 'pair' | 'fresh';
  readonly answer: AnswerKind;
  readonly cypher: string;
}

export interface Parameters {
  readonly id?: number;
  readonly from?: number;
  readonly to?: number;
}

const ADULT = 'WHERE n.age >= 18 ';

function queryClass(group: Group, name: string, rest: Omit<QueryClass, 'group' | 'name'>): QueryClass {
  return { name, group, ...rest };
}

function aggregate(name: string, answer: AnswerKind, cypher: string): QueryClass {
  return queryClass('aggregate', name, { parameters: 'none', answer, cypher });
}

function analytical(name: string, answer: AnswerKind, cypher: string): QueryClass {
  return queryClass('analytical', name, { parameters: name.startsWith('shortest') ? 'pair' : 'id', answer, cypher });
}

function expansions(hops: number): QueryClass[] {
  const chain = `MATCH (s:User {id: $id})-[:Friend]->${'()-[:Friend]->'.repeat(hops - 1)}(n:User)`;
  const columns = `RETURN ${hops > 1 ? 'DISTINCT ' : ''}n.id`;
  return [
    analytical(`expansion_${hops}`, 'ids', `${chain} ${columns}`),
    analytical(`expansion_${hops}_filter`, 'ids', `${chain} ${ADULT}${columns}`),
  ];
}

function neighbours(hops: number, options: { readonly data: boolean; readonly filter: boolean }): QueryClass {
  const name = `neighbours_${hops}${options.data ? '_data' : ''}${options.filter ? '_filter' : ''}`;
  const pattern = `MATCH (s:User {id: $id})-[:Friend*1..${hops}]->(n:User) ${options.filter ? ADULT : ''}`;
  return analytical(name, options.data ? 'data' : 'ids', `${pattern}RETURN DISTINCT n.id${options.data ? ', n' : ''}`);
}

const ENDS = 'MATCH (n:User {id: $from}), (m:User {id: $to}) MATCH p = shortestPath((n)-[:Friend*..15]->(m))';
const PATH = 'RETURN [x IN nodes(p) | x.id] AS path';

export const QUERY_CLASSES: readonly QueryClass[] = [
  queryClass('read', 'single_vertex_read', {
    parameters: 'id',
    answer: 'node',
    cypher: 'MATCH (n:User {id: $id}) RETURN n',
  }),
  aggregate('aggregate', 'groups', 'MATCH (n:User) RETURN n.age, count(*)'),
  aggregate('aggregate_filter', 'groups', 'MATCH (n:User) WHERE n.age >= 18 RETURN n.age, count(*)'),
  aggregate('aggregate_distinct', 'scalar', 'MATCH (n:User) RETURN count(DISTINCT n.age)'),
  aggregate('aggregate_count', 'scalar', 'MATCH (n:User) RETURN count(n), count(n.age)'),
  aggregate('min_max_avg', 'scalar', 'MATCH (n:User) RETURN min(n.age), max(n.age), avg(n.age)'),
  ...[1, 2, 3, 4].flatMap(expansions),
  neighbours(2, { data: false, filter: false }),
  neighbours(2, { data: false, filter: true }),
  neighbours(2, { data: true, filter: false }),
  neighbours(2, { data: true, filter: true }),
  neighbours(3, { data: true, filter: true }),
  neighbours(4, { data: true, filter: true }),
  analytical('pattern_cycle', 'cycle', 'MATCH (n:User {id: $id})-[e1:Friend]->(m)-[e2:Friend]->(n) RETURN e1, m, e2'),
  analytical(
    'pattern_long',
    'exists',
    'MATCH (n1:User {id: $id})-[e1:Friend]->(n2)-[e2:Friend]->(n3)-[e3:Friend]->(n4)<-[e4:Friend]-(n5) RETURN n5 LIMIT 1',
  ),
  analytical('pattern_short', 'exists', 'MATCH (n:User {id: $id})-[e:Friend]->(m) RETURN m LIMIT 1'),
  analytical('shortest_path', 'path', `${ENDS} ${PATH}`),
  analytical('shortest_path_filter', 'path', `${ENDS} WHERE all(x IN tail(nodes(p)) WHERE x.age >= 18) ${PATH}`),
  queryClass('whole graph', 'top_indegree', {
    parameters: 'none',
    answer: 'groups',
    cypher: 'MATCH (:User)-[:Friend]->(n:User) RETURN n.id, count(*) AS c ORDER BY c DESC, n.id LIMIT 10',
  }),
  queryClass('whole graph', 'gender_pairs', {
    parameters: 'none',
    answer: 'pairs',
    cypher: 'MATCH (a:User)-[:Friend]->(b:User) WHERE a.age >= 18 AND b.age >= 18 RETURN a.gender, b.gender, count(*)',
  }),
  queryClass('write', 'single_vertex_write', {
    parameters: 'fresh',
    answer: 'exists',
    cypher: 'CREATE (n:UserTemp {id: $id}) RETURN n',
  }),
  queryClass('write', 'single_edge_write', {
    parameters: 'pair',
    answer: 'exists',
    cypher: 'MATCH (n:User {id: $from}), (m:User {id: $to}) CREATE (n)-[e:Temp]->(m) RETURN e',
  }),
  queryClass('write', 'single_vertex_update', {
    parameters: 'id',
    answer: 'none',
    cypher: 'MATCH (n:User {id: $id}) SET n.property = -1',
  }),
];

/** The order in which classes are asked: what a system may not be done with in time comes late, and what changes the graph last. */
export const CLASS_ORDER: readonly string[] = QUERY_CLASSES.toSorted((one, other) => rank(one) - rank(other)).map(
  ({ name }) => name,
);

function rank({ name, group }: QueryClass): number {
  if (group === 'write') return 2;
  return group === 'whole graph' || /_[34]|_long/.test(name) ? 1 : 0;
}

export function classNamed(name: string): QueryClass {
  const found = QUERY_CLASSES.find((each) => each.name === name);
  if (!found) throw new Error(`there is no query class ${name}`);
  return found;
}

/** Parameters for a class, the same for every system; classes that differ only in what they filter or return share theirs. */
export function parametersFor(query: QueryClass, users: number, count: number, seed: number): Parameters[] {
  let hash = seed;
  for (const letter of query.name.replace(/_filter|_data/g, ''))
    hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0;
  const random = randomFrom(hash);
  return Array.from({ length: count }, () => parametersOf(query, users, random));
}

function parametersOf(query: QueryClass, users: number, random: Random): Parameters {
  const id = (): number => 1 + Math.floor(random() * users);
  switch (query.parameters) {
    case 'none':
      return {};
    case 'id':
      return { id: id() };
    case 'fresh':
      return { id: 1 + Math.floor(random() * users * 10) };
    case 'pair': {
      const from = id();
      let to = id();
      while (to === from) to = id();
      return { from, to };
    }
  }
}
