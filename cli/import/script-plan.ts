/**
 * Cypher scripts: statements divided by `;`, as Memgraph's DUMP DATABASE, `skein export` and people write them. Each statement is one row of the
 * import, done once and in order; statements that differ in nothing but their values are done together, and small ones share a transaction.
 */
import { CommandFailure } from '../failure.ts';
import type { ImportPlan, ImportStep, StepContext } from './plan.ts';
import type { Place, RowCounter } from './row-groups.ts';
import type { ScriptItem } from './script-item.ts';
import { ShapeGroups } from './shape-groups.ts';
import { type ReadStatement, readStatement } from './statement-kind.ts';
import { StatementSplitter } from './statement-splitter.ts';
import { readText } from './text-reader.ts';

/** Statements in one transaction, each a subquery of one statement, which may have 500 clauses. */
const CHAIN_STATEMENTS = 50;
const CHAIN_LENGTH_MAX = 200_000;

export function planScript(path: string): ImportPlan {
  return {
    name: path,
    paths: [path],
    reading: ['script'],
    steps: [scriptStep(path)],
  };
}

/** The statements of a script as a step among others. */
export function scriptStep(path: string): ImportStep {
  return { type: 'script', paths: [path], items: (context) => scriptItems(path, context) };
}

async function* scriptItems(path: string, context: StepContext): AsyncGenerator<ScriptItem, void> {
  const order = new ScriptOrder(context.counter);
  const splitter = new StatementSplitter((reason) => new CommandFailure('usage', `${path}, ${reason}`));
  for await (const text of readText(path, context.advance)) {
    // Not `yield*`, which costs a turn for each statement, even of nothing.
    for (const { text: statement, line } of splitter.push(text)) {
      for (const item of order.add(statement, { file: path, line })) yield item;
    }
  }
  for (const { text: statement, line } of splitter.end()) yield* order.add(statement, { file: path, line });
  yield* order.flush();
}

/** Gathers statements as long as their order allows it. */
class ScriptOrder {
  readonly #counter: RowCounter;
  #shapes: ShapeGroups | undefined;
  #chain: { readonly content: string; readonly place: Place }[] = [];
  #chainLength = 0;

  constructor(counter: RowCounter) {
    this.#counter = counter;
  }

  *add(statement: string, place: Place): Generator<ScriptItem, void> {
    const read = readStatement(statement);
    switch (read.type) {
      case 'shape':
        yield* this.#addShape(read, { content: statement, place });
        return;
      case 'chain':
        yield* this.#flushShapes();
        this.#chain.push({ content: read.text, place });
        this.#chainLength += read.text.length;
        if (this.#chain.length === CHAIN_STATEMENTS || this.#chainLength > CHAIN_LENGTH_MAX) yield* this.#flushChain();
        return;
      case 'nothing':
        return;
      case 'alone':
        yield* this.flush();
        yield { type: 'alone', statement: read.text, number: this.#number(), place };
        return;
      case 'release':
        yield* this.flush();
        yield { type: 'release', label: read.label, key: read.key, number: this.#number() };
    }
  }

  *flush(): Generator<ScriptItem, void> {
    yield* this.#flushShapes();
    yield* this.#flushChain();
  }

  *#addShape(
    { shape }: Extract<ReadStatement, { type: 'shape' }>,
    row: { content: string; place: Place },
  ): Generator<ScriptItem, void> {
    if (this.#shapes?.kind !== shape.kind) {
      yield* this.flush();
      this.#shapes = new ShapeGroups(shape.kind, this.#counter);
    }
    yield* this.#flushChain();
    yield* this.#shapes.add(shape, row);
  }

  *#flushShapes(): Generator<ScriptItem, void> {
    if (this.#shapes) yield* this.#shapes.flush();
    this.#shapes = undefined;
  }

  *#flushChain(): Generator<ScriptItem, void> {
    if (this.#chain.length > 0) yield chainOf(this.#chain, this.#counter);
    [this.#chain, this.#chainLength] = [[], 0];
  }

  #number(): number {
    const { next } = this.#counter;
    this.#counter.next += 1;
    return next;
  }
}

function chainOf(rows: readonly { content: string; place: Place }[], counter: RowCounter): ScriptItem {
  const firstNumber = counter.next;
  counter.next += rows.length;
  return { type: 'batch', order: 'chain', batch: { clauses: undefined, rows, firstNumber } };
}
