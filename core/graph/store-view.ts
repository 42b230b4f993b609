import type { StoredValue } from '../value/value.ts';
import { dropLoops } from './adjacency.ts';
import type { Bitmap } from './bitmap.ts';
import { checksumOf } from './checksum.ts';
import { BATCH_COLUMNS, type ColumnMemory, RESULT_COLUMNS } from './column-memory.ts';
import type { ConstraintDefinition } from './constraint-definition.ts';
import type { ExportedOption } from './database-options.ts';
import type { TokenKind } from './delta.ts';
import { advanceSlowly, type FrontierStep } from './frontier.ts';
import type { FullTextIndex } from './full-text-index.ts';
import type { GraphState } from './graph-state.ts';
import {
  ALL_TYPES,
  type Direction,
  type ExportedNode,
  type ExportedRelationship,
  type GatheredColumn,
  type GatheredProperty,
  type GraphView,
  type ScanResult,
} from './graph-view.ts';
import type { IndexDefinition, IndexRange } from './index-definition.ts';
import { documentsPast, nearestPast, rangePast, seekPast } from './index-seek.ts';
import { existedAt, labelSetAt, propertyAt, relationshipAt, stoodAt } from './past.ts';
import type { Gathering, PropertyTable } from './property-table.ts';
import { Expansion, type IdList } from './result-lists.ts';
import { type Doubtful, ScanState, scanBits } from './scan.ts';
import { OPEN, type Sight, type Stamp } from './stamp.ts';
import type { ValueIndex } from './value-index.ts';
import type { Likeness, VectorIndex } from './vector-index.ts';
import type { Chains, RelationshipDeleted, VersionStore } from './version-store.ts';

/**
 * A store as of one lsn. Where nothing has changed since, reads go straight to the columns; else the bitmap of versioned
 * entities tells which ones must be looked up in their chains.
 */
export class StoreView implements GraphView, Sight {
  readonly lsn: number;
  readonly own: Stamp | undefined;
  readonly #state: GraphState;
  readonly #versions: VersionStore;
  /** Made when a scan is asked for: most views of point statements never are. */
  #scanState: ScanState | undefined;
  /** What `degree` expands into when it must look at each relationship. */
  #degreeEntries: Expansion | undefined;

  /** `own`: of a transaction that sees its own changes beside the lsn. */
  constructor(state: GraphState, versions: VersionStore, lsn: number, own?: Stamp) {
    this.#state = state;
    this.#versions = versions;
    this.lsn = lsn;
    this.own = own;
  }

  get isWriters(): boolean {
    return this.lsn === OPEN || this.own !== undefined;
  }

  nodeExists(id: number): boolean {
    const exists = this.#state.nodes.ids.has(id);
    const { nodes } = this.#versions;
    return this.#isDoubtful(nodes, id) ? existedAt(nodes.head(id), this, exists) : exists;
  }

  nodeLabels(id: number): readonly number[] {
    return this.#state.labelSets.labelsOf(this.#labelSet(id));
  }

