/**
 * SHOW INDEXES and its kind are queries: a call of a procedure whose name, with its blank, no CALL can write, and what YIELD,
 * WHERE and RETURN make of its rows. Columns: Neo4j's and, with INFO and of INSTANCES, Memgraph's.
 */
import { fieldType, type ProcedureArgument, type ProcedureSignature } from './procedure-signature.ts';

export interface ShowSignature extends ProcedureSignature {
  /** The first so many columns are shown without YIELD. */
  readonly briefCount: number;
}

interface ShowTable {
  readonly name: string;
  readonly brief: Readonly<Record<string, string>>;
  readonly rest?: Readonly<Record<string, string>>;
  readonly readsGraph: boolean;
  /** Beside the kind. */
  readonly arguments?: readonly ProcedureArgument[];
}

/** A table that is shown like a procedure's results. */
export function signature({ name, brief, rest = {}, readsGraph, arguments: more = [] }: ShowTable): ShowSignature {
  const fields = { ...brief, ...rest };
  return {
    name,
    description: '',
    mode: 'read',
    readsGraph,
    // Which of them: `RANGE` in SHOW RANGE INDEXES. Null: all.
    arguments: [{ name: 'kind', type: fieldType('STRING?'), default: null }, ...more],
    results: Object.entries(fields).map(([field, type]) => ({ name: field, type: fieldType(type) })),
    briefCount: Object.keys(brief).length,
  };
}

export const SHOW_INDEXES = signature({
  name: 'SHOW INDEXES',
  readsGraph: true,
  brief: {
    id: 'INTEGER',
    name: 'STRING',
    state: 'STRING',
    populationPercent: 'FLOAT',
    type: 'STRING',
    entityType: 'STRING',
    labelsOrTypes: 'LIST<STRING>',
    properties: 'LIST<STRING>',
    indexProvider: 'STRING',
    owningConstraint: 'STRING?',
    lastRead: 'ANY?',
    readCount: 'INTEGER?',
  },
  rest: { trackedSince: 'ANY?', options: 'MAP', failureMessage: 'STRING', createStatement: 'STRING' },
});

export const SHOW_CONSTRAINTS = signature({
  name: 'SHOW CONSTRAINTS',
  readsGraph: true,
  brief: {
    id: 'INTEGER',
    name: 'STRING',
    type: 'STRING',
    entityType: 'STRING',
    labelsOrTypes: 'LIST<STRING>',
    properties: 'LIST<STRING>',
    ownedIndex: 'STRING?',
    propertyType: 'STRING?',
  },
  rest: { options: 'MAP?', createStatement: 'STRING' },
});

export const SHOW_PROCEDURES = signature({
  name: 'SHOW PROCEDURES',
  readsGraph: false,
  brief: { name: 'STRING', description: 'STRING', mode: 'STRING', worksOnSystem: 'BOOLEAN' },
  rest: {
    signature: 'STRING',
    argumentDescription: 'LIST<MAP>',
    returnDescription: 'LIST<MAP>',
    admin: 'BOOLEAN',
    rolesExecution: 'LIST<STRING>?',
    rolesBoostedExecution: 'LIST<STRING>?',
    isDeprecated: 'BOOLEAN',
    deprecatedBy: 'STRING?',
    option: 'MAP',
  },
});

export const SHOW_FUNCTIONS = signature({
  name: 'SHOW FUNCTIONS',
  readsGraph: false,
  brief: { name: 'STRING', category: 'STRING', description: 'STRING' },
  rest: {
    signature: 'STRING',
    isBuiltIn: 'BOOLEAN',
    argumentDescription: 'LIST<MAP>',
    returnDescription: 'STRING',
    aggregating: 'BOOLEAN',
    rolesExecution: 'LIST<STRING>?',
    rolesBoostedExecution: 'LIST<STRING>?',
    isDeprecated: 'BOOLEAN',
    deprecatedBy: 'STRING?',
  },
});

export const SHOW_INDEX_INFO = signature({
  name: 'SHOW INDEX INFO',
  readsGraph: true,
  brief: { 'index type': 'STRING', label: 'STRING', property: 'ANY', count: 'INTEGER' },
});

export const SHOW_CONSTRAINT_INFO = signature({
  name: 'SHOW CONSTRAINT INFO',
  readsGraph: true,
  brief: { 'constraint type': 'STRING', label: 'STRING', properties: 'LIST<STRING>', data_type: 'STRING' },
});

export const SHOW_CURRENT_USER = signature({
  name: 'SHOW CURRENT USER',
  readsGraph: false,
  brief: {
    user: 'STRING',
    roles: 'LIST<STRING>',
    passwordChangeRequired: 'BOOLEAN?',
    suspended: 'BOOLEAN?',
    home: 'STRING?',
  },
});

export const SHOW_SETTINGS = signature({
  name: 'SHOW SETTINGS',
  readsGraph: false,
  brief: { name: 'STRING', value: 'STRING', isDynamic: 'BOOLEAN', defaultValue: 'STRING', description: 'STRING' },
  rest: {
    startupValue: 'STRING',
    isExplicitlySet: 'BOOLEAN',
    validValues: 'STRING',
    isDeprecated: 'BOOLEAN',
  },
});

/** A row for each database; `epoch` and `instances` are Skein's own. */
export const SHOW_DATABASES = signature({
  name: 'SHOW DATABASES',
  readsGraph: false,
  arguments: [{ name: 'name', type: fieldType('STRING?'), default: null }],
  brief: {
    name: 'STRING',
    type: 'STRING',
    aliases: 'LIST<STRING>',
    access: 'STRING',
    address: 'STRING?',
    role: 'STRING',
    writer: 'BOOLEAN',
    requestedStatus: 'STRING',
    currentStatus: 'STRING',
    statusMessage: 'STRING',
    default: 'BOOLEAN',
    home: 'BOOLEAN',
    constituents: 'LIST<STRING>',
    epoch: 'INTEGER?',
    instances: 'LIST<MAP>',
  },
  rest: {
    databaseID: 'STRING?',
    serverID: 'STRING?',
    currentPrimariesCount: 'INTEGER',
    currentSecondariesCount: 'INTEGER',
    requestedPrimariesCount: 'INTEGER',
    requestedSecondariesCount: 'INTEGER',
    creationTime: 'ZONED DATETIME?',
    lastStartTime: 'ZONED DATETIME?',
    lastStopTime: 'ZONED DATETIME?',
    store: 'STRING?',
    lastCommittedTxn: 'INTEGER?',
    replicationLag: 'INTEGER?',
    options: 'MAP',
  },
});

/** Memgraph's columns, and Skein's own from `database` on. */
export const SHOW_INSTANCES = signature({
  name: 'SHOW INSTANCES',
  readsGraph: false,
  brief: {
    name: 'STRING',
    bolt_server: 'STRING',
    coordinator_server: 'STRING',
    management_server: 'STRING',
    health: 'STRING',
    role: 'STRING',
    last_succ_resp_ms: 'INTEGER?',
    database: 'STRING?',
    region: 'STRING?',
    mode: 'STRING?',
    in_sync: 'BOOLEAN?',
    epoch: 'INTEGER?',
    lsn: 'INTEGER?',
    lag: 'INTEGER?',
    version: 'INTEGER?',
    needs_version: 'INTEGER?',
  },
});

const SYSTEM_TABLES: ReadonlySet<string> = new Set([SHOW_DATABASES.name, SHOW_INSTANCES.name]);

/** Whether a procedure tells of databases or instances, which the coordinators know and no graph. */
export function isSystemTable(procedure: string): boolean {
  return SYSTEM_TABLES.has(procedure);
}
