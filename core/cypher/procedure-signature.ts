/** What a procedure takes and gives: as the semantic check, the planner and SHOW PROCEDURES see it. */
import { assert } from '../assert.ts';
import type { Value } from '../value/value.ts';
import {
  ANY,
  BOOLEAN,
  DATE,
  DURATION,
  FLOAT,
  INTEGER,
  LIST,
  LOCAL_DATETIME,
  LOCAL_TIME,
  MAP,
  NODE,
  PATH,
  POINT,
  RELATIONSHIP,
  STRING,
  type StaticType,
  type TypeKind,
  ZONED_DATETIME,
  ZONED_TIME,
} from './static-type.ts';

/** The type of an argument or of a column of the result. */
export interface FieldType {
  /** As documentation writes it: `INTEGER?`, `LIST<STRING>`. */
  readonly text: string;
  readonly nullable: boolean;
  /** Kinds of values that an argument of this type takes; an INTEGER does for a FLOAT. */
  readonly accepts: readonly TypeKind[];
  readonly type: StaticType;
}

export interface ProcedureField {
  readonly name: string;
  readonly type: FieldType;
}

export interface ProcedureArgument extends ProcedureField {
  /** What stands for an argument that is left out; only the last ones may be. */
  readonly default?: Value;
}

export interface ProcedureSignature {
  /** With its namespace: `db.labels`. Case-sensitive. */
  readonly name: string;
  readonly description: string;
  readonly mode: 'read' | 'write';
  /** False when its answer does not depend on the graph, so that no clause need wait for it. */
  readonly readsGraph: boolean;
  readonly arguments: readonly ProcedureArgument[];
  /** None: the procedure is called for its effect, and rows pass through it. */
  readonly results: readonly ProcedureField[];
}

/** The procedures that a statement may call. */
export interface ProcedureSignatures {
  find(name: string): ProcedureSignature | undefined;
  names(): Iterable<string>;
}

export const NO_PROCEDURES: ProcedureSignatures = { find: () => undefined, names: () => [] };

/** How many of the arguments must be given. */
export function requiredArguments(signature: ProcedureSignature): number {
  const first = signature.arguments.findIndex((argument) => argument.default !== undefined);
  return first < 0 ? signature.arguments.length : first;
}

/** `db.labels() :: (label :: STRING)` */
export function signatureText(signature: ProcedureSignature): string {
  const given = signature.arguments.map(({ name, type }) => `${name} :: ${type.text}`).join(', ');
  const results = signature.results.map(({ name, type }) => `${name} :: ${type.text}`).join(', ');
  return `${signature.name}(${given}) :: ${results === '' ? 'VOID' : `(${results})`}`;
}

/** The kinds of values that go as an argument of a type, and the type of a column. */
const TYPES: ReadonlyMap<string, readonly [accepts: readonly TypeKind[], type: StaticType]> = new Map([
  ['ANY', [['any'], ANY]],
  ['BOOLEAN', [['boolean'], BOOLEAN]],
  ['INTEGER', [['integer'], INTEGER]],
  ['FLOAT', [['float', 'integer'], FLOAT]],
  ['NUMBER', [['integer', 'float'], ANY]],
  ['STRING', [['string'], STRING]],
  ['LIST', [['list'], LIST]],
  ['MAP', [['map'], MAP]],
  ['NODE', [['node'], NODE]],
  ['RELATIONSHIP', [['relationship'], RELATIONSHIP]],
  ['PATH', [['path'], PATH]],
  ['DATE', [['date'], DATE]],
  ['LOCAL TIME', [['local time'], LOCAL_TIME]],
  ['ZONED TIME', [['zoned time'], ZONED_TIME]],
  ['LOCAL DATETIME', [['local datetime'], LOCAL_DATETIME]],
  ['ZONED DATETIME', [['zoned datetime'], ZONED_DATETIME]],
  ['DURATION', [['duration'], DURATION]],
  ['POINT', [['point'], POINT]],
  // The names of openCypher, which the kit uses.
  ['LOCALTIME', [['local time'], LOCAL_TIME]],
  ['TIME', [['zoned time'], ZONED_TIME]],
  ['LOCALDATETIME', [['local datetime'], LOCAL_DATETIME]],
  ['DATETIME', [['zoned datetime'], ZONED_DATETIME]],
] satisfies [string, [TypeKind[], StaticType]][]);

/** Reads a type: a name such as INTEGER, or `LIST<…>` (openCypher writes `LIST? OF …`), with `?` where null is taken. */
export function fieldType(text: string): FieldType {
  const list = /^LIST(\??)(?:<(.+)>| OF (.+))(\??)$/.exec(text);
  if (list) {
    const element = fieldType(list[2] ?? list[3] ?? '').type;
    return {
      text,
      nullable: text.endsWith('?') || list[1] === '?',
      accepts: ['list'],
      type: { kind: 'list', element },
    };
  }
  const nullable = text.endsWith('?');
  const known = TYPES.get(nullable ? text.slice(0, -1) : text);
  assert(known, `${text} is a type`);
  const [accepts, type] = known;
  return { text, nullable, accepts, type };
}