  hasLabel(id: number, label: number): boolean {
    if (!this.#isDoubtful(this.#versions.nodes, id)) return this.#state.labels.has(label, id);
    return this.#state.labelSets.has(this.#labelSet(id), label);
  }

  labelledNodes(label: number): Bitmap | undefined {
    return this.#isPast ? undefined : this.#state.labels.nodesOf(label);
  }

  commonLabels(): readonly number[] | undefined {
    // An open writer may have deleted nodes that its statement still holds, and these have no labels.
    if (this.#isPast || this.isWriters) return undefined;
    return this.#state.labels.common(this.#state.nodes.ids.count);
  }

  nodeProperty(id: number, key: number): StoredValue | null {
    return this.#property(this.#state.nodeProperties, this.#versions.nodes, id, key);
  }

  nodeKeys(id: number): number[] {
    return this.#keys(this.#state.nodeProperties, this.#versions.nodes, id);
  }

  relationshipExists(id: number): boolean {
    const exists = this.#state.relationships.ids.has(id);
    const { relationships } = this.#versions;
    return this.#isDoubtful(relationships, id) ? existedAt(relationships.head(id), this, exists) : exists;
  }

  relationshipType(id: number): number {
    const found = this.#relationship(id);
    if (found === 'none') return -1;
    return found === 'newest' ? this.#state.relationships.type(id) : found.relationshipType;
  }

  relationshipStart(id: number): number {
    const found = this.#relationship(id);
    if (found === 'none') return -1;
    return found === 'newest' ? this.#state.relationships.start(id) : found.start;
  }

  relationshipEnd(id: number): number {
    const found = this.#relationship(id);
    if (found === 'none') return -1;
    return found === 'newest' ? this.#state.relationships.end(id) : found.end;
  }

  relationshipProperty(id: number, key: number): StoredValue | null {
    return this.#property(this.#state.relationshipProperties, this.#versions.relationships, id, key);
  }

  relationshipKeys(id: number): number[] {
    return this.#keys(this.#state.relationshipProperties, this.#versions.relationships, id);
  }

  scanNodes(cursor: number, out: Int32Array): ScanResult {
    return scanBits(this.#state.nodes.ids.live, this.#doubtfulNodes(), out, this.#scanFrom(cursor));
  }

  scanLabel(label: number, cursor: number, out: Int32Array): ScanResult {
    const doubtful = this.#isPast
      ? { ids: this.#versions.nodes.entities, sees: (id: number) => this.hasLabel(id, label) }
      : undefined;
    return scanBits(this.#state.labels.nodesOf(label), doubtful, out, this.#scanFrom(cursor));
  }

  scanRelationships(cursor: number, out: Int32Array): ScanResult {
    const doubtful = this.#isPast
      ? { ids: this.#versions.relationships.entities, sees: (id: number) => this.relationshipExists(id) }
      : undefined;
    return scanBits(this.#state.relationships.ids.live, doubtful, out, this.#scanFrom(cursor));
  }

  expand(node: number, direction: Direction, type: number, out: Expansion): void {
    out.count = 0;
    if (type !== ALL_TYPES) {
      this.#expandType(node, direction, type, out);
      return;
    }
    const limit = this.#state.adjacency.typeLimit;
    for (let each = 0; each < limit; each += 1) this.#expandType(node, direction, each, out);
  }

  advance(step: FrontierStep): number {
    if (!this.#isPast) return this.#state.adjacency.advance(step);
    return advanceSlowly(step, (node, out) => this.expand(node, step.direction, step.type, out));
  }

  degree(node: number, direction: Direction, type: number): number {
    if (this.#isPast) {
      this.#degreeEntries ??= new Expansion();
      this.expand(node, direction, type, this.#degreeEntries);
      return this.#degreeEntries.count;
    }
    const { adjacency } = this.#state;
    if (type !== ALL_TYPES) return adjacency.degree(node, direction, type);
    let degree = 0;
    for (let each = 0; each < adjacency.typeLimit; each += 1) degree += adjacency.degree(node, direction, each);
    return degree;
  }

  seekIndex(index: ValueIndex, value: StoredValue, out: IdList): void {
    out.count = 0;
    if (!this.#isPast && index.isPopulated && !index.dropped) index.seek(value, out);
    else seekPast({ view: this, versions: this.#versions, index, out }, value);
  }

  rangeIndex(index: ValueIndex, range: IndexRange, out: IdList): void {
    out.count = 0;
    if (!this.#isPast && index.isPopulated && !index.dropped) index.range(range, out);
    else rangePast({ view: this, versions: this.#versions, index, out }, range);
  }

  nearest(
    index: VectorIndex,
    sought: { readonly vector: Float32Array; readonly count: number },
  ): Likeness[] | undefined {
    if (this.#isPast || !index.isPopulated || index.dropped) {
      return nearestPast({ view: this, versions: this.#versions, index }, sought);
    }
    return index.nearest(sought.vector, sought.count, () => true);
  }

  documents(index: FullTextIndex): ((slot: number) => number) | undefined {
    if (this.#isPast || !index.isPopulated || index.dropped) {
      return documentsPast({ view: this, versions: this.#versions, index });
    }
    return (slot) => index.entityAt(slot);
  }

  gatherNodeProperty(ids: Int32Array, count: number, key: number): GatheredColumn {
    return this.#gather(this.#state.nodeProperties, this.#versions.nodes, { ids, count, key }, BATCH_COLUMNS);
  }

  gatherRelationshipProperty(ids: Int32Array, count: number, key: number): GatheredColumn {
    const { relationshipProperties } = this.#state;
    return this.#gather(relationshipProperties, this.#versions.relationships, { ids, count, key }, BATCH_COLUMNS);
  }

  gatherNodeProperties(ids: Int32Array, count: number): GatheredProperty[] {
    return this.#gatherAll(this.#state.nodeProperties, this.#versions.nodes, ids, count);
  }

  gatherRelationshipProperties(ids: Int32Array, count: number): GatheredProperty[] {
    return this.#gatherAll(this.#state.relationshipProperties, this.#versions.relationships, ids, count);
  }

  get nodeIdLimit(): number {
    return this.#state.nodes.ids.limit;
  }

  get relationshipIdLimit(): number {
    return this.#state.relationships.ids.limit;
  }

  exportNodes(fromId: number, toId: number): ExportedNode[] {
    const nodes: ExportedNode[] = [];
    for (let id = fromId; id < Math.min(toId, this.nodeIdLimit); id += 1) {
      if (!this.nodeExists(id)) continue;
      const keys = this.nodeKeys(id);
      nodes.push({ id, labels: this.nodeLabels(id), keys, values: keys.map((key) => this.nodeProperty(id, key)!) });
    }
    return nodes;
  }

  exportRelationships(fromId: number, toId: number): ExportedRelationship[] {
    const relationships: ExportedRelationship[] = [];
    for (let id = fromId; id < Math.min(toId, this.relationshipIdLimit); id += 1) {
      if (!this.relationshipExists(id)) continue;
      const keys = this.relationshipKeys(id);
      relationships.push({
        id,
        type: this.relationshipType(id),
        start: this.relationshipStart(id),
        end: this.relationshipEnd(id),
        keys,
        values: keys.map((key) => this.relationshipProperty(id, key)!),
      });
    }
    return relationships;
  }

  exportTokens(kind: TokenKind): readonly string[] {
    return this.#state.tokens.of(kind).namesAt(this.lsn);
  }

  exportIndexes(): readonly IndexDefinition[] {
    return this.#state.indexes.definitionsAt(this.lsn);
  }

  exportConstraints(): readonly ConstraintDefinition[] {
    return this.#state.constraints.definitionsAt(this.lsn);
  }

  exportOptions(): readonly ExportedOption[] {
    return this.#state.options.at(this.lsn);
  }

  checksum(): bigint {
    return checksumOf(this);
  }

  countNodes(label: number | undefined, key: number | undefined): number | undefined {
    if (this.#isPast) return undefined;
    if (label === undefined) return key === undefined ? this.#state.nodes.ids.count : undefined;
    return key === undefined ? this.#state.labels.count(label) : this.#state.countWithProperty(label, key);
  }

  /** Whether anything at all has changed since the view's lsn. */
  get #isPast(): boolean {
    return this.#versions.newestLsn > this.lsn;
  }

  /** Whether an entity's newest state may differ from what this view sees. */
  #isDoubtful(chains: Chains, id: number): boolean {
    return this.#versions.newestLsn > this.lsn && chains.entities.has(id);
  }

  #scanFrom(cursor: number): ScanState {
    this.#scanState ??= new ScanState();
    this.#scanState.cursor = cursor;
    return this.#scanState;
  }

  #doubtfulNodes(): Doubtful | undefined {
    if (!this.#isPast) return undefined;
    return { ids: this.#versions.nodes.entities, sees: (id) => this.nodeExists(id) };
  }

  #labelSet(id: number): number {
    const { nodes } = this.#versions;
    const newest = this.#state.nodes.labelSet(id);
    return this.#isDoubtful(nodes, id) ? labelSetAt(nodes.head(id), this, newest) : newest;
  }

  #property(table: PropertyTable, chains: Chains, id: number, key: number): StoredValue | null {
    const newest = table.get(id, key);
    return this.#isDoubtful(chains, id) ? propertyAt(chains.head(id), this, { key, newest }) : newest;
  }

  #keys(table: PropertyTable, chains: Chains, id: number): number[] {
    if (!this.#isDoubtful(chains, id)) return table.keysOf(id);
    const keys: number[] = [];
    for (let key = 0; key < this.#state.tokens.propertyKey.count; key += 1) {
      if (this.#property(table, chains, id, key) !== null) keys.push(key);
    }
    return keys;
  }

  #relationship(id: number): RelationshipDeleted | 'newest' | 'none' {
    const { relationships } = this.#versions;
    const found = this.#isDoubtful(relationships, id) ? relationshipAt(relationships.head(id), this) : 'newest';
    return found === 'newest' && !this.#state.relationships.ids.has(id) ? 'none' : found;
  }

  #expandType(node: number, direction: Direction, type: number, out: Expansion): void {
    if (!this.#isPast) {
      this.#state.adjacency.expand(node, direction, type, out);
      return;
    }
    if (direction !== 'incoming') this.#expandPast(node, 'outgoing', type, out);
    if (direction === 'outgoing') return;
    const from = out.count;
    this.#expandPast(node, 'incoming', type, out);
    if (direction === 'both') dropLoops(node, from, out);
  }

  #expandPast(node: number, direction: 'outgoing' | 'incoming', type: number, out: Expansion): void {
    const from = out.count;
    this.#state.adjacency.expand(node, direction, type, out);
    this.#dropUnborn(from, out);
    for (const departed of this.#versions.departedFrom(node)) {
      const { start, end, entity: relationship } = departed;
      const own = direction === 'outgoing' ? start : end;
      if (own !== node || departed.relationshipType !== type || !stoodAt(departed, this)) continue;
      insert(out, from, { neighbour: direction === 'outgoing' ? end : start, relationship });
    }
  }

  /** Takes out, from a row on, the relationships that were made after the view's lsn. */
  #dropUnborn(from: number, out: Expansion): void {
    const { relationships } = this.#versions;
    let kept = from;
    for (let row = from; row < out.count; row += 1) {
      const id = out.relationships[row]!;
      if (relationships.entities.has(id) && relationshipAt(relationships.head(id), this) !== 'newest') continue;
      out.neighbours[kept] = out.neighbours[row]!;
      out.relationships[kept++] = id;
    }
    out.count = kept;
  }

  /** A key that only a version still has may lie beyond the table's limit, so those of the tokens are all tried then. */
  #gatherAll(table: PropertyTable, chains: Chains, ids: Int32Array, count: number): GatheredProperty[] {
    const doubtful = this.#isPast && hasAny(chains, ids, count);
    const limit = doubtful ? this.#state.tokens.propertyKey.count : table.keyLimit;
    const gathered: GatheredProperty[] = [];
    if (count <= FEW_ROWS) {
      for (let key = 0; key < limit; key += 1) {
        const values = this.#valuesOf(table, chains, { ids, count, key });
        if (values !== undefined) gathered.push({ key, column: { kind: 'value', values } });
      }
      return gathered;
    }
    for (let key = 0; key < limit; key += 1) {
      if (!doubtful && !table.hasAny(ids, count, key)) continue;
      const column = this.#gather(table, chains, { ids, count, key }, RESULT_COLUMNS);
      if (!doubtful || hasValue(column)) gathered.push({ key, column });
    }
    return gathered;
  }

  /** One property of a few entities; undefined when none of them has it. */
  #valuesOf(table: PropertyTable, chains: Chains, { ids, count, key }: Gathering): (StoredValue | null)[] | undefined {
    const values = new Array<StoredValue | null>(count);
    let isThere = false;
    for (let row = 0; row < count; row += 1) {
      const value = ids[row]! < 0 ? null : this.#property(table, chains, ids[row]!, key);
      values[row] = value;
      if (value !== null) isThere = true;
    }
    return isThere ? values : undefined;
  }

  #gather(table: PropertyTable, chains: Chains, wanted: Gathering, memory: ColumnMemory): GatheredColumn {
    const { ids, count, key } = wanted;
    if (!this.#isPast || !hasAny(chains, ids, count)) return table.gather(wanted, memory);
    const values = new Array<StoredValue | null>(count);
    for (let row = 0; row < count; row += 1) {
      values[row] = ids[row]! < 0 ? null : this.#property(table, chains, ids[row]!, key);
    }
    return { kind: 'value', values };
  }
}

/** So few entities are read one by one: that takes less time than making columns for them. */
const FEW_ROWS = 4;

function hasValue(column: GatheredColumn): boolean {
  return column.kind !== 'value' || column.values.some((value) => value !== null);
}

function hasAny(chains: Chains, ids: Int32Array, count: number): boolean {
  for (let row = 0; row < count; row += 1) if (chains.entities.has(ids[row]!)) return true;
  return false;
}

/** Inserts an entry among those from row `from` on. The few that have departed go where their ids belong. */
function insert(
  out: Expansion,
  from: number,
  entry: { readonly neighbour: number; readonly relationship: number },
): void {
  out.push(entry);
  let row = out.count - 1;
  for (; row > from && out.relationships[row - 1]! > entry.relationship; row -= 1) {
    out.neighbours[row] = out.neighbours[row - 1]!;
    out.relationships[row] = out.relationships[row - 1]!;
  }
  out.neighbours[row] = entry.neighbour;
  out.relationships[row] = entry.relationship;
}
