/** Calls of procedures: is the procedure there, do its arguments fit, what does YIELD bring into scope? */
import type { CallClause, YieldItem } from './ast.ts';
import { type Checker, PREDICATE, ROW_VALUE } from './checker.ts';
import { quoted, shown } from './error-text.ts';
import { type ProcedureSignature, type ProcedureSignatures, requiredArguments } from './procedure-signature.ts';
import type { ResultColumn } from './projection-check.ts';
import type { Scope } from './scope.ts';
import { typeName } from './static-type.ts';
import { suggestion } from './suggestion.ts';

/**
 * Checks a call and defines what it yields. Alone in its statement it may leave out its arguments, which are then the
 * parameters of the same names, and YIELD. Answers the columns that it yields. Errors: ProcedureNotFound; SyntaxError.
 */
export function checkCall(
  checker: Checker,
  call: CallClause,
  around: { readonly scope: Scope; readonly procedures: ProcedureSignatures; readonly standalone: boolean },
): readonly ResultColumn[] {
  const { scope, standalone } = around;
  const signature = around.procedures.find(call.name);
  if (signature === undefined) throw procedureNotFound(checker, call, around.procedures);
  checkArguments(checker, call, signature, around);
  const items = yieldedItems(checker, call, signature, standalone);
  const columns = items.map((item) => yieldedColumn(checker, item, signature));
  for (const [position, { name, type }] of columns.entries()) {
    if (scope.typeOf(name) !== undefined) {
      const at = items[position]?.span ?? call.span;
      const message = `The variable ${shown(name)} is defined already`;
      throw checker.error(at, { message, detail: 'VariableAlreadyBound', hint: `YIELD ${shown(name)} AS …` });
    }
    scope.define(name, type);
  }
  if (call.where) checker.require(call.where, ['boolean'], scope, PREDICATE);
  return columns;
}

/** What a call yields by itself: every column under its own name. */
export function allColumns(call: CallClause, signature: ProcedureSignature): YieldItem[] {
  return signature.results.map(({ name }) => ({ column: name, variable: name, span: call.span }));
}

function checkArguments(
  checker: Checker,
  call: CallClause,
  signature: ProcedureSignature,
  { scope, standalone }: { readonly scope: Scope; readonly standalone: boolean },
): void {
  const given = call.arguments;
  if (given === undefined) {
    if (standalone || signature.arguments.length === 0) return;
    throw checker.error(call.span, {
      message: 'Inside a query a procedure takes its arguments in parentheses',
      detail: 'InvalidArgumentPassingMode',
    });
  }
  const min = requiredArguments(signature);
  const max = signature.arguments.length;
  if (given.length < min || given.length > max) {
    const wanted = min === max ? `${min}` : `${min} to ${max}`;
    const message = `${signature.name} takes ${wanted} ${wanted === '1' ? 'argument' : 'arguments'}, not ${given.length}`;
    throw checker.error(call.span, { message, detail: 'InvalidNumberOfArguments' });
  }
  for (const [position, argument] of given.entries()) {
    const { type, name } = signature.arguments[position]!;
    const found = checker.typeOf(argument, scope, ROW_VALUE);
    if (found.kind === 'any' || found.kind === 'null' || type.accepts.includes('any')) continue;
    if (type.accepts.includes(found.kind)) continue;
    const message = `${signature.name} takes a value of type ${type.text} as ${shown(name)}, not ${typeName(found)}`;
    throw checker.error(argument.span, { message, detail: 'InvalidArgumentType' });
  }
}

function yieldedItems(
  checker: Checker,
  call: CallClause,
  signature: ProcedureSignature,
  standalone: boolean,
): readonly YieldItem[] {
  const yielded = call.yield;
  if (yielded !== undefined && signature.results.length === 0) {
    throw checker.error(call.span, { message: `${signature.name} yields nothing`, detail: 'UnexpectedSyntax' });
  }
  if (Array.isArray(yielded)) return yielded;
  if (standalone) return allColumns(call, signature);
  if (yielded === '*') {
    const message = 'YIELD * stands only in a statement that is nothing but the call';
    throw checker.error(call.span, { message, detail: 'UnexpectedSyntax', hint: 'Name the columns.' });
  }
  if (signature.results.length === 0) return [];
  const names = signature.results.map(({ name }) => name).join(', ');
  throw checker.error(call.span, {
    message: 'Inside a query a call names what it yields',
    detail: 'UndefinedVariable',
    hint: `Add YIELD ${names}.`,
  });
}

function yieldedColumn(checker: Checker, item: YieldItem, signature: ProcedureSignature): ResultColumn {
  const field = signature.results.find(({ name }) => name === item.column);
  if (field) return { name: item.variable, type: field.type.type, aggregate: false };
  const names = signature.results.map(({ name }) => name);
  const meant = suggestion(item.column, names);
  throw checker.error(item.span, {
    message: `${signature.name} has no column ${quoted(item.column)}`,
    detail: 'UndefinedVariable',
    hint: meant === undefined ? `Its columns are ${names.join(', ')}.` : `Did you mean ${meant}?`,
  });
}

function procedureNotFound(checker: Checker, call: CallClause, procedures: ProcedureSignatures) {
  const meant = suggestion(call.name, procedures.names());
  return checker.error(call.span, {
    message: `There is no procedure ${shown(call.name)}`,
    detail: 'ProcedureNotFound',
    hint: meant === undefined ? 'SHOW PROCEDURES lists those that there are.' : `Did you mean ${meant}?`,
    code: 'Neo.ClientError.Procedure.ProcedureNotFound',
  });
}
