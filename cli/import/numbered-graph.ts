/**
 * Nodes and relationships of files in which ids hold only within the files: they need not be properties, and may be any text. Each node
 * gets a number as it is read, which its relationships find it by, and loses it when all are there. The numbers follow from the files
 * alone, so they are the same when an import goes on.
 */
import { createRelationship, type Ends, findLeftOut } from './ends.ts';
import { labelsText, NUMBER_KEY, NUMBERED_LABEL, numberIndex, quoteName } from './names.ts';
import type { ImportStep } from './plan.ts';
import { PropertyColumns } from './properties.ts';
import { type Batch, type GroupAction, type Place, type RowCounter, RowGroups } from './row-groups.ts';

export const NUMBERING_STEPS: { readonly before: ImportStep; readonly after: ImportStep } = {
  before: {
    type: 'schema',
    statements: [
      `CREATE INDEX ${quoteName(numberIndex(NUMBERED_LABEL))} IF NOT EXISTS FOR (n:${quoteName(NUMBERED_LABEL)}) ON (n.${quoteName(NUMBER_KEY)})`,
    ],
  },
  after: { type: 'release', label: NUMBERED_LABEL, key: NUMBER_KEY },
};

/** Ids by their space to numbers. */
export class NodeNumbers {
  readonly #spaces = new Map<string, Map<string, number>>();
  #count = 0;

  clear(): void {
    this.#spaces.clear();
    this.#count = 0;
  }

  /** The number of a node that is read. Undefined when the id is taken. A node without an id gets one that nobody finds. */
  add(space: string, id: string | undefined): number | undefined {
    const number = this.#count + 1;
    if (id !== undefined) {
      let ids = this.#spaces.get(space);
      if (!ids) {
        ids = new Map();
        this.#spaces.set(space, ids);
      }
      if (ids.has(id)) return undefined;
      ids.set(id, number);
    }
    this.#count = number;
    return number;
  }

  find(space: string, id: string): number | undefined {
    return this.#spaces.get(space)?.get(id);
  }
}

interface NodeFields {
  readonly number: number;
  readonly labels: readonly string[];
  readonly properties: ReadonlyMap<string, string>;
}

/** Rows of nodes by their labels. */
export class NodeRows {
  readonly #groups: RowGroups<GroupAction & { readonly columns: PropertyColumns }>;

  constructor(counter: RowCounter) {
    this.#groups = new RowGroups(counter);
  }

  add({ number, labels, properties }: NodeFields, place: Place): readonly Batch[] {
    const group = JSON.stringify(labels);
    const { columns } = this.#groups.action(group, () => nodeAction(labels));
    return this.#groups.add(group, { content: columns.row(String(number), properties), place });
  }

  flush(): Batch[] {
    return this.#groups.flush();
  }
}

function nodeAction(labels: readonly string[]) {
  const columns = new PropertyColumns(1);
  const names = labelsText([...labels, NUMBERED_LABEL]);
  return {
    columns,
    clauses: () => {
      const properties = columns.pattern().slice(2, -1);
      const number = `${quoteName(NUMBER_KEY)}: row[0]`;
      return `CREATE (${names} {${properties === '' ? number : `${number}, ${properties}`}})`;
    },
  };
}

interface RelationshipFields {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly properties: ReadonlyMap<string, string>;
}

const ENDS: Ends = {
  start: { label: NUMBERED_LABEL, key: NUMBER_KEY, index: 0, reason: 'the node that it starts at was refused' },
  end: { label: NUMBERED_LABEL, key: NUMBER_KEY, index: 1, reason: 'the node that it ends at was refused' },
};
const LEFT_OUT = findLeftOut(ENDS);

/** Rows of relationships by their type. */
export class RelationshipRows {
  readonly #groups: RowGroups<GroupAction & { readonly columns: PropertyColumns }>;

  constructor(counter: RowCounter) {
    this.#groups = new RowGroups(counter);
  }

  add({ type, start, end, properties }: RelationshipFields, place: Place): readonly Batch[] {
    const { columns } = this.#groups.action(type, () => relationshipAction(type));
    return this.#groups.add(type, { content: columns.row(`${start},${end}`, properties), place });
  }

  flush(): Batch[] {
    return this.#groups.flush();
  }
}

function relationshipAction(type: string) {
  const columns = new PropertyColumns(2);
  return { columns, clauses: () => createRelationship(ENDS, type, columns.pattern()), leftOut: LEFT_OUT };
}
