/**
 * Something of everything that is stored and said, for each version as a build of that version wrote it. Bytes that were recorded once
 * (`node test/core/golden/record.ts`) are never recorded anew: what they mean to today's build must stay what they meant then.
 */
import { apply, type ClusterState, type Command, EMPTY_CLUSTER } from '../../../core/coordinator/cluster-state.ts';
import { decodeCluster, decodeCommand, encodeCluster, encodeCommand } from '../../../core/coordinator/command-codec.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { Writer } from '../../../core/graph/writer.ts';
import {
  decodeGroup,
  decodeWithConfiguration,
  encodeGroup,
  encodeWithConfiguration,
} from '../../../core/raft/group-codec.ts';
import type { Group, RaftMessage } from '../../../core/raft/message.ts';
import type { Assignment } from '../../../core/replication/assignment.ts';
import { initialState, persistedOf } from '../../../core/replication/instance-state.ts';
import type { InstanceRequest } from '../../../core/replication/message.ts';
import { decodeMessage, encodeMessage } from '../../../core/value/codec.ts';
import type { Message } from '../../../core/value/packing.ts';
import { Float } from '../../../core/value/value.ts';
import { VERSION, VERSION_MIN } from '../../../core/version.ts';
import { decodeManifest } from '../../../core/wal/manifest.ts';
import { decodeRecord, type EncodedRecord, encodeRecord, GENESIS } from '../../../core/wal/record.ts';
import { recover } from '../../../core/wal/recovery.ts';
import { packRows } from '../../../core/wal/row.ts';
import { segmentText } from '../../../core/wal/segment.ts';
import { SegmentChanges } from '../../../core/wal/segment-changes.ts';
import { SnapshotEncoder } from '../../../core/wal/snapshot.ts';

/** Bytes that were written, and what a build makes of them. */
export interface Sample {
  readonly name: string;
  readonly parts: readonly Uint8Array[];
}

export const VERSIONS = Array.from({ length: VERSION - VERSION_MIN + 1 }, (_, index) => VERSION_MIN + index);

/** What a build of a version writes, as today's build writes it. */
export function samplesOf(version: number): readonly Sample[] {
  const records = recordsOf(version);
  const commands = commandsOf(version);
  const state = commands.reduce<ClusterState>((before, command) => {
    const { state: after } = apply(before, command);
    return { ...after, version: Math.max(after.version, version) };
  }, EMPTY_CLUSTER);
  return [
    { name: 'records', parts: records.map(({ bytes }) => bytes) },
    { name: 'rows', parts: packRows(records, { firstRow: 1, rowBytesMax: 300 }).map(({ bytes }) => bytes) },
    { name: 'snapshot', parts: snapshotOf(records) },
    { name: 'commands', parts: commands.map(encodeCommand) },
    { name: 'cluster', parts: [encodeCluster(state)] },
    { name: 'state', parts: [encodeMessage(persisted(version) as unknown as Message)] },
    { name: 'messages', parts: messagesOf(version, records).map((message) => encodeMessage(message as Message)) },
    ...(version >= 2 ? groups() : []),
  ];
}

/** What bytes mean, as JSON has it. */
export function meaningOf({ name, parts }: Sample): unknown {
  switch (name) {
    case 'records':
      return plain(parts.map(decodeRecord));
    case 'rows': {
      const rows = parts.map((bytes, index) => ({ row: index + 1, bytes }));
      return told(recover({ snapshots: [], rows }));
    }
    case 'snapshot': {
      const [manifest = new Uint8Array(), ...chunks] = parts;
      const places = decodeManifest(manifest).segments.flatMap(({ segment, parts: count }) =>
        Array.from({ length: count }, (_, part) => `${segmentText(segment)}#${part}`),
      );
      const read = (segment: Parameters<typeof segmentText>[0], part: number) =>
        chunks[places.indexOf(`${segmentText(segment)}#${part}`)];
      return told(recover({ snapshots: [{ name: 's', manifest, read }], rows: [] }));
    }
    case 'commands':
      return plain(parts.map(decodeCommand));
    case 'cluster':
      return plain(parts.map(decodeCluster));
    case 'group':
      return plain(parts.map(decodeGroup));
    case 'configuration':
      return plain(parts.map(decodeWithConfiguration));
    default:
      return plain(parts.map(decodeMessage));
  }
}

