/**
 * The Worker of one region's process (`skein cluster`): the same Worker, and an entrypoint through which the processes
 * of other regions reach the objects that live here. A deployment on Cloudflare does not contain it.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';
import type { Environment } from '../durable/environment.ts';
import type { InstanceRpc } from '../durable/protocol.ts';
import { OBJECT_HEADER, PEER_METHODS, type PeerCall, type PeerMethod } from '../durable/region-process.ts';
import { localStub } from '../durable/transport.ts';

export { CoordinatorObject, default, InstanceObject } from './index.ts';

type Methods = Readonly<Record<PeerMethod, (argument: unknown) => Promise<unknown>>>;

export class RegionEntrypoint extends WorkerEntrypoint<Environment> {
  /** Calls a method of an object of this process. Throws what the object throws. */
  async call({ kind, name, method, argument }: PeerCall): Promise<unknown> {
    if (!PEER_METHODS[kind]?.includes(method)) throw new Error(`a peer may not call ${method} of a ${kind}`);
    // Called by its name and not by `.call`, which a stub would take for a property of the object.
    return await localStub<Methods>(this.env, kind, name)[method](argument);
  }

  /** The upgrade of a live query whose socket is to end in an instance of this process. */
  override fetch(request: Request): Promise<Response> {
    const name = request.headers.get(OBJECT_HEADER) ?? '';
    return localStub<InstanceRpc>(this.env, 'instance', name).fetch(request);
  }
}
