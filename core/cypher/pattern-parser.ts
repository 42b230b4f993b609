/** Patterns: `p = (a:Label {key: 1})-[r:TYPE*1..3]->(b)`, `((a)-->(b) WHERE …){2,4}`, `shortestPath(…)`. */
import type { Expression, NodePattern, PathPattern, RelationshipPattern } from './ast.ts';
import { shown } from './error-text.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { LabelParser, NO_LABELS } from './label-parser.ts';
import { integerValue } from './literal-text.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';
import { TraversalParser } from './traversal-parser.ts';

/**
 * How many nodes and relationships a statement may look for, and how many it may write out in CREATE. Each
 * becomes operators, and operators call each other, so a longer chain could exhaust the stack. Many rows are
 * no matter: UNWIND $rows AS row CREATE … has one part.
 */
export const MATCHED_PARTS_MAX = 500;
export const CREATED_PARTS_MAX = 1_000;

export class PatternParser {
  readonly labels: LabelParser;
  readonly #cursor: TokenCursor;
  readonly #expressions: ExpressionReader;
  #matchedPartCount = 0;
  #createdPartCount = 0;

  constructor(cursor: TokenCursor, expressions: ExpressionReader) {
    this.#cursor = cursor;
    this.#expressions = expressions;
    this.labels = new LabelParser(cursor, expressions);
  }

  /** Patterns to look for, separated by commas: MATCH, EXISTS. */
  matchedPatterns(): PathPattern[] {
    const patterns: PathPattern[] = [];
    do patterns.push(this.matchedPattern());
    while (this.#cursor.take(TOKEN.comma));
    return patterns;
  }

  /** One pattern to look for. */
  matchedPattern(): PathPattern {
    const start = this.#cursor.index;
    const pattern = this.#pattern();
    this.#matchedPartCount += partCountOf(pattern);
    if (this.#matchedPartCount > MATCHED_PARTS_MAX) throw this.#tooMany('looks for', MATCHED_PARTS_MAX, start);
    return pattern;
  }

  /** Patterns to make, separated by commas: CREATE. */
  createdPatterns(): PathPattern[] {
    const patterns: PathPattern[] = [];
    do {
      const start = this.#cursor.index;
      const pattern = this.#pattern();
      this.#createdPartCount += partCountOf(pattern);
      if (this.#createdPartCount > CREATED_PARTS_MAX) throw this.#tooMany('creates', CREATED_PARTS_MAX, start);
      patterns.push(pattern);
    } while (this.#cursor.take(TOKEN.comma));
    return patterns;
  }

  #tooMany(what: string, max: number, start: number) {
    const message = `The text of the statement ${what} more than ${max} nodes and relationships`;
    return this.#cursor.error(message, 'UnexpectedSyntax', 'Pass rows as a parameter: UNWIND $rows AS row.', {
      index: start,
    });
  }

  #pattern(): PathPattern {
    const cursor = this.#cursor;
    const start = cursor.index;
    let variable: string | undefined;
    if (cursor.atName() && cursor.kind(1) === TOKEN.equal) {
      variable = cursor.variable();
      cursor.skip();
    }
    const word = cursor.word();
    if (cursor.kind(1) === TOKEN.openParen) {
      if (word === 'SHORTESTPATH') return this.#shortestPath('single', variable, start);
      if (word === 'ALLSHORTESTPATHS') return this.#shortestPath('all', variable, start);
    }
    if (word === 'SHORTEST' || word === 'ALL' || word === 'ANY') {
      throw cursor.notSupported(`The path selector ${word}`);
    }
    return this.#chain(variable, start);
  }

