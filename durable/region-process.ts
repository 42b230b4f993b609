/**
 * A cluster on processes of its own (`skein cluster`): one workerd for each region, joined by RPC. On Cloudflare the
 * platform finds an object wherever it is; here each object lives in the process of its region, and the other processes
 * reach it through a peer. Where no peers are bound nothing of this is in the way.
 */
import type { Environment } from './environment.ts';
import type { CoordinatorRpc, InstanceRpc } from './protocol.ts';
import { roundTripMs } from './regions.ts';

export type ObjectKind = 'instance' | 'coordinator';

/** A call of one method of one object. The runtime cannot hand a stub from one process to another, so calls are flat. */
export interface PeerCall {
  readonly kind: ObjectKind;
  /** The object's name, such as `flights/instance/weur-1`. */
  readonly name: string;
  readonly method: PeerMethod;
  readonly argument: unknown;
}

export type PeerMethod = 'run' | 'transact' | 'receive' | 'diverged' | 'replication' | 'development' | 'ask';

/** What may be called on an object of each kind: whoever reaches the peer's socket gets no further than this. */
export const PEER_METHODS: Readonly<Record<ObjectKind, readonly PeerMethod[]>> = {
  instance: ['run', 'transact', 'receive', 'diverged', 'replication', 'development'],
  coordinator: ['ask', 'receive', 'development'],
};

/** Names the object that a request passed on to a peer is for. */
export const OBJECT_HEADER = 'skein-object';

/** Another region's process, as a binding. */
export interface RegionPeer {
  call(call: PeerCall): Promise<unknown>;
  fetch(request: Request): Promise<Response>;
}

/** The process in which the objects of a region live: the region's own, or the nearest one. All processes agree on it. */
export function homeOf(region: string, regions: readonly string[]): string | undefined {
  let home: string | undefined;
  for (const candidate of regions) {
    if (candidate === region) return candidate;
    if (home === undefined || roundTripMs(region, candidate) < roundTripMs(region, home)) home = candidate;
  }
  return home;
}

/** The peer in whose process the objects of a region live; undefined when they live in this one. */
export function peerOf(environment: Environment, region: string): RegionPeer | undefined {
  if (environment.SKEIN_REGIONS === undefined) return undefined;
  const home = homeOf(region, environment.SKEIN_REGIONS.split(','));
  return home === undefined || home === environment.SKEIN_REGION ? undefined : environment[`PEER_${home}`];
}

/** An object in another process, with the methods of both kinds; calling what its kind does not have is refused there. */
export function remoteStub(peer: RegionPeer, kind: ObjectKind, name: string): InstanceRpc & CoordinatorRpc {
  const call = (method: PeerMethod) => async (argument: unknown) => {
    const result = await peer.call({ kind, name, method, argument });
    // Results are plain data, copied by now; what the runtime keeps of the call would stay until it is told.
    if (typeof result === 'object' && result !== null) (result as Partial<Disposable>)[Symbol.dispose]?.();
    // The method's own result: the peer passes on what the object answered.
    return result as never;
  };
  return {
    run: call('run'),
    transact: call('transact'),
    ask: call('ask'),
    receive: call('receive'),
    diverged: call('diverged'),
    replication: call('replication'),
    development: call('development'),
    fetch: (request) => {
      const headers = new Headers(request.headers);
      headers.set(OBJECT_HEADER, name);
      return peer.fetch(new Request(request, { headers }));
    },
  };
}
