/**
 * Development's switches under /development, there only with SKEIN_DEVELOPMENT: cut, freeze or delay objects, kill one,
 * see them all. They need the admin token like everything else, and reach objects whatever faults are set.
 */
import { Hono } from 'hono';
import { GraphError } from '../core/error.ts';
import type { Value } from '../core/value/value.ts';
import { JsonFields, malformed } from '../durable/json-fields.ts';
import { parseJsonText } from '../durable/json-text.ts';
import { type CoordinatorAddress, type InstanceAddress, instanceObjectName } from '../durable/names.ts';
import type { DevelopmentCommand, Faults, ObjectDescription } from '../durable/protocol.ts';
import { authenticate } from './authentication.ts';
import { unexpected } from './coordinators.ts';
import { requirePlainBody } from './media-type.ts';
import { readBody } from './request-body.ts';
import type { Service } from './service.ts';
import { within } from './timing.ts';

const BODY_BYTES_MAX = 64 * 1024;
const DELAY_FACTOR_MAX = 100;
/** How long an object may take to obey, in milliseconds. */
const OBEY_MS = 5_000;

interface Developed {
  development(command: DevelopmentCommand): Promise<ObjectDescription>;
}

/** Ways to every object, past the faults. */
export interface DevelopmentEdges {
  coordinator(address: CoordinatorAddress): Developed;
  instance(address: InstanceAddress): Developed;
}

interface NamedObject {
  readonly name: string;
  command(command: DevelopmentCommand): Promise<ObjectDescription>;
}

/** The routes below /development. */
export function developmentRoutes(
  edges: DevelopmentEdges,
  { service, adminToken }: { readonly service: Service; readonly adminToken: string | undefined },
): Hono {
  const routes = new Hono();
  const census = new Census(edges, service);

  routes.use(async (c, next) => {
    authenticate(c.req.header('authorization') ?? null, adminToken);
    await next();
  });

  routes.get('/objects', async (c) => {
    const objects = await census.objects();
    return c.json({ objects: await Promise.all(objects.map((object) => tell(object, { type: 'describe' }))) });
  });

  routes.post('/faults', async (c) => {
    const fields = await parseBody(c.req.raw);
    const objects = await census.objects();
    const faults = parseFaults(fields, new Set(objects.map((object) => object.name)));
    return c.json({ objects: await Promise.all(objects.map((object) => tell(object, { type: 'faults', faults }))) });
  });

  routes.post('/kill', async (c) => {
    const name = (await parseBody(c.req.raw)).string('name');
    const object = (await census.objects()).find((candidate) => candidate.name === name);
    if (!object) throw malformed(`'name' names no object: ${name.slice(0, 200)}`);
    await tell(object, { type: 'kill' });
    return c.json({ killed: name });
  });

  return routes;
}

/** Knows all objects there are, from the coordinators while they answer, else from memory. */
class Census {
  readonly #edges: DevelopmentEdges;
  readonly #service: Service;
  #instances: readonly InstanceAddress[] = [];

  constructor(edges: DevelopmentEdges, service: Service) {
    this.#edges = edges;
    this.#service = service;
  }

  async objects(): Promise<NamedObject[]> {
    await this.#refresh();
    const coordinators = this.#service.coordinators.known.map((address) => ({
      name: address.name,
      command: (command: DevelopmentCommand) => this.#edges.coordinator(address).development(command),
    }));
    const instances = this.#instances.map((address) => ({
      name: instanceObjectName(address),
      command: (command: DevelopmentCommand) => this.#edges.instance(address).development(command),
    }));
    return [...coordinators, ...instances];
  }

  async #refresh(): Promise<void> {
    try {
      const reply = await this.#service.coordinators.ask({ type: 'showDatabases' }, 'weur', 0);
      if (reply.type !== 'databases') throw unexpected(reply);
      this.#instances = reply.rows.flatMap((row) =>
        row.instances.map(({ name, region }) => ({ database: row.name, instance: name, region })),
      );
    } catch (error) {
      // With the coordinators cut, faults must still be healed: what was known serves.
      if (!(error instanceof GraphError)) throw error;
    }
  }
}

async function parseBody(request: Request): Promise<JsonFields> {
  requirePlainBody(request);
  const body: Value = parseJsonText(await readBody(request, BODY_BYTES_MAX));
  if (!(body instanceof Map)) throw malformed('The body must be a JSON object.');
  return new JsonFields(body);
}

/** What is not named is healed: the body is the whole truth about faults. */
function parseFaults(fields: JsonFields, names: ReadonlySet<string>): Faults {
  const list = (field: string) => {
    const values = fields.optionalStrings(field) ?? [];
    const unknown = values.find((name) => !names.has(name));
    if (unknown !== undefined) throw malformed(`'${field}' names no object: ${unknown.slice(0, 200)}`);
    return values;
  };
  return {
    cut: list('cut'),
    frozen: list('frozen'),
    delayFactor: fields.optionalNumber('delayFactor', DELAY_FACTOR_MAX) ?? 0,
    dropRate: fields.optionalNumber('dropRate', 1) ?? 0,
  };
}

/** What the object says of itself, or that it said nothing: one that is killed does not answer. */
async function tell(
  object: NamedObject,
  command: DevelopmentCommand,
): Promise<ObjectDescription | { name: string; silent: true }> {
  const silent = { name: object.name, silent: true } as const;
  try {
    return (await within(object.command(command), OBEY_MS)) ?? silent;
  } catch {
    return silent;
  }
}
