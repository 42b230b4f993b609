/** What SHOW FUNCTIONS, SHOW PROCEDURES, SHOW SETTINGS and SHOW CURRENT USER give. */
import { FUNCTIONS, type FunctionSignature } from '../../cypher/function-table.ts';
import type { ProcedureField, ProcedureSignature } from '../../cypher/procedure-signature.ts';
import { signatureText } from '../../cypher/procedure-signature.ts';
import { SHOW_CURRENT_USER, SHOW_FUNCTIONS, SHOW_PROCEDURES, SHOW_SETTINGS } from '../../cypher/show-signature.ts';
import { typeName } from '../../cypher/static-type.ts';
import type { Procedure } from '../../executor/procedure.ts';
import type { Value, ValueMap } from '../../value/value.ts';
import { atOnce } from './rows.ts';

const NO_OPTIONS: ValueMap = new Map();

const functions = atOnce(SHOW_FUNCTIONS, ([kind]) => {
  if (kind === 'USER DEFINED') return [];
  return [...FUNCTIONS.values()].map((signature) => functionRow(signature)).sort(byName);
});

function functionRow(signature: FunctionSignature): Value[] {
  const { name, argumentCountMin, argumentCountMax, aggregate, accepts, result } = signature;
  const count = Number.isFinite(argumentCountMax) ? argumentCountMax : argumentCountMin;
  const first = accepts.map((accepted) => accepted.toUpperCase()).join(' | ');
  const inputs = Array.from({ length: count }, (_, i) => ({
    name: i === 0 ? 'input' : `input${i + 1}`,
    type: i === 0 ? first : 'ANY',
  }));
  const given = inputs.map((input) => `${input.name} :: ${input.type}`).join(', ');
  const returned = typeName(result);
  const optional = argumentCountMax > argumentCountMin ? `, of which ${argumentCountMin} must be given` : '';
  const brief = [
    name,
    aggregate ? 'Aggregating' : 'Scalar',
    `Takes ${Number.isFinite(argumentCountMax) ? count : 'any number of'} ${count === 1 ? 'argument' : 'arguments'}${optional}.`,
  ];
  const fields = inputs.map((input) => fieldMap(input.name, input.type));
  return [...brief, `${name}(${given}) :: ${returned}`, true, fields, returned, aggregate, null, null, false, null];
}

function procedureRow(signature: ProcedureSignature): Value[] {
  const { name, description, mode } = signature;
  const describe = (fields: readonly ProcedureField[]) => fields.map((field) => fieldMap(field.name, field.type.text));
  const brief = [name, description, mode.toUpperCase(), !signature.readsGraph && mode === 'read'];
  const rest = [signatureText(signature), describe(signature.arguments), describe(signature.results)];
  return [...brief, ...rest, false, null, null, false, null, NO_OPTIONS];
}

function fieldMap(name: string, type: string): ValueMap {
  return new Map<string, Value>([
    ['name', name],
    ['description', `${name} :: ${type}`],
    ['type', type],
    ['isDeprecated', false],
  ]);
}

/** There is one user, whom the token stands for. */
const currentUser = atOnce(SHOW_CURRENT_USER, () => [['admin', ['admin'], false, false, null]]);

/** There is nothing to set. */
const settings = atOnce(SHOW_SETTINGS, () => []);

function byName(left: readonly Value[], right: readonly Value[]): number {
  return String(left[0]) < String(right[0]) ? -1 : 1;
}

/** `signatures`: all that CALL can name. */
export function showProcedures(signatures: () => readonly ProcedureSignature[]): Procedure[] {
  const procedures = atOnce(SHOW_PROCEDURES, () => signatures().map(procedureRow));
  return [functions, procedures, currentUser, settings];
}
