/** One random case: a query and a graph, or an expression and values, answered by the engine and by the reference. */
import type { Query } from '../../../core/cypher/ast.ts';
import { parse } from '../../../core/cypher/parser.ts';
import { check } from '../../../core/cypher/semantic-check.ts';
import { GraphError } from '../../../core/error.ts';
import { Database } from '../../core/engine/database.ts';
import { type Answer, answerOf, engineAnswer, graphKey, referenceGraphOf } from './answer.ts';
import { TooMuch } from './evaluation.ts';
import { evaluate } from './evaluator.ts';
import { randomGraph, valueText } from './random-graph.ts';
import { randomQuery } from './random-query.ts';
import { randomExpression, randomParameters } from './random-value.ts';
import { ReferenceGraph } from './reference-graph.ts';
import { Tape } from './tape.ts';

const STEPS_MAX = 10_000;
/** Far more than so few steps should take: who needs it has a plan that tries everything. */
const WORK_MAX = 20_000_000;

export interface Case<Found> {
  /** What is run, for a failure's message. */
  readonly what: string;
  readonly expected: Found;
  readonly found: () => Found;
}

/** An answer, and the graph after it; that of a statement which failed is as it was, and not asked for. */
export interface Outcome extends Answer {
  readonly graph: readonly string[] | undefined;
}

/** The planner takes half of the graphs to be so many times as large: joins and the like only pay in large ones. */
const LARGE = 1_000;

/** Undefined when the reference would have to look at too much. */
export function queryCase(numbers: readonly number[]): Case<Outcome> | undefined {
  const tape = new Tape(numbers);
  const { graph, text: create } = randomGraph(tape);
  const sliceWork = tape.pick([Number.POSITIVE_INFINITY, 1, 7, 50]);
  const isIndexed = tape.chance(50);
  const sizeFactor = tape.chance(50) ? LARGE : 1;
  const { text, order } = randomQuery(tape);
  const what = `${create};\n${isIndexed ? 'indexed, ' : ''}planned as ${sizeFactor} times as large, slices of ${sliceWork}\n${text}`;
  try {
    const query = queryOf(text);
    const expected = outcome(
      answerOf({ text, order, graph }, () => evaluate(graph, query, { stepsMax: STEPS_MAX })),
      () => graph,
    );
    const found = () => {
      const database = new Database({ workMax: WORK_MAX }, undefined, sizeFactor);
      if (create !== undefined) database.run(create);
      if (isIndexed) for (const key of ['k', 'm']) database.run(`CREATE INDEX FOR (n:A) ON (n.${key})`);
      return outcome(engineAnswer({ text, order, database, sliceWork }), () => referenceGraphOf(database));
    };
    return { what, expected, found };
  } catch (error) {
    if (error instanceof TooMuch) return undefined;
    throw new Error(what, { cause: error });
  }
}

/** Undefined when the expression is refused before it runs. */
export function expressionCase(numbers: readonly number[]): Case<Answer> | undefined {
  const tape = new Tape(numbers);
  const parameters = randomParameters(tape);
  const text = `WITH $a AS a, $b AS b, $c AS c RETURN ${randomExpression(tape, 2)} AS x`;
  const graph = new ReferenceGraph();
  const query = acceptedQuery(text);
  if (query === undefined) return undefined;
  const values = new Map(Object.entries(parameters));
  const expected = answerOf({ text, order: 'whole', graph }, () => evaluate(graph, query, { parameters: values }));
  const found = () =>
    engineAnswer({ text, order: 'whole', database: new Database(), sliceWork: Number.POSITIVE_INFINITY, parameters });
  const shown = Object.entries(parameters).map(([name, value]) => `${name} = ${valueText(value)}`);
  return { what: `${text}\n${shown.join(', ')}`, expected, found };
}

function acceptedQuery(text: string): Query | undefined {
  try {
    return queryOf(text);
  } catch (error) {
    if (error instanceof GraphError) return undefined;
    throw error;
  }
}

function queryOf(text: string): Query {
  const statement = parse(text);
  check(statement);
  if (statement.body.type !== 'query') throw new Error('a query is no command');
  return statement.body;
}

function outcome(answer: Answer, graph: () => Parameters<typeof graphKey>[0]): Outcome {
  return { ...answer, graph: answer.failure === undefined ? graphKey(graph()) : undefined };
}
