/**
 * The plan of a statement: a tree of operators with their slots worked out, readable by EXPLAIN and turned into
 * physical operators by executor/build.ts. Expressions stand in it as trees of the AST with the scope they are to be
 * compiled in. Most operators have one input, and a scan too: it gives its nodes anew for each row of its input.
 */
import type { Expression, LabelExpression, SetItem, Span } from '../cypher/ast.ts';
import type { Sought } from './index-access.ts';
import type { NestedPlan, QueryAnswer } from './planning.ts';
import type { PointSearch } from './point-access.ts';
import type { PlanScope } from './slots.ts';
import type { Direction } from './statistics.ts';

interface PlanBase {
  readonly estimatedRows: number;
}

interface Unary extends PlanBase {
  readonly input: Plan;
}

/** An expression and the scope it is compiled in. */
export interface ScopedExpression {
  readonly expression: Expression;
  readonly scope: PlanScope;
}

/** One row without columns. */
export interface OncePlan extends PlanBase {
  readonly type: 'once';
}

/** The rows that the operator around this subplan feeds it. */
export interface ArgumentPlan extends PlanBase {
  readonly type: 'argument';
}

export interface ScanAllPlan extends Unary {
  readonly type: 'scanAll';
  readonly slot: number;
}

export interface ScanAllByLabelPlan extends Unary {
  readonly type: 'scanAllByLabel';
  readonly slot: number;
  readonly label: string;
}

/** Nodes that have one of the labels at least, each once. */
export interface ScanAllByLabelsPlan extends Unary {
  readonly type: 'scanAllByLabels';
  readonly slot: number;
  readonly labels: readonly string[];
}

interface IndexPlan extends Unary {
  readonly slot: number;
  /** The label, or the relationship type. */
  readonly token: string;
  readonly keys: readonly string[];
}

interface IndexSeekPlan extends IndexPlan {
  /** What each property equals; one of them at most is gone through. */
  readonly values: readonly Sought<ScopedExpression>[];
}

export interface NodeIndexSeekPlan extends IndexSeekPlan {
  readonly type: 'nodeIndexSeek';
}

/** Finds relationships, but not what they join. */
export interface RelationshipIndexSeekPlan extends IndexSeekPlan {
  readonly type: 'relationshipIndexSeek';
}

export interface RangeBound {
  readonly value: ScopedExpression;
  readonly inclusive: boolean;
}

interface IndexPointSeekPlan extends IndexPlan {
  readonly search: PointSearch<ScopedExpression>;
}

export interface NodePointSeekPlan extends IndexPointSeekPlan {
  readonly type: 'nodePointSeek';
}

export interface RelationshipPointSeekPlan extends IndexPointSeekPlan {
  readonly type: 'relationshipPointSeek';
}

interface IndexSeekByRangePlan extends IndexPlan {
  /** What the first properties equal; one of them at most is gone through. */
  readonly prefix: readonly Sought<ScopedExpression>[];
  /** For the property after these. */
  readonly from: RangeBound | undefined;
  readonly to: RangeBound | undefined;
  /** The text that it begins with; there are no other bounds then. */
  readonly beginning: ScopedExpression | undefined;
}

export interface NodeIndexSeekByRangePlan extends IndexSeekByRangePlan {
  readonly type: 'nodeIndexSeekByRange';
}

export interface RelationshipIndexSeekByRangePlan extends IndexSeekByRangePlan {
  readonly type: 'relationshipIndexSeekByRange';
}

interface ExpansionPlan extends Unary {
  readonly from: number;
  readonly to: number;
  /** Undefined when nobody asks for the relationship. */
  readonly relationship: number | undefined;
  /** Any of these; empty: every type that the expression, if there is one, allows. */
  readonly types: readonly string[];
  readonly typeExpression: LabelExpression | undefined;
  readonly direction: Direction;
  /** Slots of relationships, or of lists of them, of the same MATCH that this one must differ from. */
  readonly distinctFrom: readonly number[];
}

export interface ExpandPlan extends ExpansionPlan {
  readonly type: 'expand';
}

/** Both ends are bound: the relationships between them. */
export interface ExpandIntoPlan extends ExpansionPlan {
  readonly type: 'expandInto';
}

