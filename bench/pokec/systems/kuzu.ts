/** Kuzu in this process: Cypher in prepared statements, one thread, the graph through COPY. Walks may use a friendship twice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeCsv } from '../csv.ts';
import { QUERY_CLASSES } from '../query-classes.ts';
import { peerModule, type System } from '../system.ts';

interface Answer {
  getAllSync(): unknown[];
  close(): void;
}

interface Prepared {
  isSuccess(): boolean;
}

interface Connection {
  initSync(): void;
  setMaxNumThreadForExec(count: number): void;
  querySync(text: string): Answer | Answer[];
  prepareSync(text: string): Prepared;
  executeSync(statement: Prepared, parameters: object): Answer;
  closeSync(): void;
}

interface Kuzu {
  readonly Database: new (path: string, poolBytes: number) => { initSync(): void; closeSync(): void };
  readonly Connection: new (database: object, threads: number) => Connection;
}

const POOL_BYTES = 2 * 1024 ** 3;

/** Where Kuzu's Cypher differs. */
const OWN_TEXTS: ReadonlyMap<string, string> = new Map([
  [
    'shortest_path',
    'MATCH p = (n:User {id: $from})-[:Friend* SHORTEST 1..15]->(m:User {id: $to}) RETURN properties(nodes(p), "id") AS path',
  ],
  [
    'shortest_path_filter',
    'MATCH p = (n:User {id: $from})-[:Friend* SHORTEST 1..15 (r, x | WHERE x.age >= 18)]->(m:User {id: $to}) WHERE m.age >= 18 RETURN properties(nodes(p), "id") AS path',
  ],
]);

const TABLES = [
  'CREATE NODE TABLE User (id INT64, completion_percentage INT64, gender STRING, age INT64, property INT64, PRIMARY KEY (id))',
  'CREATE REL TABLE Friend (FROM User TO User)',
  'CREATE REL TABLE Temp (FROM User TO User)',
  'CREATE NODE TABLE UserTemp (pk SERIAL, id INT64, PRIMARY KEY (pk))',
];

export function kuzu(): System {
  const { Database, Connection } = peerModule<Kuzu>('kuzu');
  const database = new Database(':memory:', POOL_BYTES);
  database.initSync();
  const connection = new Connection(database, 1);
  connection.initSync();
  connection.setMaxNumThreadForExec(1);
  const statements = new Map<string, Prepared>();
  const command = (text: string): void => {
    for (const answer of [connection.querySync(text)].flat()) answer.close();
  };
  return {
    load(graph) {
      for (const table of TABLES) command(table);
      const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'));
      try {
        const { users, friendships } = writeCsv(graph, folder);
        command(`COPY User (id, completion_percentage, gender, age) FROM '${users}' (HEADER=true)`);
        command(`COPY Friend FROM '${friendships}' (HEADER=true)`);
      } finally {
        rmSync(folder, { recursive: true });
      }
      for (const { name, cypher } of QUERY_CLASSES) {
        const statement = connection.prepareSync(OWN_TEXTS.get(name) ?? cypher);
        if (statement.isSuccess()) statements.set(name, statement);
      }
      return undefined;
    },
    supports: (name) => statements.has(name),
    run(name, parameters) {
      const answer = connection.executeSync(statements.get(name)!, parameters);
      const rows = answer.getAllSync();
      answer.close();
      return rows;
    },
    close() {
      connection.closeSync();
      database.closeSync();
    },
  };
}
