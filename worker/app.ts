/** The doors for clients on one origin: discovery, the Query API, live queries, and development's switches. */
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import type { BlankEnv } from 'hono/types';
import { GraphError } from '../core/error.ts';
import { CLOSE_CODES, LIVE_SUBPROTOCOL } from '../durable/live-protocol.ts';
import { type InstanceAddress, isDatabaseName, isInstanceName } from '../durable/names.ts';
import { isRegion } from '../durable/regions.ts';
import type { Server, TransactionStep } from './answer.ts';
import { authenticate } from './authentication.ts';
import { type DevelopmentEdges, developmentRoutes } from './development.ts';
import { BODY_BYTES_MAX } from './limits.ts';
import { formOfAnswer, formOfBody } from './media-type.ts';
import { discovery } from './protocol/discovery.ts';
import {
  encodeAnswer,
  encodeError,
  encodeTransactionAnswer,
  parseQueryRequest,
  parseTransactionRequest,
  type TransactionRequest,
} from './protocol/query-api.ts';
import { HttpError, readBody } from './request-body.ts';
import type { Service } from './service.ts';

export interface AppOptions {
  readonly service: Service;
  readonly adminToken: string | undefined;
  /** Present only in development: opens /development and believes the header `skein-region`. */
  readonly development: DevelopmentEdges | undefined;
  /** The region in which the request arrived. */
  regionOf(request: Request): string;
  /** Hands a WebSocket's upgrade to the instance where the socket is to end. */
  upgrade(request: Request, address: InstanceAddress): Promise<Response>;
  /** Accepts a WebSocket only to close it with a code: browsers do not show why an upgrade was refused. */
  closeSocket(code: number, reason: string): Response;
}

const RETRY_AFTER_SECONDS = '1';

/** What a page from another origin may read of an answer's headers. */
const EXPOSED_HEADERS = 'skein-served-by,retry-after,neo4j-cluster-affinity';

/** The answer to a browser that asks whether a page of another origin may ask. */
const PREFLIGHT = cors({
  origin: '*',
  allowMethods: ['GET', 'POST', 'DELETE', 'OPTIONS'],
  allowHeaders: ['authorization', 'content-type', 'accept', 'skein-region', 'neo4j-cluster-affinity'],
  maxAge: 86_400,
});

/** The application. Every error has the Query API's shape, whatever the path. */
export function createApp(options: AppOptions): Hono {
  const { service, adminToken, development } = options;
  const app = new Hono();

  // Any origin may ask, because access rests on a token that the page itself must hold, never on cookies.
  app.options('*', PREFLIGHT);
  app.use((c, next) => {
    // Set before there is an answer, so that none has to be copied for their sake.
    c.header('access-control-allow-origin', '*');
    c.header('access-control-expose-headers', EXPOSED_HEADERS);
    return next();
  });

  app.get('/', async (c): Promise<Response> => {
    if (isUpgrade(c.req.raw)) return live(c.req.raw, c.req.query('db'), options);
    return c.json(discovery(c.req.url));
  });
  app.get('/live', (c) => live(c.req.raw, c.req.query('db'), options));
  app.get('/db/:database/live', (c) => live(c.req.raw, c.req.param('database'), options));

  app.post('/db/:database/query/v2', async (c) => {
    const { address, form } = admit(c, options);
    const body = formOfBody(c.req.raw);
    const query = parseQueryRequest(await readBody(c.req.raw, BODY_BYTES_MAX), body);
    const answer = await service.run({ ...address, ...query, region: regionOf(c.req.raw, options) });
    if (answer.server) c.header('skein-served-by', servedBy(answer.server));
    if (!answer.ok) return errorResponse(answer.error, c.res.headers);
    return c.body(encodeAnswer(answer, { includeCounters: query.includeCounters, form }), 202);
  });

  const transact = async (
    c: DatabaseContext,
    stepOf: (query: TransactionRequest) => TransactionStep,
    status: 200 | 202,
  ) => {
    const { address, form } = admit(c, options);
    const text = await readBody(c.req.raw, BODY_BYTES_MAX);
    // What is empty needs no type.
    const query = parseTransactionRequest(text || '{}', text === '' ? 'plain' : formOfBody(c.req.raw));
    const step = stepOf(query);
    const statement = (step.type !== 'rollback' && query.statement) || undefined;
    const answer = await service.transact({
      ...address,
      ...query,
      step,
      statement,
      region: regionOf(c.req.raw, options),
    });
    if (answer.server) c.header('skein-served-by', servedBy(answer.server));
    if (!answer.ok) return errorResponse(answer.error, c.res.headers);
    // Clients send it along. It is not needed here, since the transaction's id says where it lives.
    if (step.type === 'begin' && answer.server) c.header('neo4j-cluster-affinity', answer.server.name);
    return c.body(encodeTransactionAnswer(answer, { includeCounters: query.includeCounters, form }), status);
  };
  const idOf = (c: DatabaseContext) => c.req.param('id') ?? '';
  app.post('/db/:database/query/v2/tx', (c) => transact(c, beginningOf, 202));
  app.post('/db/:database/query/v2/tx/:id', (c) => transact(c, () => ({ type: 'run', id: idOf(c) }), 202));
  app.post('/db/:database/query/v2/tx/:id/commit', (c) => transact(c, () => ({ type: 'commit', id: idOf(c) }), 202));
  app.delete('/db/:database/query/v2/tx/:id', (c) => transact(c, () => ({ type: 'rollback', id: idOf(c) }), 200));

  if (development) app.route('/development', developmentRoutes(development, { service, adminToken }));

  app.notFound((c) => {
    const place = `${c.req.method} ${c.req.path.slice(0, 200)}`;
    return errorResponse(new HttpError(404, `There is nothing at ${place}.`), c.res.headers);
  });
  app.onError((error, c) => {
    // The client is told nothing about it, so the log has to.
    if (!(error instanceof GraphError) && !(error instanceof HttpError)) console.error(error);
    return errorResponse(error, c.res.headers);
  });
  return app;
}