  #shortestPath(shortest: 'single' | 'all', variable: string | undefined, start: number): PathPattern {
    const cursor = this.#cursor;
    const name = cursor.source();
    cursor.skip(2);
    const inner = cursor.index;
    const chain = this.#chain(undefined, inner);
    cursor.expect(TOKEN.closeParen, '")"');
    if (chain.relationships.length !== 1 || chain.relationships[0]?.repeated !== undefined) {
      const message = `The pattern in ${name} has one relationship, such as (a)-[:TYPE*]->(b)`;
      throw cursor.error(message, 'InvalidRelationshipPattern', undefined, { index: inner });
    }
    return { ...chain, variable, shortest, span: cursor.spanFrom(start) };
  }

  /** Nodes with relationships and quantified patterns between them. */
  #chain(variable: string | undefined, start: number): PathPattern {
    const cursor = this.#cursor;
    const nodes: NodePattern[] = [];
    const relationships: RelationshipPattern[] = [];
    /** Whether what was read last but for nodes is a path pattern in brackets. */
    let afterBrackets = false;
    for (;;) {
      if (nodes.length > relationships.length) {
        if (this.#atRelationship()) {
          relationships.push(this.#relationship());
          afterBrackets = false;
        } else if (this.#atBracketedPath()) {
          relationships.push(this.#repeatedPath(start));
          afterBrackets = true;
        } else break;
      } else if (this.#atBracketedPath()) {
        if (nodes.length > 0 && !afterBrackets) throw cursor.expected('a node pattern after the relationship');
        const part = this.#bracketedPath(variable, start);
        if ('nodes' in part) {
          if (nodes.length > 0 || cursor.at(TOKEN.openParen) || this.#atRelationship())
            throw this.#notQuantified(start);
          return part;
        }
        nodes.push(this.#unwrittenNode());
        relationships.push(part);
        afterBrackets = true;
      } else if (cursor.at(TOKEN.openParen) || !afterBrackets || this.#atRelationship()) nodes.push(this.#node());
      // Next to a quantified path pattern a node need not be written, except where a relationship begins or ends at it.
      else nodes.push(this.#unwrittenNode());
    }
    return { variable, shortest: undefined, nodes, relationships, where: undefined, span: cursor.spanFrom(start) };
  }

  #repeatedPath(start: number): RelationshipPattern {
    const part = this.#bracketedPath(undefined, start);
    if ('nodes' in part) throw this.#notQuantified(start);
    return part;
  }

  #atRelationship(): boolean {
    const cursor = this.#cursor;
    return cursor.at(TOKEN.minus) || (cursor.at(TOKEN.less) && cursor.kind(1) === TOKEN.minus);
  }

  #atBracketedPath(): boolean {
    const cursor = this.#cursor;
    if (!cursor.at(TOKEN.openParen)) return false;
    return cursor.kind(1) === TOKEN.openParen || (cursor.atName(1) && cursor.kind(2) === TOKEN.equal);
  }

  #unwrittenNode(): NodePattern {
    const { index } = this.#cursor;
    return {
      variable: undefined,
      ...NO_LABELS,
      properties: undefined,
      where: undefined,
      span: this.#cursor.spanFrom(index),
    };
  }

  #notQuantified(start: number) {
    const message = 'A path pattern in brackets that stands among others has a quantifier, such as {1,3} or +';
    return this.#cursor.error(message, 'InvalidRelationshipPattern', undefined, { index: start });
  }

  /** `((a)-->(b) WHERE …)`: with a quantifier after it a part of a path, else the path itself. */
  #bracketedPath(variable: string | undefined, start: number): RelationshipPattern | PathPattern {
    const cursor = this.#cursor;
    const open = cursor.index;
    cursor.skip();
    if (cursor.atName() && cursor.kind(1) === TOKEN.equal) throw cursor.notSupported('The name of a part of a path');
    const inner = cursor.nested(() => this.#chain(undefined, cursor.index));
    const where = cursor.takeWords('WHERE') ? this.#expressions.expression() : undefined;
    cursor.expect(TOKEN.closeParen, '")"');
    const hops = this.#quantifier();
    if (hops === undefined) {
      const all = inner.where && where ? and(inner.where, where) : (where ?? inner.where);
      return { ...inner, variable, where: all, span: cursor.spanFrom(start) };
    }
    if (inner.relationships.length === 0) {
      const message = 'A quantified path pattern has a relationship';
      throw cursor.error(message, 'InvalidRelationshipPattern', undefined, { index: open });
    }
    if (inner.relationships.some((relationship) => relationship.hops !== undefined)) {
      const message = 'A quantified path pattern may hold neither another one nor a relationship of variable length';
      throw cursor.error(message, 'InvalidRelationshipPattern', undefined, { index: open });
    }
    return { ...NO_DETAIL, direction: 'outgoing', hops, repeated: { ...inner, where }, span: cursor.spanFrom(open) };
  }

  /** `{2}`, `{1,3}`, `{,3}`, `{2,}`, `+` and `*` after a part of a path. */
  #quantifier(): RelationshipPattern['hops'] {
    const cursor = this.#cursor;
    if (cursor.take(TOKEN.plus)) return { min: 1, max: undefined };
    if (cursor.take(TOKEN.star)) return { min: 0, max: undefined };
    if (!cursor.at(TOKEN.openBrace)) return undefined;
    const start = cursor.index;
    cursor.skip();
    const min = this.#hopCount();
    const range = cursor.take(TOKEN.comma);
    const max = range ? this.#hopCount() : min;
    if (!range && min === undefined) throw cursor.expected('how often, such as {1,3}');
    cursor.expect(TOKEN.closeBrace, '"}"');
    if (max === 0 || (max !== undefined && max < (min ?? 0))) {
      const message = 'The upper bound of a quantifier is at least 1 and not below the lower one';
      throw cursor.error(message, 'InvalidRelationshipPattern', undefined, { index: start });
    }
    return { min: min ?? 0, max };
  }

  #node(): NodePattern {
    const cursor = this.#cursor;
    const start = cursor.index;
    if (!cursor.at(TOKEN.openParen)) throw cursor.expected('a node pattern such as (n:Label)', ['SHORTESTPATH']);
    cursor.skip();
    const variable = this.#variable();
    const labels = this.labels.labels();
    const properties = this.#properties();
    const where = cursor.takeWords('WHERE') ? this.#expressions.expression() : undefined;
    cursor.expect(TOKEN.closeParen, '")"');
    return { variable, ...labels, properties, where, span: cursor.spanFrom(start) };
  }

  #variable(): string | undefined {
    const cursor = this.#cursor;
    if (!cursor.atName()) return undefined;
    // (WHERE …) and (IS A) have no variable, unless it is one of that name.
    const next = cursor.kind(1);
    const closes = next === TOKEN.closeParen || next === TOKEN.closeBracket || next === TOKEN.colon;
    return closes || (cursor.word() !== 'WHERE' && !this.labels.starts()) ? cursor.variable() : undefined;
  }

  /** A map literal, a parameter, or nothing. */
  #properties(): Expression | undefined {
    const cursor = this.#cursor;
    if (cursor.at(TOKEN.openBrace)) return this.#expressions.map();
    if (cursor.at(TOKEN.parameter)) return this.#expressions.parameter();
    return undefined;
  }

  #relationship(): RelationshipPattern {
    const cursor = this.#cursor;
    const start = cursor.index;
    const leftArrow = cursor.take(TOKEN.less);
    cursor.expect(TOKEN.minus, '"-"');
    const detail = cursor.at(TOKEN.openBracket) ? this.#relationshipDetail() : NO_DETAIL;
    cursor.expect(TOKEN.minus, '"-"');
    const rightArrow = cursor.take(TOKEN.greater);
    const direction = leftArrow === rightArrow ? 'both' : leftArrow ? 'incoming' : 'outgoing';
    const relationship: RelationshipPattern = { ...detail, direction, span: cursor.spanFrom(start) };
    const hops = this.#quantifier();
    return hops === undefined ? relationship : this.#quantified(relationship, hops, start);
  }

  /** `-[r:TYPE WHERE …]->{1,3}`: the same as `(()-[r:TYPE WHERE …]->()){1,3}`. */
  #quantified(
    relationship: RelationshipPattern,
    hops: NonNullable<RelationshipPattern['hops']>,
    start: number,
  ): RelationshipPattern {
    const cursor = this.#cursor;
    if (relationship.hops !== undefined) {
      const message = 'A relationship has either a variable length or a quantifier';
      throw cursor.error(message, 'InvalidRelationshipPattern', undefined, { index: start });
    }
    const span = cursor.spanFrom(start);
    // What is looked at on each relationship by itself is a pattern that is repeated.
    if (relationship.where === undefined && relationship.dynamicTypes === undefined) {
      return { ...relationship, hops, span };
    }
    const node = this.#unwrittenNode();
    const repeated: PathPattern = {
      variable: undefined,
      shortest: undefined,
      nodes: [node, node],
      relationships: [relationship],
      where: undefined,
      span: relationship.span,
    };
    return { ...NO_DETAIL, direction: 'outgoing', hops, repeated, span };
  }

  #relationshipDetail(): Omit<RelationshipPattern, 'direction' | 'span'> {
    const cursor = this.#cursor;
    cursor.skip();
    const variable = this.#variable();
    const types = this.labels.types();
    const { hops, traversal } = this.#length();
    const properties = this.#properties();
    const start = cursor.index;
    const where = cursor.takeWords('WHERE') ? this.#expressions.expression() : undefined;
    if (where && hops) {
      const message = 'WHERE may not stand inside a relationship of variable length';
      const hint = 'A quantified path pattern may have one: -[r:TYPE WHERE …]->{1,3}.';
      throw cursor.error(message, 'InvalidRelationshipPattern', hint, { index: start });
    }
    cursor.expect(TOKEN.closeBracket, '"]"');
    return { variable, ...types, hops, properties, where, repeated: undefined, traversal };
  }

  /** `*`, `*2`, `*1..`, `*..3`, `*1..3`, and `*BFS …` and its kind */
  #length(): Pick<RelationshipPattern, 'hops' | 'traversal'> {
    const cursor = this.#cursor;
    if (cursor.at(TOKEN.dotDot)) {
      throw cursor.error('A variable length starts with "*"', 'InvalidRelationshipPattern', 'Write *..3 or *1..3.');
    }
    if (!cursor.take(TOKEN.star)) return { hops: undefined };
    return new TraversalParser(cursor, this.#expressions, () => this.#hopCount()).length();
  }

  #hopCount(): number | undefined {
    const cursor = this.#cursor;
    if (cursor.at(TOKEN.minus)) {
      throw cursor.error('A variable length may not be negative', 'InvalidRelationshipPattern');
    }
    if (cursor.at(TOKEN.parameter) && cursor.kind(1) === TOKEN.dotDot) {
      throw cursor.error('A variable length is written as a number, not as a parameter', 'InvalidParameterUse');
    }
    if (!cursor.at(TOKEN.integer)) return undefined;
    const value = integerValue(cursor.source());
    if (value === undefined || value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw cursor.error(`The number ${shown(cursor.source())} is too large for a length`, 'IntegerOverflow');
    }
    cursor.skip();
    return Number(value);
  }
}