/** Trails: no relationship twice. `relationship` is a slot for the list of them. */
export interface ExpandVariablePlan extends ExpansionPlan {
  readonly type: 'expandVariable';
  readonly min: number;
  readonly max: number | undefined;
  /** Whether the slot `to` is bound already, so that only trails that end there count. */
  readonly into: boolean;
  /** Whether the walk goes against the pattern's reading order, so that the list is to be turned round. */
  readonly reversed: boolean;
  /** What each relationship's properties must equal. */
  readonly properties: readonly PropertyEquality[];
  readonly steps: readonly StepPredicate[];
  /** What each step must meet, of its relationship and the node that it leads to. */
  readonly filter: StepFunctionPlan | undefined;
}

/** A function of a step, with the slots in which what it is asked about stands. */
export interface StepFunctionPlan {
  readonly relationship: number;
  readonly node: number;
  /** The path up to the step, and what it costs. */
  readonly path: number | undefined;
  readonly cost: number | undefined;
  readonly expression: ScopedExpression;
}

/**
 * Paths from a bound node by one of Memgraph's traversals: the shortest one to each node, by hops or by cost; all that cost
 * least; the cheapest ones to one node.
 */
export interface TraversePlan extends ExpansionPlan {
  readonly type: 'traverse';
  readonly algorithm: 'breadthFirst' | 'weightedShortest' | 'allShortest' | 'kShortest';
  readonly min: number;
  readonly max: number | undefined;
  /** Whether the slot `to` is bound already, so that only paths that end there count. */
  readonly into: boolean;
  readonly filter: StepFunctionPlan | undefined;
  readonly weight: StepFunctionPlan | undefined;
  /** Gets what the path costs. */
  readonly total: number | undefined;
  /** Of kShortest: how many paths. */
  readonly count: number | undefined;
  readonly properties: readonly PropertyEquality[];
}

/** The nodes that trails of a length between the bounds lead to, each once: a variable-length expansion without its trails. */
export interface ReachablePlan extends Unary {
  readonly type: 'reachable';
  readonly from: number;
  readonly to: number;
  readonly types: readonly string[];
  readonly typeExpression: LabelExpression | undefined;
  readonly direction: Direction;
  readonly min: 0 | 1;
  readonly max: number | undefined;
}

/** A step of TrailEnds: along what, and what must hold for the node in `slot` that it leads to. */
export interface TrailEndsStep {
  readonly types: readonly string[];
  readonly typeExpression: LabelExpression | undefined;
  readonly direction: Direction;
  readonly slot: number;
  readonly predicates: readonly ScopedExpression[];
}

/** The nodes at the end of trails of `min` steps or more, each once: a chain of expansions without what lies between. */
export interface TrailEndsPlan extends Unary {
  readonly type: 'trailEnds';
  readonly from: number;
  readonly to: number;
  readonly steps: readonly TrailEndsStep[];
  readonly min: number;
}

export interface PropertyEquality {
  readonly key: string;
  readonly value: ScopedExpression;
}

/** What each node, or each relationship, of a trail must meet; it stands in `slot` while it is asked about. */
/** Which ends of a path are meant. */
export interface SparedEnds {
  readonly first: boolean;
  readonly last: boolean;
}

export interface StepPredicate {
  readonly on: 'node' | 'relationship';
  /** Ends of a shortest path of which a condition on nodes is not asked. */
  readonly spares?: SparedEnds | undefined;
  readonly slot: number;
  readonly predicate: ScopedExpression;
}

/** A shortest trail between two bound nodes, or all of them. `path` is the slot of the whole path, if it has a name. */
export interface ShortestPathPlan extends ExpansionPlan {
  readonly type: 'shortestPath';
  readonly all: boolean;
  readonly path: number | undefined;
  readonly min: number;
  readonly max: number | undefined;
  readonly properties: readonly PropertyEquality[];
  readonly steps: readonly StepPredicate[];
  /** What is asked of the whole path, so that a longer one may be wanted than the shortest of all. */
  readonly conditions: readonly ScopedExpression[];
}

/** A pattern around a bound relationship: binds its ends, or holds them against what is bound. */
export interface ProjectEndpointsPlan extends Unary {
  readonly type: 'projectEndpoints';
  readonly relationship: number;
  readonly from: number;
  readonly to: number;
  readonly fromBound: boolean;
  readonly toBound: boolean;
  readonly types: readonly string[];
  readonly typeExpression: LabelExpression | undefined;
  readonly direction: Direction;
  readonly distinctFrom: readonly number[];
}

