/** Coordinators of two builds in one group: the newer one uses nothing that the other could not read. */
import { encode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import { decodeCluster, decodeCommand, versionOfEncoded } from '../../../core/coordinator/command-codec.ts';
import type { OperatorCommand, WorkerRequest, WorkerResponse } from '../../../core/coordinator/request.ts';
import { versionInUse } from '../../../core/coordinator/version-need.ts';
import { NewerVersionError, VERSION } from '../../../core/version.ts';
import { FLIGHTS, Group, groupWithFlights, MEMBERS } from './group.ts';

const MANUAL = { ...FLIGHTS, name: 'byhand', modes: undefined, replication: 'manual', clusterId: 'k2' } as const;
const GIVE_UP: OperatorCommand = { type: 'setSetting', name: 'sync_failover_only', value: 'false' };
const ADD: OperatorCommand = { type: 'addCoordinator', coordinator: 4, config: new Map([['region', 'oc']]) };
const CHAIN: OperatorCommand = {
  ...{ type: 'register', instance: 'oc-1', mode: 'ASYNC' },
  config: new Map([['upstream', 'apac-1']]),
};

const NEWS: readonly { readonly what: string; readonly request: WorkerRequest }[] = [
  { what: 'a database whose roles are given by hand', request: MANUAL },
  { what: 'a setting by which something may be given up', request: operate(GIVE_UP) },
  { what: 'one more coordinator', request: operate(ADD) },
  { what: 'a replica that another one feeds', request: operate(CHAIN, 'flights') },
];

function operate(command: OperatorCommand, database?: string): WorkerRequest {
  return { type: 'operate', database, command };
}

/** All coordinators but these are of this build. */
function rolledTo(group: Group, old: readonly string[]): void {
  for (const member of MEMBERS) {
    group.newest.set(member, old.includes(member) ? VERSION - 1 : VERSION);
    group.restart(member);
  }
}

function message(response: WorkerResponse): string {
  return response.type === 'error' ? response.message : response.type;
}

describe.each(NEWS)('$what', ({ request }) => {
  test('is refused, and nothing is done, while one coordinator is of the version before', () => {
    const group = groupWithFlights();
    rolledTo(group, ['c-2']);

    const response = group.ask(request);

    expect(message(response)).toMatch(/^This came with version 2, .*not yet c-2/);
    expect(MEMBERS.map((member) => versionInUse(group.state(member)))).toEqual([1, 1, 1]);
  });

  test('is done when the last one has told that it understands it', () => {
    const group = groupWithFlights();
    rolledTo(group, ['c-2']);
    group.ask(request);
    rolledTo(group, []);

    const response = group.ask(request);

    expect(message(response)).not.toMatch(/This came with/);
    group.elapse(1_000);
    expect(MEMBERS.map((member) => versionInUse(group.state(member)))).toEqual([2, 2, 2]);
  });

  test('is refused while one has not been heard, whatever its build', () => {
    const group = groupWithFlights();
    rolledTo(group, []);
    group.cut.add('c-3');

    const response = group.ask(request);

    expect(message(response)).toMatch(/not yet c-3, which has not been heard/);
  });
});

test('everything else goes on in a group of two builds, whoever leads it', () => {
  const group = groupWithFlights();
  rolledTo(group, ['c-1', 'c-2']);
  const register: OperatorCommand = { type: 'register', instance: 'oc-1', mode: 'ASYNC', config: new Map() };

  const responses = [
    group.ask(operate(register, 'flights')),
    group.ask(operate({ type: 'yieldLeadership' })),
    group.ask(operate({ type: 'unregister', instance: 'apac-1' }, 'flights')),
    group.ask({ ...FLIGHTS, name: 'trains', clusterId: 'k3' }),
    group.ask(operate({ type: 'setSetting', name: 'instance_down_timeout_sec', value: '6' })),
  ];

  expect(responses.map(({ type }) => type)).not.toContain('error');
});

test('a coordinator that is out of reach can be removed, so that the others need not wait for it', () => {
  const group = groupWithFlights();
  rolledTo(group, []);
  group.cut.add('c-3');
  group.elapse(10_000);

  const removed = group.ask(operate({ type: 'removeCoordinator', coordinator: 3 }));
  const created = group.ask(MANUAL);

  expect([removed.type, created.type]).toEqual(['table', 'created']);
});

test('a coordinator of the version before does not begin with a log that needs this one, and with every other one it does', () => {
  const group = groupWithFlights();
  rolledTo(group, []);
  group.newest.set('c-1', VERSION - 1);
  group.restart('c-1');
  expect(() => group.restart('c-1')).not.toThrow();
  rolledTo(group, []);
  group.ask(MANUAL);
  group.elapse(1_000);
  const stored = group.stored.get('c-1');
  group.newest.set('c-1', VERSION - 1);

  expect(() => group.restart('c-1')).toThrow(NewerVersionError);
  expect(group.stored.get('c-1')).toBe(stored);
});

test('a coordinator that was rolled back behind what is in use stores nothing of it, and follows again when it is of this build', () => {
  const group = groupWithFlights();
  rolledTo(group, []);
  group.cut.add('c-2');
  group.elapse(10_000);
  group.ask(operate({ type: 'removeCoordinator', coordinator: 3 }));
  group.newest.set('c-2', VERSION - 1);
  group.restart('c-2');
  group.cut.delete('c-2');
  group.elapse(3_000);
  expect(group.stored.get('c-2')?.entries.every(({ version, group: changed }) => !version && !changed)).toBe(true);

  group.newest.set('c-2', VERSION);
  group.restart('c-2');
  group.elapse(5_000);

  expect(group.ask(MANUAL).type).toBe('created');
});

test.each([
  { what: 'kind of request', request: { type: 'invent' } },
  { what: 'table', request: { type: 'show', what: 'inventions', database: undefined } },
  { what: 'command', request: { type: 'operate', database: 'flights', command: { type: 'invent', instance: 'a' } } },
])('a $what that only later Workers know is refused, and harms nobody', ({ request }) => {
  const group = groupWithFlights();

  // A Worker of a later build sends what the types of this one do not have.
  const response = group.ask(request as unknown as WorkerRequest);

  expect(message(response)).toMatch(/older build/);
  expect(group.ask({ type: 'showDatabases' }).type).toBe('databases');
});

test('SHOW INSTANCES tells which version each understands, and which one what it has stored needs', () => {
  const group = groupWithFlights();
  rolledTo(group, ['c-2']);
  const versions = () => {
    const response = group.ask({ type: 'showInstances', database: undefined });
    if (response.type !== 'instances') throw new Error(message(response));
    return response.rows.map(({ name, version, needs_version }) => `${name} ${version} ${needs_version}`);
  };

  const before = versions();
  rolledTo(group, []);
  group.ask(MANUAL);
  const after = versions();

  expect(before.slice(0, 4)).toEqual(['c-1 2 1', 'c-2 1 1', 'c-3 2 1', 'weur-1 2 1']);
  expect(after.slice(0, 3)).toEqual(['c-1 2 2', 'c-2 2 2', 'c-3 2 2']);
});

describe('what is in the log', () => {
  const later = encode([4, { type: 'createDatabase' }]);

  test('of a later version is told from damage', () => {
    expect(() => decodeCommand(later)).toThrow(NewerVersionError);
    expect(() => decodeCluster(later)).toThrow(NewerVersionError);
    expect(versionOfEncoded(later)).toBe(VERSION + 1);
  });

  test('keeps a coordinator from beginning, before anything of it is believed', () => {
    const group = new Group();
    const entry = { index: 1, term: 1, command: later };
    group.stored.set('c-1', { term: 1, votedFor: undefined, entries: [entry], snapshot: undefined });

    expect(() => group.restart('c-1')).toThrow(/the coordinators’ log needs a build that understands version 3/);
  });
});