function and(left: Expression, right: Expression): Expression {
  return { type: 'and', left, right, span: { ...left.span, endOffset: right.span.endOffset } };
}

function partCountOf(pattern: PathPattern): number {
  const inside = pattern.relationships.reduce((sum, { repeated }) => sum + (repeated ? partCountOf(repeated) : 0), 0);
  return pattern.nodes.length + pattern.relationships.length + inside;
}

const NO_DETAIL = {
  variable: undefined,
  types: [],
  typeExpression: undefined,
  hops: undefined,
  properties: undefined,
  where: undefined,
  repeated: undefined,
} as const;

/**
 * Whether the "(" `ahead` starts a pattern with a relationship, `(a)-->(b)`, rather than an expression in
 * brackets. Looks at a few tokens only: the lexer has matched the brackets.
 */
export function looksLikePattern(cursor: TokenCursor, ahead: number): boolean {
  const closer = cursor.closerAhead(ahead);
  if (cursor.kind(ahead) !== TOKEN.openParen || closer === undefined) return false;
  // ((a)-->(b))+ is a path; ((a)-->(b)) alone is the same in brackets, and read as an expression.
  if (cursor.kind(ahead + 1) === TOKEN.openParen) {
    return isQuantifier(cursor, closer + 1) && looksLikePattern(cursor, ahead + 1);
  }
  return isNodeInside(cursor, ahead + 1) && isPathAfterNode(cursor, closer + 1);
}

