/** Skein's engine in this process, as dist/engine.mjs gives it: every query goes through parser, planner and executor. */
import { open } from '../../../embedded/open.ts';
import { classNamed, QUERY_CLASSES } from '../query-classes.ts';
import { GENDERS } from '../social-graph.ts';
import type { System } from '../system.ts';

export function skein(): System {
  const graph = open();
  const texts = new Map(QUERY_CLASSES.map(({ name, cypher }) => [name, cypher]));
  return {
    load({ users, from, to, completion, gender, age }) {
      const nodes = Array.from({ length: users }, (_, index) => ({
        id: index + 1,
        completion_percentage: completion[index + 1],
        gender: GENDERS[gender[index + 1]!],
        age: age[index + 1],
      }));
      return graph.load(nodes, { src: from, dst: to }).bytes;
    },
    supports: (name) => texts.has(name),
    run: (name, parameters) =>
      graph.run(texts.get(name) ?? classNamed(name).cypher, parameters as Readonly<Record<string, unknown>>).values,
    close: () => {},
  };
}
