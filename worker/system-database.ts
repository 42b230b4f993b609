/** The commands that the coordinators carry out: CREATE and DROP DATABASE. */
import type { SystemCommand as AnySystemCommand, OptionValue } from '../core/cypher/ast.ts';
import { GraphError } from '../core/error.ts';
import { isDatabaseName } from '../durable/names.ts';
import type { Counters } from '../durable/protocol.ts';
import { isRegion, REGIONS } from '../durable/regions.ts';
import type { Answer, Server, StatementCall } from './answer.ts';
import type { Coordinators } from './coordinators.ts';
import { SYSTEM_DATABASE } from './system-query.ts';

type SystemCommand = Exclude<AnySystemCommand, { type: 'cluster' }>;

/** What changes nothing in a graph has changed. */
export const NO_COUNTERS: Counters = {
  nodesCreated: 0,
  nodesDeleted: 0,
  relationshipsCreated: 0,
  relationshipsDeleted: 0,
  propertiesSet: 0,
  labelsAdded: 0,
  labelsRemoved: 0,
  indexesAdded: 0,
  indexesRemoved: 0,
  constraintsAdded: 0,
  constraintsRemoved: 0,
};

/** Carries out a command. `changed` is called with the name of a database that was made or dropped. */
export async function runSystemCommand(
  command: SystemCommand,
  call: StatementCall,
  context: { readonly coordinators: Coordinators; readonly changed: (database: string) => void },
): Promise<Answer> {
  await carryOut(command, call, context);
  const leader = context.coordinators.leader;
  return withoutRows(leader && { name: leader.name, role: 'leader', region: leader.region });
}

/** The answer to a command that has done what it was to do. */
export function withoutRows(server: Server | undefined): Answer {
  return {
    ok: true,
    columns: [],
    rows: [],
    bookmarks: [],
    counters: NO_COUNTERS,
    queryType: 's',
    notifications: [],
    plan: undefined,
    server,
  };
}

async function carryOut(
  command: SystemCommand,
  call: StatementCall,
  { coordinators, changed }: { readonly coordinators: Coordinators; readonly changed: (database: string) => void },
): Promise<void> {
  if (call.database !== SYSTEM_DATABASE) {
    throw new GraphError('Neo.ClientError.Statement.NotSupported', `Ask this on the database '${SYSTEM_DATABASE}'.`);
  }
  const { name } = command;
  if (command.type === 'createDatabase') {
    await createDatabase(coordinators, command, call.region);
  } else {
    await coordinators.ask({ type: 'dropDatabase', name, ifExists: command.ifExists }, call.region);
  }
  changed(name);
}

const OPTIONS: readonly string[] = ['regions', 'mode', 'modes', 'replication'];

async function createDatabase(
  coordinators: Coordinators,
  command: SystemCommand & { type: 'createDatabase' },
  callerRegion: string,
): Promise<void> {
  const { name, ifNotExists, options } = command;
  if (!isDatabaseName(name) || name === SYSTEM_DATABASE) {
    throw argumentError(
      `'${name.slice(0, 80)}' cannot name a database: a lower-case letter, then up to 62 of a-z 0-9 . _ -`,
    );
  }
  for (const key of options.keys()) {
    if (!OPTIONS.includes(key)) {
      throw argumentError(`OPTIONS knows 'regions', 'mode', 'modes' and 'replication', not '${key.slice(0, 80)}'.`);
    }
  }
  const regions = stringList('regions', options.get('regions')) ?? [callerRegion];
  const unknown = regions.find((region) => !isRegion(region));
  if (unknown !== undefined) {
    throw argumentError(`'${unknown.slice(0, 80)}' is no region; there are ${REGIONS.join(' ')}.`);
  }
  const mode = options.get('mode');
  if (mode !== undefined && typeof mode !== 'string') throw argumentError("'mode' must be a string.");
  const modes = stringList('modes', options.get('modes'));
  const replication = options.get('replication');
  if (replication !== undefined && typeof replication !== 'string') {
    throw argumentError("'replication' must be a string.");
  }
  const clusterId = crypto.randomUUID();
  const request = { type: 'createDatabase', name, ifNotExists, regions, mode, modes, replication, clusterId } as const;
  await coordinators.ask(request, callerRegion);
}

function stringList(option: string, value: OptionValue | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0) throw argumentError(`'${option}' must be a list of strings.`);
  return value.map((item) => {
    if (typeof item !== 'string') throw argumentError(`'${option}' must be a list of strings.`);
    return item;
  });
}

function argumentError(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', message);
}
