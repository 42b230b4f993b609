/**
 * SHOW INDEXES and its kind are queries: a call of a procedure whose name, with its blank, no CALL can write, and what YIELD,
 * WHERE and RETURN make of its rows. Columns: Neo4j's and, with INFO, Memgraph's.
 */
import { fieldType, type ProcedureSignature } from './procedure-signature.ts';

export interface ShowSignature extends ProcedureSignature {
  /** The first so many columns are shown without YIELD. */
  readonly briefCount: number;
}

interface ShowTable {
  readonly name: string;
  readonly brief: Readonly<Record<string, string>>;
  readonly rest?: Readonly<Record<string, string>>;
  readonly readsGraph: boolean;
}

function signature({ name, brief, rest = {}, readsGraph }: ShowTable): ShowSignature {
  const fields = { ...brief, ...rest };
  return {
    name,
    description: '',
    mode: 'read',
    readsGraph,
    // Which of them: `RANGE` in SHOW RANGE INDEXES. Null: all.
    arguments: [{ name: 'kind', type: fieldType('STRING?'), default: null }],
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
