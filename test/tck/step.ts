/** What the kit's steps mean. Source: the step definitions of the openCypher repository's tools/tck-api. */
import type { Value } from '../../core/value/value.ts';
import type { ListOrder } from './canonical.ts';
import type { ExpectedError } from './failure.ts';
import type { FeatureStep, Table } from './gherkin.ts';
import { type Notation, parseNotation } from './notation.ts';
import { readProcedure, type TestProcedure } from './procedure.ts';
import { NO_SIDE_EFFECTS, type SideEffects, sideEffectsOfTable } from './side-effects.ts';
import { valueOfNotation } from './values.ts';

export interface ExpectedResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Notation[])[];
  readonly rowOrder: 'kept' | 'any';
  readonly listOrder: ListOrder;
}

export type Step =
  | { readonly type: 'emptyGraph' }
  | { readonly type: 'namedGraph'; readonly name: string }
  | { readonly type: 'setup'; readonly query: string }
  | { readonly type: 'parameters'; readonly values: ReadonlyMap<string, Value> }
  | { readonly type: 'procedure'; readonly procedure: TestProcedure }
  | { readonly type: 'query'; readonly query: string }
  | { readonly type: 'controlQuery'; readonly query: string }
  | { readonly type: 'expectResult'; readonly result: ExpectedResult }
  | { readonly type: 'expectError'; readonly error: ExpectedError }
  | { readonly type: 'expectSideEffects'; readonly effects: SideEffects };

const NAMED_GRAPH = /^the (\S+) graph$/;
const PROCEDURE = /^there exists a procedure (.+):$/;
const RESULT = /^the result should be(, in any order|, in order)?( \(ignoring element order for lists\))?:$/;
const ERROR = /^an? (\w+) should be raised at (compile time|runtime|any time): (\S+)$/;

/** Reads a step. Errors: a step that is not known, or that lacks its table or text. */
export function readStep(step: FeatureStep): Step {
  switch (step.text) {
    case 'any graph':
    case 'an empty graph':
      return { type: 'emptyGraph' };
    case 'having executed:':
      return { type: 'setup', query: docStringOf(step) };
    case 'executing query:':
      return { type: 'query', query: docStringOf(step) };
    case 'executing control query:':
      return { type: 'controlQuery', query: docStringOf(step) };
    case 'parameters are:':
      return { type: 'parameters', values: new Map(tableOf(step).map(readParameter)) };
    case 'the result should be empty':
      return { type: 'expectResult', result: { columns: [], rows: [], rowOrder: 'kept', listOrder: 'kept' } };
    case 'no side effects':
      return { type: 'expectSideEffects', effects: NO_SIDE_EFFECTS };
    case 'the side effects should be:':
      return { type: 'expectSideEffects', effects: sideEffectsOfTable(tableOf(step)) };
    default:
      return readByPattern(step);
  }
}

function readByPattern(step: FeatureStep): Step {
  const { text } = step;
  const [, name] = NAMED_GRAPH.exec(text) ?? [];
  if (name !== undefined) return { type: 'namedGraph', name };
  const [, signature] = PROCEDURE.exec(text) ?? [];
  if (signature !== undefined) return { type: 'procedure', procedure: readProcedure(signature, tableOf(step)) };
  const result = RESULT.exec(text);
  if (result) return { type: 'expectResult', result: readResult(tableOf(step), result[1], result[2] !== undefined) };
  const [, type, phase, detail] = ERROR.exec(text) ?? [];
  if (type !== undefined && detail !== undefined && isPhase(phase)) {
    return { type: 'expectError', error: { type, phase, detail } };
  }
  throw new Error(`unknown step: ${text}`);
}

function isPhase(phase: string | undefined): phase is ExpectedError['phase'] {
  return phase === 'compile time' || phase === 'runtime' || phase === 'any time';
}

function readResult(table: Table, order: string | undefined, listsUnordered: boolean): ExpectedResult {
  const [columns = [], ...body] = table;
  const rows = body.map((row) => {
    if (row.length !== columns.length) throw new Error('a row of the expected result has another length than its head');
    return row.map(parseNotation);
  });
  const rowOrder = order === ', in order' ? 'kept' : 'any';
  return { columns, rows, rowOrder, listOrder: listsUnordered ? 'ignored' : 'kept' };
}

function readParameter(row: readonly string[]): [name: string, value: Value] {
  const [name, text] = row;
  if (name === undefined || text === undefined || row.length > 2) throw new Error('a parameter is a name and a value');
  return [name, valueOfNotation(parseNotation(text))];
}

function tableOf({ text, table }: FeatureStep): Table {
  if (table === undefined) throw new Error(`the step "${text}" has no table`);
  return table;
}

function docStringOf({ text, docString }: FeatureStep): string {
  if (docString === undefined) throw new Error(`the step "${text}" has no text`);
  return docString;
}