/** The same around a bound list of relationships: a trail, from its first node to its last. */
export interface ProjectTrailPlan extends Omit<ProjectEndpointsPlan, 'type'> {
  readonly type: 'projectTrail';
  readonly min: number;
  readonly max: number | undefined;
  readonly properties: readonly PropertyEquality[];
  readonly steps: readonly StepPredicate[];
}

/**
 * A quantified path pattern: trails of as many times through `inner` as the bounds say. Each time `inner` is fed the row with
 * `innerStart` filled, and fills `innerEnd`, where the next time starts.
 */
export interface RepeatPlan extends Unary {
  readonly type: 'repeat';
  readonly inner: Plan;
  readonly from: number;
  readonly to: number;
  /** Whether `to` is bound already, so that only trails that end there count. */
  readonly into: boolean;
  /** Whether it is walked against the pattern's reading order, so that all lists are to be turned round. */
  readonly reversed: boolean;
  readonly min: number;
  readonly max: number | undefined;
  readonly innerStart: number;
  readonly innerEnd: number;
  /** Slots of the relationships of one time, in the order of the pattern. */
  readonly innerRelationships: readonly number[];
  /** The slot for the list of all its relationships, when somebody asks for them. */
  readonly relationship: number | undefined;
  /** Its variables: what `inner` fills each time, and where the list of that goes. */
  readonly groups: readonly { readonly inner: number; readonly outer: number }[];
  readonly distinctFrom: readonly number[];
}

/**
 * The pairs of a row of the input and a row of `inner` whose keys are equal, in the sense of `=`. `inner` is fed nothing and run once. One
 * variable as both keys: where two ways meet in a node.
 */
export interface HashJoinPlan extends Unary {
  readonly type: 'hashJoin';
  readonly inner: Plan;
  readonly inputKey: ScopedExpression;
  readonly innerKey: ScopedExpression;
  /** What `inner` fills and is handed on. */
  readonly slots: readonly number[];
}

/** Counts relationships without making a row for each: `multiplicity` is how often the row stands for itself. */
export interface ExpandCountPlan extends Unary {
  readonly type: 'expandCount';
  readonly from: number;
  readonly types: readonly string[];
  readonly typeExpression: LabelExpression | undefined;
  readonly direction: Direction;
  /** A label that the other ends must have, if they must. */
  readonly endLabel?: string | undefined;
  readonly multiplicity: number;
}

export interface ConstructPathPlan extends Unary {
  readonly type: 'constructPath';
  readonly slot: number;
  readonly nodes: readonly number[];
  /** Slots of relationships, or of lists of them. */
  readonly relationships: readonly number[];
}

export interface FilterPlan extends Unary {
  readonly type: 'filter';
  readonly predicate: ScopedExpression;
}

/** Rows of `inner` for each row of the input, or that row with nulls. `rowSlot` carries the number of the outer row. */
export interface OptionalPlan extends Unary {
  readonly type: 'optional';
  readonly inner: Plan;
  readonly rowSlot: number;
  /** What `inner` fills. */
  readonly slots: readonly number[];
}

/** Keeps the rows for which `inner` has a row; with `negated` the others. */
export interface SemiApplyPlan extends Unary {
  readonly type: 'semiApply';
  /** Carries the number of the outer row, when `inner` is fed many at once. */
  readonly rowSlot: number;
  readonly inner: Plan;
  readonly negated: boolean;
}

/** The answer of a query inside an expression, in one more column. */
export interface RollUpPlan extends Unary {
  readonly type: 'rollUp';
  readonly nested: NestedPlan;
  readonly answer: QueryAnswer;
  /** Carries the number of the outer row, when the query is fed many at once. */
  readonly rowSlot: number;
  readonly slot: number;
}

export interface ProduceItem extends ScopedExpression {
  readonly slot: number;
}

/** Works out expressions. Only the slots of `keep` are handed on. */
export interface ProducePlan extends Unary {
  readonly type: 'produce';
  readonly items: readonly ProduceItem[];
  readonly keep: readonly number[];
}

