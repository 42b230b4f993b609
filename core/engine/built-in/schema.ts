/** What the graph looks like: labels, relationship types and properties as they are found in it. */
import { type Steps, spend } from '../../algorithm/steps.ts';
import type { Procedure } from '../../executor/procedure.ts';
import type { GraphView } from '../../graph/graph-view.ts';
import { tokensOf } from '../../graph/index-definition.ts';
import { isList } from '../../value/equality.ts';
import { typeName } from '../../value/render.ts';
import type { NodeReference, RelationshipReference, StoredValue, Value } from '../../value/value.ts';
import { inSteps, reading, type StepContext } from './rows.ts';

/** Entities that are looked at in one go. */
const SCAN_IDS = 1024;

/** Names of types as these procedures have always given them: those of Java's classes. */
const CLASS_NAMES: ReadonlyMap<string, string> = new Map([
  ['BOOLEAN', 'Boolean'],
  ['INTEGER', 'Long'],
  ['FLOAT', 'Double'],
  ['STRING', 'String'],
  ['DATE', 'Date'],
  ['LOCAL TIME', 'LocalTime'],
  ['ZONED TIME', 'Time'],
  ['LOCAL DATETIME', 'LocalDateTime'],
  ['ZONED DATETIME', 'DateTime'],
  ['DURATION', 'Duration'],
  ['POINT', 'Point'],
]);

function classOf(value: StoredValue): string {
  if (isList(value)) return value.length === 0 ? 'List' : `${classOf(value[0]!)}Array`;
  return CLASS_NAMES.get(typeName(value)) ?? typeName(value);
}

/** The properties of the entities of one kind. */
class PropertySummary {
  #count = 0;
  readonly #keys = new Map<number, { count: number; readonly classes: Set<string> }>();

  add(keys: readonly number[], read: (key: number) => StoredValue | null): void {
    this.#count++;
    for (const key of keys) {
      const value = read(key);
      if (value === null) continue;
      const known = this.#keys.get(key) ?? { count: 0, classes: new Set<string>() };
      known.count++;
      known.classes.add(classOf(value));
      this.#keys.set(key, known);
    }
  }

  /** A row for each property; one row without a name when there is none. */
  rows(nameOf: (key: number) => string): Value[][] {
    if (this.#keys.size === 0) return [[null, null, false]];
    const rows = [...this.#keys].map(([key, { count, classes }]) => ({
      name: nameOf(key),
      classes: [...classes].sort(),
      mandatory: count === this.#count,
    }));
    return rows
      .sort((left, right) => (left.name < right.name ? -1 : 1))
      .map(({ name, classes, mandatory }) => [name, classes, mandatory]);
  }
}

const nodeTypeProperties = inSteps(
  reading({
    name: 'db.schema.nodeTypeProperties',
    description: 'The properties of nodes by their labels, with the types of their values.',
    results: {
      nodeType: 'STRING',
      nodeLabels: 'LIST<STRING>',
      propertyName: 'STRING?',
      propertyTypes: 'LIST<STRING>?',
      mandatory: 'BOOLEAN',
    },
  }),
  function* (_, { statement, work }): Steps<Value[][]> {
    const { view, tokens } = statement;
    const summaries = new Map<string, { readonly labels: readonly number[]; readonly summary: PropertySummary }>();
    yield* eachOf(
      (cursor, ids) => view.scanNodes(cursor, ids),
      work,
      (node) => {
        const labels = view.nodeLabels(node);
        const name = labels.join();
        const known = summaries.get(name) ?? { labels, summary: new PropertySummary() };
        summaries.set(name, known);
        const keys = view.nodeKeys(node);
        known.summary.add(keys, (key) => view.nodeProperty(node, key));
        return keys.length;
      },
    );
    return [...summaries.values()].flatMap(({ labels, summary }) => {
      const names = labels.map((label) => tokens.label.nameOf(label)).sort();
      const type = names.map((name) => `:\`${name}\``).join('');
      return summary.rows((key) => tokens.propertyKey.nameOf(key)).map((row) => [type, names, ...row]);
    });
  },
);