function isQuantifier(cursor: TokenCursor, ahead: number): boolean {
  const kind = cursor.kind(ahead);
  if (kind === TOKEN.openBrace) return true;
  if (kind !== TOKEN.plus && kind !== TOKEN.star) return false;
  // A sum or product goes on with an operand; a path with a node, or not at all.
  const next = cursor.kind(ahead + 1);
  return next === TOKEN.closeParen || next === TOKEN.closeBracket || next === TOKEN.openParen || next === TOKEN.bar;
}

function isNodeInside(cursor: TokenCursor, ahead: number): boolean {
  const word = cursor.word(ahead);
  const isVariable = cursor.atName(ahead) && !(word === 'WHERE' && cursor.kind(ahead + 1) !== TOKEN.closeParen);
  const at = isVariable ? ahead + 1 : ahead;
  const kind = cursor.kind(at);
  if (kind === TOKEN.name) return cursor.word(at) === 'WHERE' || (cursor.word(at) === 'IS' && cursor.atName(at + 1));
  return kind === TOKEN.closeParen || kind === TOKEN.colon || kind === TOKEN.openBrace || kind === TOKEN.parameter;
}

function isPathAfterNode(cursor: TokenCursor, ahead: number): boolean {
  // (a)((b)-->(c))+: nothing else has two brackets side by side.
  if (cursor.kind(ahead) === TOKEN.openParen) return cursor.kind(ahead + 1) === TOKEN.openParen;
  let at = cursor.kind(ahead) === TOKEN.less ? ahead + 1 : ahead;
  if (cursor.kind(at) !== TOKEN.minus) return false;
  at += 1;
  if (cursor.kind(at) === TOKEN.openBracket) {
    const closer = cursor.closerAhead(at);
    if (closer === undefined) return false;
    at = closer + 1;
  }
  if (cursor.kind(at) !== TOKEN.minus) return false;
  at += cursor.kind(at + 1) === TOKEN.greater ? 2 : 1;
  if (cursor.kind(at) === TOKEN.plus || cursor.kind(at) === TOKEN.star) at += 1;
  else if (cursor.kind(at) === TOKEN.openBrace) at = (cursor.closerAhead(at) ?? at) + 1;
  return cursor.kind(at) === TOKEN.openParen;
}
