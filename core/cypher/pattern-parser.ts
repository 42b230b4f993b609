/** Patterns: `p = (a:Label {key: 1})-[r:TYPE*1..3]->(b)`. */
import type { Expression, NodePattern, PathPattern, RelationshipPattern } from './ast.ts';
import { shown } from './error-text.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { integerValue } from './literal-text.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

/**
 * How many nodes and relationships a statement may look for, and how many it may write out in CREATE. Each
 * becomes operators, and operators call each other, so a longer chain could exhaust the stack. Many rows are
 * no matter: UNWIND $rows AS row CREATE … has one part.
 */
export const MATCHED_PARTS_MAX = 500;
/** The same for one clause: the planner weighs the parts of a clause against each other, at a cost that grows fast. */
export const CLAUSE_PARTS_MAX = 64;
export const CREATED_PARTS_MAX = 1_000;

export class PatternParser {
  readonly #cursor: TokenCursor;
  readonly #expressions: ExpressionReader;
  #matchedPartCount = 0;
  #createdPartCount = 0;

  constructor(cursor: TokenCursor, expressions: ExpressionReader) {
    this.#cursor = cursor;
    this.#expressions = expressions;
  }

  /** Patterns to look for, separated by commas: MATCH, EXISTS. */
  matchedPatterns(): PathPattern[] {
    const patterns: PathPattern[] = [];
    let partCount = 0;
    do {
      const pattern = this.matchedPattern(partCount);
      partCount += partCountOf(pattern);
      patterns.push(pattern);
    } while (this.#cursor.take(TOKEN.comma));
    return patterns;
  }

  /** One pattern to look for; `partCount` parts of its clause have been read before. */
  matchedPattern(partCount = 0): PathPattern {
    const start = this.#cursor.index;
    const pattern = this.#pattern();
    if (partCount + partCountOf(pattern) > CLAUSE_PARTS_MAX) {
      throw this.#tooMany('looks in one clause for', CLAUSE_PARTS_MAX, start);
    }
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
    if (word === 'SHORTESTPATH' && cursor.kind(1) === TOKEN.openParen) return this.#shortestPath(variable, start);
    if (word === 'ALLSHORTESTPATHS') throw cursor.notSupported('allShortestPaths');
    if (word === 'SHORTEST' || word === 'ALL' || word === 'ANY') {
      throw cursor.notSupported(`The path selector ${word}`);
    }
    return this.#chain(variable, start);
  }

  #shortestPath(variable: string | undefined, start: number): PathPattern {
    const cursor = this.#cursor;
    cursor.skip(2);
    const inner = cursor.index;
    const chain = this.#chain(undefined, inner);
    cursor.expect(TOKEN.closeParen, '")"');
    if (chain.relationships.length !== 1) {
      const message = 'The pattern in shortestPath has one relationship, such as (a)-[:TYPE*]->(b)';
      throw cursor.error(message, 'InvalidRelationshipPattern', undefined, { index: inner });
    }
    return { ...chain, variable, shortest: true, span: cursor.spanFrom(start) };
  }

  #chain(variable: string | undefined, start: number): PathPattern {
    const cursor = this.#cursor;
    const nodes = [this.#node()];
    const relationships: RelationshipPattern[] = [];
    while (cursor.at(TOKEN.minus) || (cursor.at(TOKEN.less) && cursor.kind(1) === TOKEN.minus)) {
      relationships.push(this.#relationship());
      this.#refuseQuantifier();
      nodes.push(this.#node());
    }
    this.#refuseQuantifier();
    if (cursor.at(TOKEN.openParen)) throw cursor.notSupported('A quantified path pattern');
    return { variable, shortest: false, nodes, relationships, span: cursor.spanFrom(start) };
  }

  #refuseQuantifier(): void {
    const cursor = this.#cursor;
    if (cursor.at(TOKEN.plus) || cursor.at(TOKEN.star) || cursor.at(TOKEN.openBrace)) {
      throw cursor.notSupported('A quantified path pattern');
    }
  }

  #node(): NodePattern {
    const cursor = this.#cursor;
    const start = cursor.index;
    if (!cursor.at(TOKEN.openParen)) throw cursor.expected('a node pattern such as (n:Label)', ['SHORTESTPATH']);
    if (cursor.kind(1) === TOKEN.openParen) throw cursor.notSupported('A path pattern in brackets');
    cursor.skip();
    const variable = this.#variable();
    if (cursor.word() === 'IS' && cursor.atName(1)) throw cursor.notSupported('A label expression');
    const labels = this.labels();
    if (cursor.at(TOKEN.bar)) throw cursor.notSupported('A label expression');
    const properties = this.#properties();
    if (cursor.word() === 'WHERE') throw cursor.notSupported('WHERE inside a node pattern');
    cursor.expect(TOKEN.closeParen, '")"');
    return { variable, labels, properties, span: cursor.spanFrom(start) };
  }