const relTypeProperties = inSteps(
  reading({
    name: 'db.schema.relTypeProperties',
    description: 'The properties of relationships by their types, with the types of their values.',
    results: { relType: 'STRING', propertyName: 'STRING?', propertyTypes: 'LIST<STRING>?', mandatory: 'BOOLEAN' },
  }),
  function* (_, { statement, work }): Steps<Value[][]> {
    const { view, tokens } = statement;
    const summaries = new Map<number, PropertySummary>();
    yield* eachOf(
      (cursor, ids) => view.scanRelationships(cursor, ids),
      work,
      (relationship) => {
        const type = view.relationshipType(relationship);
        const summary = summaries.get(type) ?? new PropertySummary();
        summaries.set(type, summary);
        const keys = view.relationshipKeys(relationship);
        summary.add(keys, (key) => view.relationshipProperty(relationship, key));
        return keys.length;
      },
    );
    return [...summaries].flatMap(([type, summary]) => {
      const name = `:\`${tokens.relationshipType.nameOf(type)}\``;
      return summary.rows((key) => tokens.propertyKey.nameOf(key)).map((row) => [name, ...row]);
    });
  },
);

/** Calls `take` for each entity of a scan. It answers with the work that it was, beyond one. */
export function* eachOf(
  scan: (cursor: number, ids: Int32Array) => ReturnType<GraphView['scanNodes']>,
  work: StepContext['work'],
  take: (id: number) => number,
): Steps<void> {
  const ids = new Int32Array(SCAN_IDS);
  for (let next = 0; next !== -1; ) {
    const { count, cursor } = scan(next, ids);
    next = cursor;
    let spent = count + 1;
    for (let i = 0; i < count; i++) spent += take(ids[i]!);
    yield* spend(spent, work);
  }
}

const visualization = inSteps(
  reading({
    name: 'db.schema.visualization',
    description: 'A picture of the graph: a node for each label, a relationship for each type between two labels.',
    results: { nodes: 'LIST<NODE>', relationships: 'LIST<RELATIONSHIP>' },
  }),
  function* (_, { statement, work }): Steps<Value[][]> {
    const { view, tokens } = statement;
    const virtual = statement.virtualEntities();
    const nodes = new Map<number, NodeReference>();
    const one = new Int32Array(1);
    for (const [label, name] of view.exportTokens('label').entries()) {
      if (view.scanLabel(label, 0, one).count === 0) continue;
      const indexes = view
        .exportIndexes()
        .filter((index) => index.entity === 'node' && tokensOf(index).includes(label));
      const constraints = view.exportConstraints().filter(({ entity, token }) => entity === 'node' && token === label);
      const properties = new Map<string, StoredValue>([
        ['name', name],
        ['indexes', indexes.map(({ keys }) => keys.map((key) => tokens.propertyKey.nameOf(key)).join())],
        ['constraints', constraints.map((constraint) => constraint.name)],
      ]);
      nodes.set(label, virtual.addNode({ labels: [name], properties }));
    }
    const found = new Map<string, RelationshipReference>();
    yield* eachOf(
      (cursor, ids) => view.scanRelationships(cursor, ids),
      work,
      (relationship) => {
        const type = view.relationshipType(relationship);
        const ends = view.nodeLabels(view.relationshipEnd(relationship));
        const starts = view.nodeLabels(view.relationshipStart(relationship));
        for (const start of starts) {
          for (const end of ends) {
            const key = `${type} ${start} ${end}`;
            if (found.has(key)) continue;
            const name = tokens.relationshipType.nameOf(type);
            const between = { start: nodes.get(start)!.id, end: nodes.get(end)!.id };
            found.set(key, virtual.addRelationship({ type: name, ...between, properties: new Map([['name', name]]) }));
          }
        }
        return starts.length * ends.length;
      },
    );
    return [[[...nodes.values()], [...found.values()]]];
  },
);

export const SCHEMA_PROCEDURES: readonly Procedure[] = [nodeTypeProperties, relTypeProperties, visualization];
