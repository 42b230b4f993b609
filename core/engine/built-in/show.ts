/** What SHOW INDEXES and its kind give. Columns: cypher/show-signature.ts. */
import { FUNCTIONS, type FunctionSignature } from '../../cypher/function-table.ts';
import type { ProcedureField, ProcedureSignature } from '../../cypher/procedure-signature.ts';
import { signatureText } from '../../cypher/procedure-signature.ts';
import {
  SHOW_CONSTRAINT_INFO,
  SHOW_CONSTRAINTS,
  SHOW_FUNCTIONS,
  SHOW_INDEX_INFO,
  SHOW_INDEXES,
  SHOW_PROCEDURES,
} from '../../cypher/show-signature.ts';
import { typeName } from '../../cypher/static-type.ts';
import type { ExecutionContext } from '../../executor/context.ts';
import type { Procedure } from '../../executor/procedure.ts';
import { Float, type Value, type ValueMap } from '../../value/value.ts';
import { atOnce } from './rows.ts';

const NO_OPTIONS: ValueMap = new Map();

const indexes = atOnce(SHOW_INDEXES, ([kind], { view, tokens }) =>
  view.exportIndexes().flatMap(({ name, label: labelToken, key: keyToken }, i) => {
    if (kind !== null && kind !== 'RANGE') return [];
    const label = tokens.label.nameOf(labelToken);
    const key = tokens.propertyKey.nameOf(keyToken);
    const brief = [
      i + 1,
      name,
      'ONLINE',
      new Float(100),
      'RANGE',
      'NODE',
      [label],
      [key],
      'range-1.0',
      null,
      null,
      null,
    ];
    const statement = `CREATE RANGE INDEX ${quoted(name)} FOR (n:${quoted(label)}) ON (n.${quoted(key)})`;
    return [[...brief, null, NO_OPTIONS, '', statement]];
  }),
);

const indexInfo = atOnce(SHOW_INDEX_INFO, (_, { view, tokens, ...context }) =>
  view.exportIndexes().map(({ label, key }) => {
    const count = countOf({ label, key }, { view, ...context });
    return ['label+property', tokens.label.nameOf(label), tokens.propertyKey.nameOf(key), count];
  }),
);

/** Nodes that an index holds. */
function countOf({ label, key }: { label: number; key: number }, context: Pick<ExecutionContext, 'view'>): number {
  const { view } = context;
  const ids = new Int32Array(1024);
  let found = 0;
  for (let cursor = 0; cursor !== -1; ) {
    const scan = view.scanLabel(label, cursor, ids);
    const { count } = scan;
    cursor = scan.cursor;
    for (let i = 0; i < count; i++) if (view.nodeProperty(ids[i]!, key) !== null) found++;
  }
  return found;
}

const constraints = atOnce(SHOW_CONSTRAINTS, () => []);

const constraintInfo = atOnce(SHOW_CONSTRAINT_INFO, () => []);

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

function byName(left: readonly Value[], right: readonly Value[]): number {
  return String(left[0]) < String(right[0]) ? -1 : 1;
}

/** A name as a statement can hold it. */
function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** `signatures`: all that CALL can name. */
export function showProcedures(signatures: () => readonly ProcedureSignature[]): Procedure[] {
  const procedures = atOnce(SHOW_PROCEDURES, () => signatures().map(procedureRow));
  return [indexes, indexInfo, constraints, constraintInfo, functions, procedures];
}
