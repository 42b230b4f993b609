/** Which changes a caller of `db.cdc.query` wants. Source: Neo4j's manual of change data capture, "Event selectors". */
import { GraphError } from '../error.ts';
import type { Tokens } from '../graph/tokens.ts';
import { equals, isList, isMap } from '../value/equality.ts';
import type { Value, ValueMap } from '../value/value.ts';
import type { EntityChange } from './entity-change.ts';

/** A change with what is told of it. */
export interface ToldChange {
  readonly change: EntityChange;
  readonly event: ValueMap;
  readonly metadata: ValueMap;
}

/** Whether a change is wanted. Names are those of the moment in which it is asked. */
export type Selection = (told: ToldChange, tokens: Tokens) => boolean;

/** Without selectors every change is wanted, else those that one of them names. Errors: ArgumentError when one is none. */
export function selectionOf(selectors: readonly Value[]): Selection {
  const tests = selectors.map(selectorTest);
  return tests.length === 0 ? () => true : (told, tokens) => tests.some((test) => test(told, tokens));
}

const EVENT_TYPES: ReadonlyMap<Value, readonly string[]> = new Map<Value, readonly string[]>([
  ['e', ['n', 'r']],
  ['n', ['n']],
  ['r', ['r']],
]);

const OF_ENTITY = ['select', 'elementId', 'operation', 'changesTo', 'txMetadata', 'executingUser', 'authenticatedUser'];
const FIELDS: ReadonlyMap<Value, readonly string[]> = new Map<Value, readonly string[]>([
  ['e', OF_ENTITY],
  ['n', [...OF_ENTITY, 'labels', 'key']],
  ['r', [...OF_ENTITY, 'type', 'key', 'start', 'end']],
]);
const FIELDS_OF_END = ['select', 'elementId', 'labels', 'key'];

function selectorTest(selector: Value): Selection {
  if (!isMap(selector)) throw wrong('must be a map');
  const select = selector.get('select') ?? null;
  const types = EVENT_TYPES.get(select);
  if (types === undefined) throw wrong("needs the field 'select', which is 'e', 'n' or 'r'");
  const tests: Selection[] = [({ event }) => types.includes(event.get('eventType') as string)];
  for (const [field, wanted] of selector) {
    if (!FIELDS.get(select)?.includes(field))
      throw wrong(`with select '${String(select)}' has no field '${shown(field)}'`);
    if (field !== 'select' && wanted !== null) tests.push(fieldTest(field, wanted));
  }
  return (told, tokens) => tests.every((test) => test(told, tokens));
}

function fieldTest(field: string, wanted: Value): Selection {
  switch (field) {
    case 'operation':
      if (wanted !== 'c' && wanted !== 'u' && wanted !== 'd')
        throw wrong("has another 'operation' than 'c', 'u' or 'd'");
      return ({ change }) => change.operation === wanted;
    case 'elementId':
    case 'type': {
      const text = textOf(field, wanted);
      return ({ event }) => event.get(field) === text;
    }
    case 'labels': {
      const labels = textsOf(field, wanted);
      return ({ change }, tokens) => hasLabels(change, labels, tokens);
    }
    case 'changesTo': {
      const keys = textsOf(field, wanted);
      return ({ change }, tokens) => keys.every((key) => changes(change, tokens.propertyKey.idOf(key)));
    }
    case 'key': {
      const key = mapOf(field, wanted);
      return ({ event }) => hasKey(event.get('keys')!, key);
    }
    case 'start':
    case 'end': {
      const test = endTest(field, mapOf(field, wanted));
      return ({ event }) => test(event.get(field) as ValueMap);
    }
    case 'txMetadata': {
      const wantedData = [...mapOf(field, wanted)];
      return ({ metadata }) => {
        const data = metadata.get('txMetadata') as ValueMap;
        return wantedData.every(([key, value]) => equals(data.get(key) ?? null, value) === true);
      };
    }
    default: {
      const user = textOf(field, wanted);
      return ({ metadata }) => metadata.get(field) === user;
    }
  }
}

function endTest(end: string, selector: ValueMap): (event: ValueMap) => boolean {
  const tests: ((event: ValueMap) => boolean)[] = [];
  for (const [field, wanted] of selector) {
    if (!FIELDS_OF_END.includes(field)) throw wrong(`has no field '${shown(field)}' in '${end}'`);
    if (field === 'select' && wanted !== 'n') throw wrong(`has another 'select' than 'n' in '${end}'`);
    if (field === 'select' || wanted === null) continue;
    if (field === 'elementId') {
      const text = textOf(field, wanted);
      tests.push((event) => event.get('elementId') === text);
    } else if (field === 'labels') {
      const labels = textsOf(field, wanted);
      tests.push((event) => labels.every((label) => (event.get('labels') as readonly Value[]).includes(label)));
    } else {
      const key = mapOf(field, wanted);
      tests.push((event) => hasKey(event.get('keys')!, key));
    }
  }
  return (event) => tests.every((test) => test(event));
}

/** All of them before the change, or all of them after it. */
function hasLabels({ before, after }: EntityChange, labels: readonly string[], tokens: Tokens): boolean {
  const known = labels.map((label) => tokens.label.idOf(label));
  return [before, after].some(
    (state) => state !== undefined && known.every((label) => label !== undefined && state.labels.has(label)),
  );
}

function changes({ operation, before, changedKeys }: EntityChange, key: number | undefined): boolean {
  if (key === undefined) return false;
  return operation === 'd' ? before!.properties.has(key) : changedKeys.has(key);
}

/** `keys`: a list of keys, or of a node such lists by label. */
function hasKey(keys: Value, wanted: ValueMap): boolean {
  if (isMap(keys)) return [...keys.values()].some((list) => hasKey(list, wanted));
  return isList(keys) && keys.some((key) => equals(key, wanted) === true);
}

function textOf(field: string, value: Value): string {
  if (typeof value !== 'string') throw wrong(`needs a string as '${field}'`);
  return value;
}

function textsOf(field: string, value: Value): string[] {
  if (!isList(value)) throw wrong(`needs a list of strings as '${field}'`);
  return value.map((item) => textOf(field, item));
}

function mapOf(field: string, value: Value): ValueMap {
  if (!isMap(value)) throw wrong(`needs a map as '${field}'`);
  return value;
}

function shown(field: string): string {
  return field.slice(0, 80);
}

function wrong(what: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', `A selector of changes ${what}.`);
}
