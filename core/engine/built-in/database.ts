/** Procedures about the database as such: what clients ask when they connect. Source: Neo4j's operations manual. */

import { type Steps, spend } from '../../algorithm/steps.ts';
import { GraphError } from '../../error.ts';
import type { Procedure } from '../../executor/procedure.ts';
import { ALL_TYPES } from '../../graph/graph-view.ts';
import type { Value } from '../../value/value.ts';
import { atOnce, inSteps, reading, type StepContext } from './rows.ts';

/** Clients choose what they send by Neo4j's version; this is the one whose Cypher is spoken here. */
const DIALECT = { name: 'Neo4j Kernel', version: '5.26.0', edition: 'community' } as const;

/** Relationships that are looked at in one go. */
const SCAN_IDS = 1024;

const labels = atOnce(
  reading({ name: 'db.labels', description: 'The labels that nodes have.', results: { label: 'STRING' } }),
  (_, { view, tokens }) => {
    const one = new Int32Array(1);
    return view.exportTokens('label').flatMap((name) => {
      const token = tokens.label.idOf(name);
      return token !== undefined && view.scanLabel(token, 0, one).count > 0 ? [[name]] : [];
    });
  },
);

const relationshipTypes = inSteps(
  reading({
    name: 'db.relationshipTypes',
    description: 'The types that relationships have.',
    results: { relationshipType: 'STRING' },
  }),
  usedTypes,
);

/** Looks at relationships until every type has been seen. */
function* usedTypes(_: readonly Value[], { statement, work }: StepContext): Steps<Value[][]> {
  const { view } = statement;
  const names = view.exportTokens('relationshipType');
  const used = new Uint8Array(names.length);
  const ids = new Int32Array(SCAN_IDS);
  let unseen = names.length;
  for (let cursor = 0; cursor !== -1 && unseen > 0; ) {
    const scan = view.scanRelationships(cursor, ids);
    const { count } = scan;
    cursor = scan.cursor;
    for (let i = 0; i < count; i++) {
      const type = view.relationshipType(ids[i]!);
      if (type === ALL_TYPES || used[type] === 1) continue;
      used[type] = 1;
      unseen--;
    }
    yield* spend(count + 1, work);
  }
  return names.flatMap((name, type) => (used[type] === 1 ? [[name]] : []));
}

const propertyKeys = atOnce(
  reading({
    name: 'db.propertyKeys',
    description: 'The property keys that the graph knows.',
    results: { propertyKey: 'STRING' },
  }),
  (_, { view }) => view.exportTokens('propertyKey').map((name) => [name]),
);

const ping = atOnce(
  reading({
    name: 'db.ping',
    description: 'True when the database answers.',
    readsGraph: false,
    results: { success: 'BOOLEAN' },
  }),
  () => [[true]],
);

const awaitIndexes = inSteps(
  reading({
    name: 'db.awaitIndexes',
    description: 'Waits until all indexes are online, and helps to populate them meanwhile.',
    readsGraph: false,
    arguments: { timeOutSeconds: ['INTEGER', 300] },
    results: {},
  }),
  awaitPopulation,
);

const awaitIndex = inSteps(
  reading({
    name: 'db.awaitIndex',
    description: 'Waits until an index is online, and helps to populate it meanwhile.',
    readsGraph: false,
    arguments: { indexName: 'STRING', timeOutSeconds: ['INTEGER', 300] },
    results: {},
  }),
  function* ([name], context) {
    const index = typeof name === 'string' ? context.statement.indexes.byName(name) : undefined;
    if (index === undefined) {
      throw new GraphError('Neo.ClientError.Schema.IndexNotFound', `There is no index '${String(name)}'.`);
    }
    return yield* awaitPopulation([], context);
  },
);

/** The time limit is that of the statement: only work is counted here. */
function* awaitPopulation(_: readonly Value[], { statement, work }: StepContext): Steps<Value[][]> {
  while (statement.populateIndexes(SCAN_IDS)) yield* spend(SCAN_IDS, work);
  return [];
}

const components = atOnce(
  reading({
    name: 'dbms.components',
    description: 'The version of Neo4j whose Cypher is spoken here.',
    readsGraph: false,
    results: { name: 'STRING', versions: 'LIST<STRING>', edition: 'STRING' },
  }),
  () => [[DIALECT.name, [DIALECT.version], DIALECT.edition]],
);

const listConfig = atOnce(
  reading({
    name: 'dbms.listConfig',
    description: 'Settings that can be changed while the database runs: there are none.',
    readsGraph: false,
    arguments: { searchString: ['STRING', ''] },
    results: {
      name: 'STRING',
      description: 'STRING',
      value: 'STRING',
      dynamic: 'BOOLEAN',
      defaultValue: 'STRING',
      startupValue: 'STRING',
      explicitlySet: 'BOOLEAN',
      validValues: 'STRING',
    },
  }),
  () => [],
);

const licenseAgreementDetails = atOnce(
  reading({
    name: 'dbms.licenseAgreementDetails',
    description: 'Whether a licence has been agreed to: none is needed.',
    readsGraph: false,
    results: { status: 'STRING', daysLeftOnTrial: 'INTEGER', totalTrialDays: 'INTEGER' },
  }),
  () => [['yes', 0, 0]],
);

const showCurrentUser = atOnce(
  reading({
    name: 'dbms.showCurrentUser',
    description: 'Who asks: there is one user, who may do everything.',
    readsGraph: false,
    results: { username: 'STRING', roles: 'LIST<STRING>', flags: 'LIST<STRING>' },
  }),
  () => [['admin', ['admin'], []]],
);

export const DATABASE_PROCEDURES: readonly Procedure[] = [
  labels,
  relationshipTypes,
  propertyKeys,
  ping,
  awaitIndexes,
  awaitIndex,
  components,
  listConfig,
  licenseAgreementDetails,
  showCurrentUser,
];