/** A request to a database's path. */
type DatabaseContext = Context<BlankEnv, '/db/:database/*'>;

/** Lets a caller in who shows a token, and says which database is asked, and how it is to answer. */
function admit(c: DatabaseContext, { adminToken }: AppOptions) {
  authenticate(c.req.header('authorization') ?? null, adminToken);
  const { mediaType, form } = formOfAnswer(c.req.raw);
  // Errors have it too: clients look at it before they look at the status.
  c.header('content-type', mediaType);
  return { address: parseAddress(c.req.param('database')), form };
}

/** Without an access mode a transaction may write, as in Neo4j. */
function beginningOf({ accessMode = 'write', bookmarks, readLevel, executionMs }: TransactionRequest): TransactionStep {
  return { type: 'begin', accessMode, bookmarks, readLevel, lifetimeMs: executionMs };
}

function errorResponse(error: unknown, already: Headers): Response {
  const { status, body } = encodeError(error);
  const headers = new Headers(already);
  if (!headers.has('content-type')) headers.set('content-type', 'application/json');
  // Bearer and not Basic, so that no browser opens its password dialogue.
  if (status === 401) headers.set('www-authenticate', 'Bearer realm="skein"');
  if (status === 429 || status === 503) headers.set('retry-after', RETRY_AFTER_SECONDS);
  return new Response(body, { status, headers });
}

function servedBy({ name, role, region }: Server): string {
  return `${name} ${role} ${region}`;
}

/** `database` or `database@instance`. A name that cannot exist is not found, like one that does not. */
function parseAddress(text: string): { database: string; instance: string | undefined } {
  const [database = '', instance, ...rest] = text.split('@');
  if (isDatabaseName(database) && rest.length === 0 && (instance === undefined || isInstanceName(instance))) {
    return { database, instance };
  }
  const shown = JSON.stringify(text.slice(0, 80));
  throw new GraphError('Neo.ClientError.Database.DatabaseNotFound', `There is no database ${shown}.`);
}

/** The caller's region; in development, where no place is real, the header `skein-region` may say it. */
function regionOf(request: Request, options: AppOptions): string {
  const header = options.development && request.headers.get('skein-region');
  if (!header) return options.regionOf(request);
  if (!isRegion(header)) throw new HttpError(400, `The header 'skein-region' names no region: ${header.slice(0, 40)}`);
  return header;
}

function isUpgrade(request: Request): boolean {
  return request.headers.get('upgrade')?.toLowerCase() === 'websocket';
}

/**
 * A live query's socket. It ends in the instance, which also authenticates it by its first frame; a database that does
 * not exist therefore looks here like one that is forbidden.
 */
async function live(request: Request, name: string | undefined, options: AppOptions): Promise<Response> {
  if (!isUpgrade(request)) throw new HttpError(426, 'Live queries need a WebSocket.');
  const offered = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((text) => text.trim());
  if (!offered.includes(LIVE_SUBPROTOCOL)) {
    return options.closeSocket(CLOSE_CODES.subprotocol, `the subprotocol must be ${LIVE_SUBPROTOCOL}`);
  }
  try {
    const { database, instance } = parseAddress(name ?? '');
    const region = regionOf(request, options);
    const { router } = options.service;
    const targets = instance
      ? [await router.addressed({ database, name: instance, region })]
      : await router.readers({ database, region });
    for (const target of targets) {
      const address = { database, instance: target.name, region: target.region };
      const response = await options.upgrade(request, address).catch(() => router.report(database, target));
      if (response) return response;
    }
    return options.closeSocket(CLOSE_CODES.moving, 'no instance can take the subscription now');
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const isUnknown = error.code === 'Neo.ClientError.Database.DatabaseNotFound';
    return isUnknown
      ? options.closeSocket(CLOSE_CODES.forbidden, 'there is no such database, or it is not yours')
      : options.closeSocket(CLOSE_CODES.moving, 'no instance can take the subscription now');
  }
}
