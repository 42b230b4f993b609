/** The procedures of APOC that clients of Neo4j cannot do without: langchain's picture of the graph, and @neo4j/graphql's checks. */
import type { Steps } from '../../algorithm/steps.ts';
import type { ExecutionContext } from '../../executor/context.ts';
import { validationError } from '../../executor/expression/validation.ts';
import type { Procedure } from '../../executor/procedure.ts';
import { tokensOf } from '../../graph/index-definition.ts';
import { isList } from '../../value/equality.ts';
import { typeName } from '../../value/render.ts';
import type { StoredValue, Value, ValueMap } from '../../value/value.ts';
import { atOnce, inSteps, reading } from './rows.ts';
import { eachOf } from './schema.ts';

/** APOC's names of types where they are not ours with underscores. */
const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['ZONED TIME', 'TIME'],
  ['LOCAL DATETIME', 'LOCAL_DATE_TIME'],
  ['ZONED DATETIME', 'DATE_TIME'],
]);

/** What a property of one label, or of one relationship type, holds. */
interface PropertyFacts {
  count: number;
  readonly types: Set<string>;
}

/** What is found about a label: its properties by key, and by relationship type the labels that it leads to. */
class LabelFacts {
  readonly properties = new Map<number, PropertyFacts>();
  readonly ends = new Map<number, { count: number; readonly labels: Set<number> }>();

  add(keys: readonly number[], read: (key: number) => StoredValue | null): void {
    for (const key of keys) {
      const value = read(key);
      if (value === null) continue;
      const facts = this.properties.get(key) ?? { count: 0, types: new Set<string>() };
      this.properties.set(key, facts);
      facts.count++;
      facts.types.add(typeOf(value));
    }
  }

  addEnds(through: number, labels: readonly number[]): void {
    const facts = this.ends.get(through) ?? { count: 0, labels: new Set<number>() };
    this.ends.set(through, facts);
    facts.count++;
    for (const label of labels) facts.labels.add(label);
  }
}

/** A list's type is LIST whatever it holds. */
function typeOf(value: StoredValue): string {
  if (isList(value)) return 'LIST';
  const name = typeName(value);
  return TYPE_NAMES.get(name) ?? name.replaceAll(' ', '_');
}

/** Facts by token, made when they are first asked for. */
class FactsTable {
  readonly byToken = new Map<number, LabelFacts>();

  of(token: number): LabelFacts {
    const known = this.byToken.get(token) ?? new LabelFacts();
    this.byToken.set(token, known);
    return known;
  }
}

const metaData = inSteps(
  reading({
    name: 'apoc.meta.data',
    description: 'What labels, relationship types and properties there are. All of the graph is looked at.',
    arguments: { config: ['MAP', new Map()] },
    results: {
      label: 'STRING',
      property: 'STRING',
      count: 'INTEGER',
      unique: 'BOOLEAN',
      index: 'BOOLEAN',
      existence: 'BOOLEAN',
      type: 'STRING',
      array: 'BOOLEAN',
      sample: 'LIST<ANY>?',
      left: 'INTEGER?',
      right: 'INTEGER?',
      other: 'LIST<STRING>',
      otherLabels: 'LIST<STRING>',
      elementType: 'STRING',
    },
  }),
  function* ([config], { statement, work }): Steps<Value[][]> {
    const { view } = statement;
    const labels = new FactsTable();
    const types = new FactsTable();
    yield* eachOf(
      (cursor, ids) => view.scanNodes(cursor, ids),
      work,
      (node) => {
        const keys = view.nodeKeys(node);
        const own = view.nodeLabels(node);
        for (const label of own) labels.of(label).add(keys, (key) => view.nodeProperty(node, key));
        return keys.length * own.length;
      },
    );
    yield* eachOf(
      (cursor, ids) => view.scanRelationships(cursor, ids),
      work,
      (relationship) => {
        const type = view.relationshipType(relationship);
        const keys = view.relationshipKeys(relationship);
        types.of(type).add(keys, (key) => view.relationshipProperty(relationship, key));
        const ends = view.nodeLabels(view.relationshipEnd(relationship));
        const starts = view.nodeLabels(view.relationshipStart(relationship));
        for (const start of starts) {
          labels.of(start).addEnds(type, ends);
          types.of(type).addEnds(start, ends);
        }
        return keys.length + starts.length * (ends.length + 1);
      },
    );
    const chosen = new Chosen(config as ValueMap);
    return [
      ...rowsOf(labels, { entity: 'node', statement, takes: (name) => chosen.label(name) }),
      ...rowsOf(types, { entity: 'relationship', statement, takes: (name) => chosen.type(name) }),
    ];
  },
);