  /** `:A:B`, or nothing. Label expressions are refused, but for `|`, which may belong to a comprehension around it. */
  labels(): string[] {
    const cursor = this.#cursor;
    const labels: string[] = [];
    while (cursor.take(TOKEN.colon)) {
      this.#refuseLabelExpression();
      labels.push(cursor.name('a label'));
    }
    if (cursor.at(TOKEN.ampersand)) throw cursor.notSupported('A label expression');
    return labels;
  }

  #refuseLabelExpression(): void {
    const cursor = this.#cursor;
    const kind = cursor.kind();
    if (kind === TOKEN.exclamation || kind === TOKEN.percent || kind === TOKEN.openParen) {
      throw cursor.notSupported('A label expression');
    }
    if (kind === TOKEN.dollar || kind === TOKEN.parameter) throw cursor.notSupported('A dynamic label or type');
  }

  #variable(): string | undefined {
    const cursor = this.#cursor;
    // (WHERE …) and (IS …) have no variable; they are refused where they stand.
    const next = cursor.kind(1);
    const closes = next === TOKEN.closeParen || next === TOKEN.closeBracket || next === TOKEN.colon;
    return cursor.atName() && (closes || cursor.word() !== 'WHERE') ? cursor.variable() : undefined;
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
    return { ...detail, direction, span: cursor.spanFrom(start) };
  }

  #relationshipDetail(): Omit<RelationshipPattern, 'direction' | 'span'> {
    const cursor = this.#cursor;
    cursor.skip();
    const variable = this.#variable();
    if (cursor.word() === 'IS' && cursor.atName(1)) throw cursor.notSupported('A type expression');
    const types = this.#types();
    const hops = this.#hops();
    const properties = this.#properties();
    if (cursor.word() === 'WHERE') throw cursor.notSupported('WHERE inside a relationship pattern');
    cursor.expect(TOKEN.closeBracket, '"]"');
    return { variable, types, hops, properties };
  }

  /** `:A|B|:C` */
  #types(): string[] {
    const cursor = this.#cursor;
    const types: string[] = [];
    if (!cursor.take(TOKEN.colon)) return types;
    do {
      cursor.take(TOKEN.colon);
      this.#refuseLabelExpression();
      types.push(cursor.name('a relationship type'));
    } while (cursor.take(TOKEN.bar));
    if (cursor.at(TOKEN.ampersand)) throw cursor.notSupported('A type expression');
    return types;
  }

  /** `*`, `*2`, `*1..`, `*..3`, `*1..3` */
  #hops(): RelationshipPattern['hops'] {
    const cursor = this.#cursor;
    if (cursor.at(TOKEN.dotDot)) {
      throw cursor.error('A variable length starts with "*"', 'InvalidRelationshipPattern', 'Write *..3 or *1..3.');
    }
    if (!cursor.take(TOKEN.star)) return undefined;
    const min = this.#hopCount();
    if (!cursor.take(TOKEN.dotDot)) return { min: min ?? 1, max: min };
    return { min: min ?? 1, max: this.#hopCount() };
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

function partCountOf(pattern: PathPattern): number {
  return pattern.nodes.length + pattern.relationships.length;
}

const NO_DETAIL = { variable: undefined, types: [], hops: undefined, properties: undefined } as const;

/**
 * Whether the "(" `ahead` starts a pattern with a relationship, `(a)-->(b)`, rather than an expression in
 * brackets. Looks at a few tokens only: the lexer has matched the brackets.
 */
export function looksLikePattern(cursor: TokenCursor, ahead: number): boolean {
  const closer = cursor.closerAhead(ahead);
  if (cursor.kind(ahead) !== TOKEN.openParen || closer === undefined) return false;
  return isNodeInside(cursor, ahead + 1) && isRelationshipBeforeNode(cursor, closer + 1);
}

function isNodeInside(cursor: TokenCursor, ahead: number): boolean {
  const at = cursor.atName(ahead) ? ahead + 1 : ahead;
  const kind = cursor.kind(at);
  return kind === TOKEN.closeParen || kind === TOKEN.colon || kind === TOKEN.openBrace || kind === TOKEN.parameter;
}

function isRelationshipBeforeNode(cursor: TokenCursor, ahead: number): boolean {
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
  return cursor.kind(at) === TOKEN.openParen;
}
