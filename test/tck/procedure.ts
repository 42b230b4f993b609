/** Procedures that the kit registers: a signature, and a table from which a call gets its rows. */
import { fieldType } from '../../core/cypher/procedure-signature.ts';
import { type Procedure, rowsCall } from '../../core/executor/procedure.ts';
import { equivalent } from '../../core/value/equivalence.ts';
import type { Value } from '../../core/value/value.ts';
import type { Table } from './gherkin.ts';
import { parseNotation } from './notation.ts';
import { valueOfNotation } from './values.ts';

/** An argument or a column of the result; the type as the signature writes it, such as `INTEGER?`. */
export interface ProcedureField {
  readonly name: string;
  readonly type: string;
}

export interface TestProcedure {
  readonly name: string;
  readonly parameters: readonly ProcedureField[];
  readonly results: readonly ProcedureField[];
  /** One value for each parameter, then one for each column of the result. */
  readonly rows: readonly (readonly Value[])[];
}

const SIGNATURE = /^([\w.]+)\(([^()]*)\) *:: *(?:\(([^()]*)\)|VOID)$/;

/** Reads the step's signature and table. Errors: a signature of another form; columns that are not the signature's. */
export function readProcedure(signature: string, table: Table): TestProcedure {
  const [, name, parameterList = '', resultList = ''] = SIGNATURE.exec(signature.trim()) ?? [];
  if (name === undefined) throw new Error(`not a procedure's signature: ${signature}`);
  const parameters = readFields(parameterList);
  const results = readFields(resultList);
  const [header = [], ...body] = table;
  const columns = [...parameters, ...results].map((field) => field.name);
  if (header.join() !== columns.join()) throw new Error(`${name}: the table's columns are not ${columns.join()}`);
  return {
    name,
    parameters,
    results,
    rows: body.map((row) => row.map((cell) => valueOfNotation(parseNotation(cell)))),
  };
}

function readFields(list: string): ProcedureField[] {
  if (list.trim() === '') return [];
  return list.split(',').map((field) => {
    const [name = '', type = ''] = field.split('::').map((part) => part.trim());
    if (name === '' || type === '') throw new Error(`not a field of a signature: ${field}`);
    return { name, type };
  });
}

/** What a call gives: the result part of the rows whose first values are equivalent to the arguments. */
export function rowsOfCall(procedure: TestProcedure, given: readonly Value[]): (readonly Value[])[] {
  const width = procedure.parameters.length;
  return procedure.rows
    .filter((row) => given.length === width && given.every((argument, i) => equivalent(argument, row[i]!)))
    .map((row) => row.slice(width));
}

/** The procedure as the engine takes it. */
export function engineProcedure(procedure: TestProcedure): Procedure {
  const { name, parameters, results } = procedure;
  const field = (one: ProcedureField) => ({ name: one.name, type: fieldType(one.type) });
  return {
    signature: {
      name,
      description: 'A procedure of the kit.',
      mode: 'read',
      readsGraph: false,
      arguments: parameters.map(field),
      results: results.map(field),
    },
    call: (given) => rowsCall(rowsOfCall(procedure, given), results.length),
  };
}
