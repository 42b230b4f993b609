/** What stands after the "*" of a relationship: bounds, and Memgraph's traversals with their functions of a step. */
import type { RelationshipPattern, StepFunction, Traversal } from './ast.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { integerValue } from './literal-text.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

const ALGORITHMS: ReadonlyMap<string, Traversal['algorithm']> = new Map([
  ['BFS', 'breadthFirst'],
  ['WSHORTEST', 'weightedShortest'],
  ['ALLSHORTEST', 'allShortest'],
  ['KSHORTEST', 'kShortest'],
]);

export class TraversalParser {
  readonly #cursor: TokenCursor;
  readonly #expressions: ExpressionReader;
  readonly #hopCount: () => number | undefined;

  /** `hopCount` reads a number of hops, if one comes. */
  constructor(cursor: TokenCursor, expressions: ExpressionReader, hopCount: () => number | undefined) {
    this.#cursor = cursor;
    this.#expressions = expressions;
    this.#hopCount = hopCount;
  }

  /** After the "*". */
  length(): Pick<RelationshipPattern, 'hops' | 'traversal'> {
    const cursor = this.#cursor;
    const algorithm = cursor.at(TOKEN.name) ? ALGORITHMS.get(cursor.source().toUpperCase()) : undefined;
    if (algorithm !== undefined) cursor.skip();
    const hops = this.#bounds(algorithm);
    if (algorithm === undefined) {
      if (!cursor.at(TOKEN.openParen)) return { hops };
      const filter = this.#stepFunction();
      const plain = { weight: undefined, total: undefined, count: undefined };
      return { hops, traversal: { algorithm: 'depthFirst', filter, ...plain } };
    }
    return { hops, traversal: this.#traversal(algorithm) };
  }

  /** One number is the length, except of a path of least cost, of which it is the upper bound. */
  #bounds(algorithm: Traversal['algorithm'] | undefined): NonNullable<RelationshipPattern['hops']> {
    const min = this.#hopCount();
    if (this.#cursor.take(TOKEN.dotDot)) return { min: min ?? 1, max: this.#hopCount() };
    const isLength = algorithm === undefined || algorithm === 'breadthFirst';
    return { min: (isLength ? min : undefined) ?? 1, max: min };
  }

  #traversal(algorithm: Traversal['algorithm']): Traversal {
    const cursor = this.#cursor;
    let count = this.#count(algorithm);
    const mayWeigh = algorithm !== 'breadthFirst';
    const weight = mayWeigh && cursor.at(TOKEN.openParen) ? this.#stepFunction() : undefined;
    if (weight === undefined && (algorithm === 'weightedShortest' || algorithm === 'allShortest')) {
      throw cursor.expected('what a step costs, such as (r, n | r.length)');
    }
    const total = weight !== undefined && cursor.atName() ? cursor.variable() : undefined;
    const filter = cursor.at(TOKEN.openParen) ? this.#stepFunction() : undefined;
    count ??= this.#count(algorithm);
    return { algorithm, weight, total, filter, count };
  }

  /** `| 3`: how many paths. */
  #count(algorithm: Traversal['algorithm']): number | undefined {
    const cursor = this.#cursor;
    if (algorithm !== 'kShortest' || !cursor.take(TOKEN.bar)) return undefined;
    const value = cursor.at(TOKEN.integer) ? integerValue(cursor.source()) : undefined;
    if (value === undefined || value < 1n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw cursor.expected('how many paths, such as 3');
    }
    cursor.skip();
    return Number(value);
  }

  /** `(r, n | …)`, `(r, n, p | …)`, `(r, n, p, w | …)` */
  #stepFunction(): StepFunction {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    const relationship = cursor.variable();
    cursor.expect(TOKEN.comma, '"," and a variable for the node');
    const node = cursor.variable();
    const path = cursor.take(TOKEN.comma) ? cursor.variable() : undefined;
    const cost = path !== undefined && cursor.take(TOKEN.comma) ? cursor.variable() : undefined;
    cursor.expect(TOKEN.bar, '"|"');
    const expression = this.#expressions.expression();
    cursor.expect(TOKEN.closeParen, '")"');
    return { relationship, node, path, cost, expression, span: cursor.spanFrom(start) };
  }
}