/** A graph out of storage: where it stands, what it needs, and what is in it. */
function told({ store, position, needs, cut, harmless }: ReturnType<typeof recover>): unknown {
  store.acknowledge(position.lsn);
  const view = store.openSnapshot(position.lsn);
  const graph = {
    nodes: [...view.exportNodes(0, view.nodeIdLimit)],
    relationships: [...view.exportRelationships(0, view.relationshipIdLimit)],
    indexes: view.exportIndexes(),
    constraints: view.exportConstraints(),
    options: view.exportOptions(),
    checksum: view.checksum(),
  };
  view.close();
  return plain({ position, needs, cut, harmless, ...graph });
}

/** As JSON has it: what that does not have is text. */
export function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) => {
      if (part instanceof Uint8Array) return Buffer.from(part).toString('hex');
      if (part instanceof Map) return [...part];
      if (part instanceof Float) return `${part.value} FLOAT`;
      return typeof part === 'bigint' ? `${part} INTEGER` : part;
    }),
  );
}

function recordsOf(version: number): readonly EncodedRecord[] {
  const store = new GraphStore();
  const records: EncodedRecord[] = [];
  const commit = (change: (writer: Writer) => void) => {
    const writer = store.begin();
    change(writer);
    const { epoch, lsn, deltas } = writer.commit(records.length < 2 ? 1 : 3);
    const { hash: previousHash } = records.at(-1) ?? GENESIS;
    records.push(encodeRecord({ epoch, lsn, deltas, previousHash, commitMs: 1_700_000_000_000 + lsn }));
    store.acknowledge(lsn);
  };
  commit((writer) => {
    const [city, road, name] = [
      writer.token('label', 'City'),
      writer.token('relationshipType', 'ROAD'),
      writer.token('propertyKey', 'name'),
    ];
    const [one, two] = [writer.createNode(), writer.createNode()];
    writer.addLabel(one, city);
    writer.setNodeProperty(one, name, 'Lyon \ud83e\uddf5');
    writer.setNodeProperty(two, name, ['a', 1, new Float(1)]);
    const relationship = writer.createRelationship(road, one, two);
    writer.setRelationshipProperty(relationship, name, 2n ** 62n);
    writer.createIndex({ name: 'cities', kind: 'range', entity: 'node', token: city, keys: [name] });
    if (version < 2) return;
    const fullText = { analyzer: 'standard', eventuallyConsistent: false };
    writer.createIndex({ name: 'words', kind: 'fulltext', entity: 'node', token: city, keys: [name], fullText });
  });
  commit((writer) => {
    writer.deleteRelationship(0);
    writer.deleteNode(1);
  });
  commit((writer) => writer.createNode());
  return records;
}

/** The manifest, and then the chunks in its order. */
function snapshotOf(records: readonly EncodedRecord[]): readonly Uint8Array[] {
  const position = records.at(-1) ?? { ...GENESIS, bytes: new Uint8Array() };
  const { store } = recover({ snapshots: [], rows: packRows(records, { firstRow: 1 }) });
  store.acknowledge(position.lsn);
  const view = store.openSnapshot(position.lsn);
  const { epoch, lsn, hash } = position;
  const encoder = new SnapshotEncoder({
    view,
    position: { epoch, lsn, hash },
    epochHistory: [{ epoch: 1, firstLsn: 1 }],
    changes: new SegmentChanges(lsn),
  });
  const chunks: Uint8Array[] = [];
  while (!encoder.manifest) for (const { bytes } of encoder.next(1_000)) chunks.push(bytes);
  view.close();
  return [encoder.manifest, ...chunks];
}

const ABOUT = { database: 'flights', cluster: 'k1' } as const;
const INSTANCES = [
  { name: 'weur-1', region: 'weur', mode: 'SYNC' },
  { name: 'enam-1', region: 'enam', mode: 'SYNC' },
] as const;
const COORDINATORS = ['default/coordinator/1', 'default/coordinator/2', 'default/coordinator/3'];

