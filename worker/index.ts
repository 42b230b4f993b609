/** The Worker: joins the application to the platform's bindings, and carries both classes of objects. */
import { waitUntil } from 'cloudflare:workers';
import type { Hono } from 'hono';
import type { Environment } from '../durable/environment.ts';
import { LIVE_SUBPROTOCOL } from '../durable/live-protocol.ts';
import { type CoordinatorAddress, coordinatorAddresses, type InstanceAddress } from '../durable/names.ts';
import type { InstanceRpc } from '../durable/protocol.ts';
import { type Place, regionOfPlace } from '../durable/regions.ts';
import { coordinatorStub, instanceStub } from '../durable/transport.ts';
import { createApp } from './app.ts';
import { Coordinators } from './coordinators.ts';
import { Router } from './router.ts';
import { Service } from './service.ts';

export { CoordinatorObject } from '../durable/coordinator-object.ts';
export { InstanceObject } from '../durable/instance-object.ts';

/** One application for each environment, that is one for the isolate, so that its caches outlive a request. */
const apps = new WeakMap<Environment, Hono>();

export default {
  fetch(request: Request, environment: Environment): Response | Promise<Response> {
    let app = apps.get(environment);
    if (!app) {
      app = assemble(environment);
      apps.set(environment, app);
    }
    return app.fetch(request);
  },
};

function assemble(environment: Environment): Hono {
  const objects = {
    seeds: coordinatorAddresses(environment.SKEIN_COORDINATORS),
    coordinator: (address: CoordinatorAddress) => coordinatorStub(environment, address),
    instance: (address: InstanceAddress) => instanceStub(environment, address),
  };
  const coordinators = new Coordinators(objects);
  const router = new Router({
    instance: objects.instance,
    topology: (database, options) => coordinators.topology(database, options),
    reportUnreachable: ({ region, ...report }) => {
      // A report is a hint: without it the coordinators find out by themselves, only later.
      waitUntil(coordinators.ask({ type: 'reportUnreachable', ...report }, region, 0).catch(() => undefined));
    },
  });
  return createApp({
    service: new Service({ router, coordinators }),
    adminToken: environment.SKEIN_ADMIN_TOKEN,
    development: environment.SKEIN_DEVELOPMENT ? objects : undefined,
    regionOf: (request) => environment.SKEIN_REGION ?? regionOfPlace(placeOf(request)),
    upgrade: (request, address) => upgrade(request, address, objects.instance(address)),
    closeSocket,
  });
}

/** The object learns from a header of ours, whatever the client sent, which database it is asked for. */
function upgrade(request: Request, address: InstanceAddress, instance: InstanceRpc): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set('skein-database', address.database);
  return instance.fetch(new Request(request, { headers }));
}

/** Where the request came from, as the platform knows it. */
function placeOf(request: Request): Place {
  const { continent, longitude } = request.cf ?? {};
  return {
    continent: typeof continent === 'string' ? continent : undefined,
    longitude: typeof longitude === 'string' ? Number(longitude) : undefined,
  };
}

function closeSocket(code: number, reason: string): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(code, reason);
  return new Response(null, {
    status: 101,
    webSocket: client,
    headers: { 'sec-websocket-protocol': LIVE_SUBPROTOCOL },
  });
}