export interface AggregationItem {
  readonly slot: number;
  /** `undefined`: count(*). */
  readonly name: string | undefined;
  readonly distinct: boolean;
  readonly argument: ScopedExpression | undefined;
  /** Of a percentile: which one. */
  readonly second: ScopedExpression | undefined;
  readonly span: Span;
}

export interface AggregatePlan extends Unary {
  readonly type: 'aggregate';
  readonly keys: readonly ProduceItem[];
  readonly aggregations: readonly AggregationItem[];
  /** Where the aggregations count nodes, so that the graph may know the answers without looking at them. */
  readonly nodeCounts?: NodeCounts | undefined;
}

/** All nodes of a label, or all there are; for each aggregation the property that they must have, if they must. */
export interface NodeCounts {
  readonly label: string | undefined;
  readonly keys: readonly (string | undefined)[];
}

export interface DistinctPlan extends Unary {
  readonly type: 'distinct';
  readonly slots: readonly number[];
  /** Those of the slots that settle the others. By default all. */
  readonly keys?: readonly number[];
}

export interface SortKey {
  readonly slot: number;
  readonly descending: boolean;
}

export interface OrderByPlan extends Unary {
  readonly type: 'orderBy';
  readonly keys: readonly SortKey[];
  readonly keep: readonly number[];
}

/** The first rows in order: ORDER BY and LIMIT in one. It hands on skip + limit rows. */
export interface TopPlan extends Unary {
  readonly type: 'top';
  readonly keys: readonly SortKey[];
  readonly keep: readonly number[];
  readonly limit: ScopedExpression;
  readonly skip: ScopedExpression | undefined;
}

export interface SkipPlan extends Unary {
  readonly type: 'skip';
  readonly count: ScopedExpression;
}

/** With `exhaustive` the rest of the input is read and dropped, because it has side effects. */
export interface LimitPlan extends Unary {
  readonly type: 'limit';
  readonly count: ScopedExpression;
  readonly exhaustive: boolean;
}

export interface UnwindPlan extends Unary {
  readonly type: 'unwind';
  readonly list: ScopedExpression;
  readonly slot: number;
}

/** A row for each record of the CSV that the URL leads to. */
export interface LoadCsvPlan extends Unary {
  readonly type: 'loadCsv';
  readonly url: ScopedExpression;
  readonly withHeaders: boolean;
  readonly terminator: string;
  readonly slot: number;
}

/** The rows of one part after the other. `columns[part][i]` becomes `slots[i]`. */
export interface UnionPlan extends PlanBase {
  readonly type: 'union';
  readonly parts: readonly Plan[];
  readonly columns: readonly (readonly number[])[];
  readonly slots: readonly number[];
}

/** A procedure called for each row; a row for each that it gives. Without columns the rows pass as they are. */
export interface CallProcedurePlan extends Unary {
  readonly type: 'callProcedure';
  readonly name: string;
  /** Those that are given; defaults stand for the rest. */
  readonly arguments: readonly ScopedExpression[];
  /** Which columns of the result are asked for, and where they go. */
  readonly columns: readonly { readonly column: number; readonly slot: number }[];
  readonly optional: boolean;
}

/** A subquery run for each row; a row for each of its rows. A unit subquery hands each row on as it is. */
export interface ApplyPlan extends Unary {
  readonly type: 'apply';
  readonly inner: Plan;
  readonly columns: readonly { readonly from: number; readonly to: number }[];
  readonly optional: boolean;
  readonly unit: boolean;
  /** Carries the number of the outer row through a subquery that may be fed many rows at once. */
  readonly rowSlot: number | undefined;
}

/** An Apply whose changes are committed after every so many rows. */
export interface ApplyInTransactionsPlan extends Omit<ApplyPlan, 'type'> {
  readonly type: 'applyInTransactions';
  readonly rows: ScopedExpression;
  readonly onError: 'fail' | 'continue' | 'break';
  /** Gets a map for each row that tells how its transaction ended. */
  readonly status: number | undefined;
}

/** Puts back slots of the row that the subplan was fed, which is one, after an operator that has lost them. */
export interface RecallPlan extends Unary {
  readonly type: 'recall';
  readonly slots: readonly number[];
}

/** Runs `inner` for each element of a list, for its effects alone; with `byElement` for one after the other. */
export interface ForeachPlan extends Unary {
  readonly type: 'foreach';
  readonly inner: Plan;
  readonly list: ScopedExpression;
  readonly slot: number;
  readonly byElement: boolean;
}

