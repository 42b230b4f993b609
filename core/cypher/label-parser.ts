/** Labels and relationship types: `:A:B`, `:A|B&!C`, `IS A`, `:%`, `:$(x)`. Source: GQL's label expressions, openCypher's lists, Neo4j 5. */
import type { DynamicNames, LabelExpression, LabelTest, NodePattern, RelationshipPattern } from './ast.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Labels and types in one expression: whoever walks it calls himself for each. */
export const LABEL_PARTS_MAX = 200;

/** Where labels stand, which decides what a "|" means and what the names are called. */
interface LabelPlace {
  /** How an error calls the name: "a label". */
  readonly what: string;
  /** Whether a "|" ends the expression around, as in a comprehension. */
  readonly barEnds: boolean;
  /** Whether what stands here must be met whatever else is: only there may a name be worked out. */
  readonly required: boolean;
}

/** `:A:$(x)`, as SET, REMOVE and CREATE take it. */
export interface LabelNames {
  readonly labels: readonly string[];
  readonly dynamicLabels: readonly DynamicNames[];
}

export class LabelParser {
  readonly #cursor: TokenCursor;
  readonly #expressions: Pick<ExpressionReader, 'expression'>;
  #partCount = 0;
  /** Those of the expression that is being read. */
  #dynamic: DynamicNames[] = [];

  constructor(cursor: TokenCursor, expressions: Pick<ExpressionReader, 'expression'>) {
    this.#cursor = cursor;
    this.#expressions = expressions;
  }

  /** Whether labels come next: after a colon, or after IS and before a name. */
  starts(): boolean {
    return this.#cursor.at(TOKEN.colon) || this.#startsWithIs();
  }

  /** What a node must have, from its colon or IS on; nothing is asked where neither stands. */
  labels(barEnds = false): Pick<NodePattern, 'labels' | 'labelExpression' | 'dynamicLabels'> {
    const { expression, dynamic } = this.#expression({ what: 'a label', barEnds, required: true });
    const test = expression === undefined ? NO_LABELS : labelTest(expression);
    return dynamic.length === 0 ? test : { ...test, dynamicLabels: dynamic };
  }

  /** What the type of a relationship must be. */
  types(): Pick<RelationshipPattern, 'types' | 'typeExpression' | 'dynamicTypes'> {
    const place = { what: 'a relationship type', barEnds: false, required: true };
    const { expression, dynamic } = this.#expression(place);
    const test = expression === undefined ? EVERY_TYPE : typeTest(expression);
    return dynamic.length === 0 ? test : { ...test, dynamicTypes: dynamic };
  }

  /** `:A:B`: labels that SET and REMOVE change. */
  names(): LabelNames {
    const cursor = this.#cursor;
    const labels: string[] = [];
    const dynamicLabels: DynamicNames[] = [];
    if (this.#startsWithIs()) cursor.skip();
    else cursor.expect(TOKEN.colon, '":"');
    do {
      const dynamic = this.#dynamicNames();
      if (dynamic?.quantifier === 'any')
        throw cursor.error('$any(…) may stand only in what is looked for', 'UnexpectedSyntax');
      if (dynamic) dynamicLabels.push(dynamic);
      else labels.push(cursor.name('a label'));
    } while (cursor.take(TOKEN.colon));
    if (cursor.at(TOKEN.ampersand) || cursor.at(TOKEN.bar)) {
      throw cursor.expected('a colon or the end of the labels', [], 'Labels are written n:A:B here.');
    }
    return { labels, dynamicLabels };
  }

  /** IS may be the name of a variable, and in an expression it may be followed by NULL, NOT or a type. */
  #startsWithIs(): boolean {
    const cursor = this.#cursor;
    if (cursor.word() !== 'IS') return false;
    const word = cursor.word(1);
    if (word === 'NOT' || word === 'NULL' || word === 'TYPED') return false;
    if (word === 'NORMALIZED' || cursor.word(2) === 'NORMALIZED') return false;
    const next = cursor.kind(1);
    if (next === TOKEN.dollar && cursor.kind(2) === TOKEN.openParen) return true;
    return cursor.atName(1) || next === TOKEN.exclamation || next === TOKEN.percent || next === TOKEN.openParen;
  }

  #expression(place: LabelPlace): { expression: LabelExpression | undefined; dynamic: readonly DynamicNames[] } {
    const cursor = this.#cursor;
    if (this.#startsWithIs()) cursor.skip();
    else if (!cursor.take(TOKEN.colon)) return { expression: undefined, dynamic: [] };
    const start = cursor.index;
    // A name that is worked out may hold labels of its own.
    const [around, dynamic] = [this.#dynamic, []];
    this.#dynamic = dynamic;
    this.#partCount = 0;
    let expression = this.#alternatives(place);
    if (cursor.at(TOKEN.colon)) expression = this.#conjunction(expression, place, start);
    this.#dynamic = around;
    return { expression, dynamic };
  }

  /** `A:B:C`, where the colons may not be mixed with the signs of label expressions. */
  #conjunction(first: LabelExpression | undefined, place: LabelPlace, start: number): LabelExpression | undefined {
    const cursor = this.#cursor;
    let all = first;
    let mixed = first !== undefined && first.type !== 'name';
    while (cursor.take(TOKEN.colon)) {
      const next = this.#alternatives(place);
      mixed ||= next !== undefined && next.type !== 'name';
      all = both(all, next);
    }
    if (!mixed) return all;
    const message = 'Labels joined by colons may not be mixed with |, &, ! and %';
    throw cursor.error(message, 'UnexpectedSyntax', 'Write & in place of the colons.', { index: start });
  }

