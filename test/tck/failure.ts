/** A statement's failure in the kit's words: type, phase and detail. */
import { type ErrorCode, GraphError } from '../../core/error.ts';

export type Phase = 'compile time' | 'runtime';

export interface KitError {
  /** The kit's type; the code itself where the kit has no type for it. */
  readonly type: string;
  readonly phase: Phase;
  readonly detail: string;
  readonly message: string;
}

/**
 * The kit's name for each code that a statement can end with. The kit says ConstraintVerificationFailed where Neo4j's code
 * has "Validation". Procedure codes are Neo4j's.
 */
const KIT_TYPES: ReadonlyMap<string, string> = new Map<ErrorCode | `Neo.ClientError.Procedure.${string}`, string>([
  ['Neo.ClientError.Statement.SyntaxError', 'SyntaxError'],
  ['Neo.ClientError.Statement.SemanticError', 'SemanticError'],
  ['Neo.ClientError.Statement.TypeError', 'TypeError'],
  ['Neo.ClientError.Statement.ArgumentError', 'ArgumentError'],
  ['Neo.ClientError.Statement.ArithmeticError', 'ArithmeticError'],
  ['Neo.ClientError.Statement.ParameterMissing', 'ParameterMissing'],
  ['Neo.ClientError.Statement.EntityNotFound', 'EntityNotFound'],
  ['Neo.ClientError.Schema.ConstraintValidationFailed', 'ConstraintVerificationFailed'],
  ['Neo.ClientError.Procedure.ProcedureNotFound', 'ProcedureError'],
  ['Neo.ClientError.Procedure.ProcedureCallFailed', 'ProcedureError'],
]);

/** The kit's view of an error. What is no GraphError is no answer to a client, and is thrown on. */
export function kitErrorOf(error: unknown, phase: Phase): KitError {
  if (!(error instanceof GraphError)) throw error;
  const { code, detail = 'no detail', message } = error;
  return { type: KIT_TYPES.get(code) ?? code, phase, detail, message };
}

/** What a step expects. The phase may be `any time`, and the detail `*`, which is any. */
export interface ExpectedError {
  readonly type: string;
  readonly phase: Phase | 'any time';
  readonly detail: string;
}

export function isExpected(error: KitError, expected: ExpectedError): boolean {
  return (
    error.type === expected.type &&
    (expected.phase === 'any time' || error.phase === expected.phase) &&
    (expected.detail === '*' || error.detail === expected.detail)
  );
}

export function errorText(error: ExpectedError): string {
  return `${error.type} at ${error.phase}: ${error.detail}`;
}