/** The names that the options include and exclude. What tells how much to sample means nothing here. */
class Chosen {
  readonly #config: ValueMap;

  constructor(config: ValueMap) {
    this.#config = config;
  }

  label(name: string): boolean {
    return this.#takes(name, 'Labels');
  }

  type(name: string): boolean {
    return this.#takes(name, 'Rels');
  }

  #takes(name: string, what: string): boolean {
    const included = this.#config.get(`include${what}`) ?? [];
    const excluded = this.#config.get(`exclude${what}`) ?? [];
    if (isList(excluded) && excluded.includes(name)) return false;
    return !isList(included) || included.length === 0 || included.includes(name);
  }
}

interface RowsOptions {
  readonly entity: 'node' | 'relationship';
  readonly statement: ExecutionContext;
  readonly takes: (name: string) => boolean;
}

/** A row for each property, then one for each relationship type of a label, or for each label that a type starts from. */
function rowsOf({ byToken }: FactsTable, { entity, statement, takes }: RowsOptions): Value[][] {
  const { tokens, view } = statement;
  const [own, other] = [tokens.label, tokens.relationshipType];
  const [table, through] = entity === 'node' ? [own, other] : [other, own];
  const constraints = view.exportConstraints().filter((constraint) => constraint.entity === entity);
  const indexes = view.exportIndexes().filter((index) => index.entity === entity);
  return [...byToken].flatMap(([token, facts]) => {
    const label = table.nameOf(token);
    if (!takes(label)) return [];
    const properties = [...facts.properties].map(([key, { count, types }]): Value[] => {
      const held = constraints.filter((one) => one.token === token && one.keys.includes(key));
      // What is unique of several properties together says nothing of one of them.
      const unique = held.some(({ kind, keys }) => keys.length === 1 && (kind === 'unique' || kind === 'key'));
      const exists = held.some(({ kind }) => kind === 'exists' || kind === 'key');
      const isIndexed = indexes.some((index) => tokensOf(index).includes(token) && index.keys.includes(key));
      const type = types.size === 1 ? [...types][0]! : 'ANY';
      const name = tokens.propertyKey.nameOf(key);
      return [label, name, count, unique, isIndexed, exists, type, type === 'LIST', null, 0, 0, [], [], entity];
    });
    const patterns = [...facts.ends].map(([via, { count, labels }]): Value[] => {
      const ends = [...labels].map((end) => tokens.label.nameOf(end)).sort();
      const name = through.nameOf(via);
      return [label, name, count, false, false, false, 'RELATIONSHIP', false, null, null, null, ends, [], entity];
    });
    return [...properties, ...patterns];
  });
}

const validate = atOnce(
  reading({
    name: 'apoc.util.validate',
    description: 'Ends the statement with the message if the predicate is true.',
    readsGraph: false,
    // It guards what is written and seen, so that an unknown predicate is an error and never passes.
    arguments: { predicate: 'BOOLEAN', message: 'STRING', params: 'LIST<ANY>' },
    results: {},
  }),
  ([predicate, message, parameters]) => {
    if (predicate !== true) return [];
    const called = { kind: 'procedure', name: 'apoc.util.validate' } as const;
    throw validationError(called, message as string, parameters as readonly Value[]);
  },
);

export const APOC_PROCEDURES: readonly Procedure[] = [metaData, validate];
