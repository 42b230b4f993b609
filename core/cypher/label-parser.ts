/** Labels and relationship types: `:A:B`, `:A|B&!C`, `IS A`, `:%`. Source: GQL's label expressions, openCypher's lists. */
import type { LabelExpression, LabelTest, RelationshipPattern } from './ast.ts';
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
}

export class LabelParser {
  readonly #cursor: TokenCursor;
  #partCount = 0;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
  }

  /** Whether labels come next: after a colon, or after IS and before a name. */
  starts(): boolean {
    return this.#cursor.at(TOKEN.colon) || this.#startsWithIs();
  }

  /** What a node must have, from its colon or IS on; nothing is asked where neither stands. */
  labels(barEnds = false): LabelTest {
    const expression = this.#expression({ what: 'a label', barEnds });
    return expression === undefined ? NO_LABELS : labelTest(expression);
  }

  /** What the type of a relationship must be. */
  types(): Pick<RelationshipPattern, 'types' | 'typeExpression'> {
    const expression = this.#expression({ what: 'a relationship type', barEnds: false });
    // Every relationship has a type, so that % asks nothing.
    if (expression === undefined || expression.type === 'any') return EVERY_TYPE;
    const types = alternatives(expression);
    return types === undefined ? { types: [], typeExpression: expression } : { types, typeExpression: undefined };
  }

  /** `:A:B`: labels that SET and REMOVE change, and that CREATE gives. */
  names(): string[] {
    const cursor = this.#cursor;
    const names: string[] = [];
    if (this.#startsWithIs()) cursor.skip();
    else cursor.expect(TOKEN.colon, '":"');
    do {
      this.#refuseDynamic();
      names.push(cursor.name('a label'));
    } while (cursor.take(TOKEN.colon));
    if (cursor.at(TOKEN.ampersand) || cursor.at(TOKEN.bar)) {
      throw cursor.expected('a colon or the end of the labels', [], 'Labels are written n:A:B here.');
    }
    return names;
  }

  /** IS may be the name of a variable, and in an expression it may be followed by NULL, NOT or a type. */
  #startsWithIs(): boolean {
    const cursor = this.#cursor;
    if (cursor.word() !== 'IS') return false;
    const word = cursor.word(1);
    if (word === 'NOT' || word === 'NULL' || word === 'TYPED') return false;
    if (word === 'NORMALIZED' || cursor.word(2) === 'NORMALIZED') return false;
    const next = cursor.kind(1);
    return cursor.atName(1) || next === TOKEN.exclamation || next === TOKEN.percent || next === TOKEN.openParen;
  }

  #expression(place: LabelPlace): LabelExpression | undefined {
    const cursor = this.#cursor;
    if (this.#startsWithIs()) cursor.skip();
    else if (!cursor.take(TOKEN.colon)) return undefined;
    const start = cursor.index;
    this.#partCount = 0;
    const expression = this.#alternatives(place);
    if (!cursor.at(TOKEN.colon)) return expression;
    return this.#conjunction(expression, place, start);
  }

  /** `A:B:C`, where the colons may not be mixed with the signs of label expressions. */
  #conjunction(first: LabelExpression, place: LabelPlace, start: number): LabelExpression {
    const cursor = this.#cursor;
    let all = first;
    let mixed = first.type !== 'name';
    while (cursor.take(TOKEN.colon)) {
      const next = this.#alternatives(place);
      mixed ||= next.type !== 'name';
      all = { type: 'and', left: all, right: next };
    }
    if (!mixed) return all;
    const message = 'Labels joined by colons may not be mixed with |, &, ! and %';
    throw cursor.error(message, 'UnexpectedSyntax', 'Write & in place of the colons.', { index: start });
  }

  #alternatives(place: LabelPlace): LabelExpression {
    const cursor = this.#cursor;
    let left = this.#allOf(place);
    while (!place.barEnds && cursor.take(TOKEN.bar)) {
      // openCypher 9 also writes :A|:B.
      cursor.take(TOKEN.colon);
      left = { type: 'or', left, right: this.#allOf(place) };
    }
    return left;
  }

  #allOf(place: LabelPlace): LabelExpression {
    let left = this.#term(place);
    while (this.#cursor.take(TOKEN.ampersand)) left = { type: 'and', left, right: this.#term(place) };
    return left;
  }

  #term(place: LabelPlace): LabelExpression {
    const cursor = this.#cursor;
    this.#partCount += 1;
    if (this.#partCount > LABEL_PARTS_MAX) {
      throw cursor.error(`A label expression has at most ${LABEL_PARTS_MAX} parts`, 'UnexpectedSyntax');
    }
    if (cursor.take(TOKEN.exclamation)) return { type: 'not', operand: cursor.nested(() => this.#term(place)) };
    if (cursor.take(TOKEN.percent)) return { type: 'any' };
    if (cursor.take(TOKEN.openParen)) {
      const inner = cursor.nested(() => this.#alternatives({ ...place, barEnds: false }));
      cursor.expect(TOKEN.closeParen, '")"');
      return inner;
    }
    this.#refuseDynamic();
    return { type: 'name', name: cursor.name(place.what) };
  }

  #refuseDynamic(): void {
    const cursor = this.#cursor;
    if (cursor.at(TOKEN.dollar) || cursor.at(TOKEN.parameter)) throw cursor.notSupported('A dynamic label or type');
  }
}

export const NO_LABELS: LabelTest = { labels: [], labelExpression: undefined };

const EVERY_TYPE: Pick<RelationshipPattern, 'types' | 'typeExpression'> = { types: [], typeExpression: undefined };

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
