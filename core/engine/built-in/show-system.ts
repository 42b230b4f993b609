/**
 * What SHOW DATABASES and SHOW INSTANCES give. The coordinators know it, so that whoever runs an engine for such statements
 * brings the rows along.
 */
import { SHOW_DATABASES, SHOW_INSTANCES, type ShowSignature } from '../../cypher/show-signature.ts';
import { GraphError } from '../../error.ts';
import type { Procedure } from '../../executor/procedure.ts';
import type { Value, ValueMap } from '../../value/value.ts';
import { atOnce } from './rows.ts';

/** Rows as maps from the names of columns; a column that a row does not name is null. */
export interface SystemTables {
  readonly databases: readonly ValueMap[];
  readonly instances: readonly ValueMap[];
}

/** Without tables the procedures are there, so that statements can be checked, and say that they are asked in the wrong place. */
export function showSystemProcedures(tables: SystemTables | undefined): Procedure[] {
  const databases = atOnce(SHOW_DATABASES, ([kind, name]) =>
    rowsOf(SHOW_DATABASES, tables?.databases).filter((_, i) => isMeant(tables!.databases[i]!, { kind, name })),
  );
  return [databases, atOnce(SHOW_INSTANCES, () => rowsOf(SHOW_INSTANCES, tables?.instances))];
}

/** Whether it is the database that is named; `DEFAULT` and `HOME` are columns. */
function isMeant(row: ValueMap, { kind, name }: { kind: Value | undefined; name: Value | undefined }): boolean {
  if (typeof kind === 'string') return row.get(kind.toLowerCase()) === true;
  return name === null || row.get('name') === name;
}

function rowsOf({ name, results }: ShowSignature, rows: readonly ValueMap[] | undefined): Value[][] {
  if (rows) return rows.map((row) => results.map((column) => row.get(column.name) ?? null));
  throw new GraphError(
    'Neo.ClientError.Statement.NotSupported',
    `${name} is about a cluster, which is not asked here: it is answered by the Query API, on any database.`,
  );
}
