/** Grafeo in this process: openCypher over an interface that answers with promises. */
import { classNamed, QUERY_CLASSES } from '../query-classes.ts';
import { GENDERS } from '../social-graph.ts';
import { peerModule, type System } from '../system.ts';

interface GrafeoDatabase {
  batchCreateNodesWithProps(label: string, rows: readonly object[]): Promise<readonly unknown[]>;
  batchCreateEdges(edges: readonly object[]): Promise<unknown>;
  executeCypher(text: string, parameters?: object): Promise<{ rows(): unknown[] }>;
  close(): void;
}

const EDGES_PER_BATCH = 200_000;

export function grafeo(): System {
  const { GrafeoDB } = peerModule<{ GrafeoDB: { create(): GrafeoDatabase } }>('@grafeo-db/js');
  const database = GrafeoDB.create();
  return {
    async load({ users, friendships, from, to, completion, gender, age }) {
      const rows = Array.from({ length: users }, (_, i) => ({
        id: i + 1,
        completion_percentage: completion[i + 1],
        gender: GENDERS[gender[i + 1]!],
        age: age[i + 1],
      }));
      const nodes = await database.batchCreateNodesWithProps('User', rows);
      for (let start = 0; start < friendships; start += EDGES_PER_BATCH) {
        const length = Math.min(EDGES_PER_BATCH, friendships - start);
        const edges = Array.from({ length }, (_, i) => ({
          src: nodes[from[start + i]! - 1],
          dst: nodes[to[start + i]! - 1],
          edgeType: 'Friend',
          type: 'Friend',
        }));
        await database.batchCreateEdges(edges);
      }
      await database.executeCypher('CREATE INDEX user_id FOR (n:User) ON (n.id)');
      return undefined;
    },
    supports: (name) => QUERY_CLASSES.some((each) => each.name === name),
    async run(name, parameters) {
      return (await database.executeCypher(classNamed(name).cypher, parameters)).rows();
    },
    close: () => database.close(),
  };
}
