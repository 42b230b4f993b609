/** DUMP DATABASE, and the same in pages for a graph whose dump is more than one answer holds. */
import { DUMP_DATABASE } from '../../cypher/storage-signature.ts';
import { GraphError } from '../../error.ts';
import { END, PAUSE } from '../../executor/batch.ts';
import type { ExecutionContext } from '../../executor/context.ts';
import { type Procedure, type ProcedureCall, rowsCall } from '../../executor/procedure.ts';
import type { Value } from '../../value/value.ts';
import { DUMP_PARTS, DUMP_START, type DumpPlace, DumpStatements } from './dump-statements.ts';
import { reading } from './rows.ts';
import { schemaStatements } from './show-schema.ts';

/** Characters of statements that are as much work as a row. */
const UNITS_PER_WORK = 100;

/** Statements of a page unless told otherwise. */
const PAGE_STATEMENTS = 10_000;

const dumpDatabase: Procedure = {
  signature: DUMP_DATABASE,
  call: (_, context) => new DumpCall(statementsOf(context, DUMP_START), Number.POSITIVE_INFINITY, (text) => [text]),
};

const dumpPage: Procedure = {
  signature: reading({
    name: 'skein.dump',
    description:
      'A page of what DUMP DATABASE gives. Each row has the cursor with which the page after it begins, null in the last; a page may be longer than its limit.',
    arguments: { cursor: ['STRING?', null], limit: ['INTEGER', PAGE_STATEMENTS] },
    results: { query: 'STRING', cursor: 'STRING?' },
  }),
  call([cursor, limit], context) {
    if (typeof limit !== 'number' || limit < 1) throw refused('takes a limit of at least 1');
    return new DumpCall(statementsOf(context, placeOf(cursor ?? null)), limit, (text, next) => [text, next]);
  },
};

function statementsOf(context: ExecutionContext, from: DumpPlace): DumpStatements {
  const { view, tokens } = context;
  return new DumpStatements({ view, tokens, schema: () => schemaStatements(context), from });
}

/** Gives out block after block, so that only one stands in memory. */
class DumpCall implements ProcedureCall {
  readonly #statements: DumpStatements;
  readonly #limit: number;
  readonly #rowOf: (text: string, next: string | null) => readonly Value[];
  #block: ProcedureCall | undefined;
  #given = 0;

  constructor(
    statements: DumpStatements,
    limit: number,
    rowOf: (text: string, next: string | null) => readonly Value[],
  ) {
    this.#statements = statements;
    this.#limit = limit;
    this.#rowOf = rowOf;
  }

  next(context: ExecutionContext): ReturnType<ProcedureCall['next']> {
    for (;;) {
      const answer = this.#block?.next(context) ?? END;
      if (answer !== END) return answer;
      if (this.#statements.place.part === 'end' || this.#given >= this.#limit) return END;
      if (context.exhausted) return PAUSE;
      this.#block = this.#nextBlock(context);
    }
  }

  #nextBlock(context: ExecutionContext): ProcedureCall {
    const texts = this.#statements.next();
    this.#given += texts.length;
    const next = cursorOf(this.#statements.place);
    const units = texts.reduce((sum, text) => sum + text.length, 0);
    context.charge(1 + Math.ceil(units / UNITS_PER_WORK));
    const rows = texts.map((text) => this.#rowOf(text, next));
    return rowsCall(rows, rows[0]?.length ?? 1);
  }
}

/** `nodes:1024` */
function cursorOf({ part, id }: DumpPlace): string | null {
  return part === 'end' ? null : `${part}:${id}`;
}

function placeOf(cursor: Value): DumpPlace {
  if (typeof cursor !== 'string') return DUMP_START;
  const [, name, digits] = /^([a-zA-Z]+):(\d{1,10})$/.exec(cursor) ?? [];
  const part = DUMP_PARTS.find((known) => known === name);
  if (part === undefined || digits === undefined) throw refused('takes a cursor that an earlier page has given');
  return { part, id: Number(digits) };
}

function refused(what: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', `skein.dump ${what}.`, {
    detail: 'InvalidArgumentValue',
  });
}

export const DUMP_PROCEDURES: readonly Procedure[] = [dumpDatabase, dumpPage];