  #alternatives(place: LabelPlace): LabelExpression | undefined {
    const cursor = this.#cursor;
    const start = cursor.index;
    let left = this.#allOf(place);
    while (!place.barEnds && cursor.take(TOKEN.bar)) {
      if (this.#dynamic.length > 0 || left === undefined) throw this.#notRequired(start);
      // openCypher 9 also writes :A|:B.
      cursor.take(TOKEN.colon);
      left = { type: 'or', left, right: this.#allOf({ ...place, required: false })! };
    }
    return left;
  }

  #allOf(place: LabelPlace): LabelExpression | undefined {
    let left = this.#term(place);
    while (this.#cursor.take(TOKEN.ampersand)) left = both(left, this.#term(place));
    return left;
  }

  /** Undefined for a name that is worked out, which is kept apart. */
  #term(place: LabelPlace): LabelExpression | undefined {
    const cursor = this.#cursor;
    this.#partCount += 1;
    if (this.#partCount > LABEL_PARTS_MAX) {
      throw cursor.error(`A label expression has at most ${LABEL_PARTS_MAX} parts`, 'UnexpectedSyntax');
    }
    if (cursor.take(TOKEN.exclamation)) {
      return { type: 'not', operand: cursor.nested(() => this.#term({ ...place, required: false }))! };
    }
    if (cursor.take(TOKEN.percent)) return { type: 'any' };
    if (cursor.take(TOKEN.openParen)) {
      const inner = cursor.nested(() => this.#alternatives({ ...place, barEnds: false }));
      cursor.expect(TOKEN.closeParen, '")"');
      return inner;
    }
    const start = cursor.index;
    const dynamic = this.#dynamicNames();
    if (dynamic === undefined) return { type: 'name', name: cursor.name(place.what) };
    if (!place.required) throw this.#notRequired(start);
    this.#dynamic.push(dynamic);
    return undefined;
  }

  /** `$(x)`, `$all(x)` or `$any(x)`, if it comes. */
  #dynamicNames(): DynamicNames | undefined {
    const cursor = this.#cursor;
    const isParameter = cursor.at(TOKEN.parameter);
    if (!isParameter && !cursor.at(TOKEN.dollar)) return undefined;
    const word = cursor.source().slice(1).trim().toLowerCase();
    if (cursor.kind(1) !== TOKEN.openParen || (isParameter && word !== 'all' && word !== 'any')) {
      const hint = isParameter ? `A name that is worked out is written $(…): $($${word}).` : undefined;
      throw cursor.error('A parameter is no label or type', 'InvalidParameterUse', hint);
    }
    cursor.skip(2);
    const expression = cursor.nested(() => this.#expressions.expression());
    cursor.expect(TOKEN.closeParen, '")"');
    return { quantifier: word === 'any' ? 'any' : 'all', expression };
  }

  #notRequired(index: number) {
    return this.#cursor.notSupported('A dynamic label or type beside | or !', index);
  }
}

function both(left: LabelExpression | undefined, right: LabelExpression | undefined): LabelExpression | undefined {
  return left && right ? { type: 'and', left, right } : (left ?? right);
}

export const NO_LABELS: LabelTest = { labels: [], labelExpression: undefined };

const EVERY_TYPE: Pick<RelationshipPattern, 'types' | 'typeExpression'> = { types: [], typeExpression: undefined };

/** Every relationship has a type, so that % asks nothing. */
function typeTest(expression: LabelExpression): Pick<RelationshipPattern, 'types' | 'typeExpression'> {
  if (expression.type === 'any') return EVERY_TYPE;
  const types = alternatives(expression);
  return types === undefined ? { types: [], typeExpression: expression } : { types, typeExpression: undefined };
}

/** The names that must all be there on one side, what is left of the expression on the other. */
function labelTest(expression: LabelExpression): LabelTest {
  const labels: string[] = [];
  let rest: LabelExpression | undefined;
  for (const part of conjuncts(expression)) {
    if (part.type === 'name') labels.push(part.name);
    else rest = rest === undefined ? part : { type: 'and', left: rest, right: part };
  }
  return { labels, labelExpression: rest };
}

function conjuncts(expression: LabelExpression): LabelExpression[] {
  return expression.type === 'and' ? [...conjuncts(expression.left), ...conjuncts(expression.right)] : [expression];
}

/** The names of `A|B|C`; undefined for any other expression. */
function alternatives(expression: LabelExpression): string[] | undefined {
  if (expression.type === 'name') return [expression.name];
  if (expression.type !== 'or') return undefined;
  const left = alternatives(expression.left);
  const right = alternatives(expression.right);
  return left && right && [...left, ...right];
}