function commandsOf(version: number): readonly Command[] {
  const old: readonly Command[] = [
    { type: 'createDatabase', ...ABOUT, instances: INSTANCES, coordinators: COORDINATORS },
    { type: 'told', what: 'assigned', ...ABOUT, epoch: 1, instances: ['weur-1', 'enam-1'] },
    { type: 'changeInSync', ...ABOUT, epoch: 1, version: 1, change: 'remove', instance: 'enam-1' },
    { type: 'setSetting', name: 'instance_down_timeout_sec', value: '7' },
    { type: 'addInstance', ...ABOUT, instance: { name: 'oc-1', region: 'oc', mode: 'ASYNC' } },
    { type: 'abort', ...ABOUT, epoch: 1, version: 3, afterLsn: 4 },
    {
      ...{ type: 'beginFailover', ...ABOUT, epoch: 2, toEpoch: 3 },
      ...{ choice: { type: 'best' }, reason: 'switchover', atMs: 1_700_000_000_000 },
    },
  ];
  if (version < 2) return old;
  return [
    ...old,
    { type: 'setSetting', name: 'sync_failover_only', value: 'false' },
    {
      ...{ type: 'completeFailover', ...ABOUT, epoch: 3, main: 'oc-1', inSync: ['oc-1'] },
      ...{ atMs: 1_700_000_000_500, lost: { atLeast: 1, atMost: 2 }, givenUpAfterLsn: 4 },
    },
    {
      ...{ type: 'createDatabase', database: 'byhand', cluster: 'k2', instances: INSTANCES },
      ...{ coordinators: [], manual: true },
    },
    { type: 'addInstance', ...ABOUT, instance: { name: 'sam-1', region: 'sam', mode: 'ASYNC', upstream: 'enam-1' } },
  ];
}

function assignmentOf(version: number): Assignment {
  const news = {
    givenUp: [{ epoch: 1, afterLsn: 2 }],
    members: INSTANCES.map(({ name, region }) => ({ name, region })),
  };
  return {
    ...{ ...ABOUT, epoch: 3, version: 5, main: 'weur-1', instances: INSTANCES, inSync: ['weur-1'] },
    ...{ coordinators: COORDINATORS, aborts: [{ epoch: 1, afterLsn: 4 }] },
    ...(version >= 2 && news),
  };
}

function persisted(version: number): unknown {
  const state = initialState({ name: 'weur-1', region: 'weur', newest: version });
  const own = { cluster: 'k1', assignment: assignmentOf(version), epoch: 3, sealedEpoch: 2, acknowledgedLsn: 9 };
  return persistedOf({ ...state, ...own, asked: { name: 'enam-1', version: 5 } });
}

function messagesOf(version: number, records: readonly EncodedRecord[]): readonly unknown[] {
  const envelope = {
    ...{ version, newest: version, ...ABOUT, epoch: 3, deadlineMs: 1_700_000_005_000 },
    from: { name: 'weur-1', region: 'weur' },
  };
  const [first] = records;
  const requests: readonly InstanceRequest[] = [
    {
      envelope,
      body: {
        ...{ type: 'append', previousLsn: 0, previousHash: GENESIS.hash, acknowledgedLsn: 0 },
        records: first ? [first] : [],
      },
    },
    { envelope, body: { type: 'assign', assignment: assignmentOf(version), created: false } },
    { envelope, body: { type: 'seal', epoch: 4 } },
  ];
  const entry = { index: 2, term: 1, command: encodeCommand({ type: 'dropDatabase', ...ABOUT }) };
  const common = { protocolVersion: version, newest: version, from: 'default/coordinator/1', term: 1 };
  const change = { index: 3, term: 1, command: null, group: GROUP };
  const raft: readonly RaftMessage[] = [
    { ...common, type: 'requestVote', lastIndex: 2, lastTerm: 1 },
    {
      ...{ ...common, type: 'appendEntries', previousIndex: 1, previousTerm: 1, commitIndex: 1 },
      ...{ entries: version < 2 ? [entry] : [entry, change], round: { number: 4, sentAtMs: 1_700_000_000_000 } },
    },
  ];
  return [...requests, { kind: 'raft', messages: raft }];
}

const GROUP: Group = {
  members: COORDINATORS.map((id) => ({ id, votes: id !== COORDINATORS[2], region: 'weur' })),
  removed: ['default/coordinator/9'],
};

function groups(): readonly Sample[] {
  const configuration = { index: 3, term: 1, ...GROUP };
  return [
    { name: 'group', parts: [encodeGroup(GROUP)] },
    { name: 'configuration', parts: [encodeWithConfiguration(configuration, encodeCluster(EMPTY_CLUSTER))] },
  ];
}
