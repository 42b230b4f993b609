/**
 * How an object reaches another one. Every call gets a fresh stub, since a stub that once failed stays broken, and a
 * deadline of its own, since RPC has none and a frozen peer would hang it for ever.
 */
import type { Environment } from './environment.ts';
import type { FaultGate } from './fault-gate.ts';
import { LinkError } from './fault-gate.ts';
import { type CoordinatorAddress, instanceObjectName } from './names.ts';
import type { Caller, CoordinatorRpc, InstanceRpc } from './protocol.ts';
import { type ObjectKind, peerOf, remoteStub } from './region-process.ts';

/** An instance's stub. The only place that makes instances, so that the location hint is never forgotten: an object does not move. */
export function instanceStub(
  environment: Environment,
  address: { readonly database: string; readonly instance: string; readonly region: string },
): InstanceRpc {
  return stubOf<InstanceRpc>(environment, { kind: 'instance', name: instanceObjectName(address) }, address.region);
}

/** A coordinator's stub, made with its region's location hint. */
export function coordinatorStub(environment: Environment, { name, region }: CoordinatorAddress): CoordinatorRpc {
  return stubOf<CoordinatorRpc>(environment, { kind: 'coordinator', name }, region);
}

interface ObjectName {
  readonly kind: ObjectKind;
  readonly name: string;
}

function stubOf<Rpc>(environment: Environment, { kind, name }: ObjectName, region: string): Rpc {
  const peer = peerOf(environment, region);
  // A remote stub has the methods of both kinds.
  if (peer) return remoteStub(peer, kind, name) as unknown as Rpc;
  return localStub<Rpc>(environment, kind, name, region);
}

/** The stub of an object that the platform finds by its name: everywhere, or with region processes in this one. */
export function localStub<Rpc>(environment: Environment, kind: ObjectKind, name: string, region?: string): Rpc {
  const namespace = kind === 'instance' ? environment.INSTANCE : environment.COORDINATOR;
  const locationHint = region as DurableObjectLocationHint | undefined; // regions.ts lists exactly the hints
  // The classes behind the namespaces are this Worker's own and carry these methods.
  return namespace.get(namespace.idFromName(name), locationHint ? { locationHint } : {}) as unknown as Rpc;
}

/** Fails when the promise has not settled within its time. The work behind it may still go on. */
export async function withDeadline<T>(promise: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LinkError(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Sends messages of one object, through its fault gate when there is one. */
export class Transport {
  readonly #environment: Environment;
  readonly #self: Caller;
  readonly #gate: FaultGate | undefined;

  constructor(environment: Environment, self: Caller, gate: FaultGate | undefined) {
    this.#environment = environment;
    this.#self = self;
    this.#gate = gate;
  }

  /** Sends a message to an instance and resolves with its reply; throws when it is unreachable or late. */
  toInstance(
    address: { readonly database: string; readonly instance: string; readonly region: string },
    message: Uint8Array,
    deadlineMs: number,
  ): Promise<Uint8Array> {
    return this.#call({ name: instanceObjectName(address), region: address.region }, deadlineMs, () =>
      instanceStub(this.#environment, address).receive({ from: this.#self, message }),
    );
  }

  /** The same for a coordinator. */
  toCoordinator(address: CoordinatorAddress, message: Uint8Array, deadlineMs: number): Promise<Uint8Array> {
    return this.#call(address, deadlineMs, () =>
      coordinatorStub(this.#environment, address).receive({ from: this.#self, message }),
    );
  }

  async #call(peer: Caller, deadlineMs: number, send: () => Promise<Uint8Array>): Promise<Uint8Array> {
    // The receiver's gate delays and holds; the sender's own gate only keeps a cut object from being heard.
    const answer = this.#gate ? this.#gate.passOut(peer).then(send) : send();
    const bytes = await withDeadline(answer, deadlineMs);
    if (bytes.length === 0) throw new LinkError(`${peer.name} gives no answer`);
    return bytes;
  }
}