/** Reads its whole input before it hands on the first row. */
export interface EagerPlan extends Unary {
  readonly type: 'eager';
  readonly keep: readonly number[];
}

/** A map of properties: keys with their expressions, or one expression that gives a map. */
export type PropertyMap =
  | { readonly type: 'entries'; readonly entries: readonly (readonly [string, ScopedExpression])[] }
  | { readonly type: 'map'; readonly value: ScopedExpression };

/** What a CREATE makes, in this order: one new entity for each row, or a path from what is bound. */
export type CreatePart =
  | {
      readonly type: 'node';
      readonly slot: number;
      readonly labels: readonly string[];
      readonly dynamicLabels: readonly ScopedExpression[];
      readonly properties: PropertyMap | undefined;
    }
  | {
      readonly type: 'relationship';
      readonly slot: number;
      /** An expression when it is worked out. */
      readonly relationshipType: string | ScopedExpression;
      readonly start: number;
      readonly end: number;
      readonly properties: PropertyMap | undefined;
    }
  | {
      readonly type: 'path';
      readonly slot: number;
      readonly nodes: readonly number[];
      readonly relationships: readonly number[];
    };

/** One operator for a whole CREATE, however long, so that the tree does not grow deep. EXPLAIN shows its parts. */
export interface CreatePlan extends Unary {
  readonly type: 'create';
  readonly parts: readonly CreatePart[];
}

export interface MergePlan extends Unary {
  readonly type: 'merge';
  readonly match: Plan;
  readonly create: Plan;
  readonly onMatch: Assignments;
  readonly onCreate: Assignments;
  /** What both subplans fill. */
  readonly slots: readonly number[];
  /** Properties in the pattern, none of which may be null. */
  readonly mustNotBeNull: readonly ScopedExpression[];
}

/** Items of a SET. With `byRow` each row is worked out after the row before it is written. */
export interface Assignments {
  readonly items: readonly SetItem[];
  readonly scope: PlanScope;
  readonly byRow: boolean;
}

export interface SetPlan extends Unary, Assignments {
  readonly type: 'set';
}

export interface RemovePropertyPlan extends Unary {
  readonly type: 'removeProperty';
  readonly target: ScopedExpression;
  /** An expression when it is worked out. */
  readonly key: string | ScopedExpression;
}

export interface RemoveLabelsPlan extends Unary {
  readonly type: 'removeLabels';
  readonly slot: number;
  readonly labels: readonly string[];
  readonly dynamicLabels: readonly ScopedExpression[];
}

export interface DeletePlan extends Unary {
  readonly type: 'delete';
  readonly detach: boolean;
  readonly targets: readonly ScopedExpression[];
}

export type Plan =
  | OncePlan
  | ArgumentPlan
  | ScanAllPlan
  | ScanAllByLabelPlan
  | ScanAllByLabelsPlan
  | NodeIndexSeekPlan
  | NodeIndexSeekByRangePlan
  | RelationshipIndexSeekPlan
  | NodePointSeekPlan
  | RelationshipPointSeekPlan
  | RelationshipIndexSeekByRangePlan
  | ExpandPlan
  | ExpandIntoPlan
  | ExpandVariablePlan
  | ShortestPathPlan
  | TraversePlan
  | ProjectEndpointsPlan
  | HashJoinPlan
  | ExpandCountPlan
  | ConstructPathPlan
  | FilterPlan
  | OptionalPlan
  | SemiApplyPlan
  | ProducePlan
  | AggregatePlan
  | DistinctPlan
  | OrderByPlan
  | TopPlan
  | SkipPlan
  | LimitPlan
  | UnwindPlan
  | LoadCsvPlan
  | UnionPlan
  | EagerPlan
  | CreatePlan
  | MergePlan
  | SetPlan
  | RemovePropertyPlan
  | RemoveLabelsPlan
  | DeletePlan
  | CallProcedurePlan
  | ApplyPlan
  | ApplyInTransactionsPlan
  | RecallPlan
  | ForeachPlan
  | RollUpPlan
  | RepeatPlan
  | ProjectTrailPlan
  | ReachablePlan
  | TrailEndsPlan;

export interface ResultColumn {
  readonly name: string;
  readonly slot: number;
}
