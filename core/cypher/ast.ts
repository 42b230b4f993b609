/**
 * The tree that the parser makes of a statement's text. Every expression knows where it starts and
 * ends, because an unaliased column is named by its source text and errors point at it.
 */
import type { Position } from '../error.ts';

export interface Span extends Position {
  /** Offset just past the last character. */
  readonly endOffset: number;
}

export type Statement = {
  /** The whole source text, for error messages that show a line of it. */
  readonly text: string;
  readonly explain: boolean;
  /** PROFILE: what each operator does is counted while the statement runs. */
  readonly profile: boolean;
  /** The databases that USE names, which can only be the one that is asked. */
  readonly uses: readonly UsedDatabase[];
  readonly body: Query | SchemaCommand | SystemCommand;
};

export interface UsedDatabase {
  readonly name: string;
  readonly span: Span;
}

/** One or more single queries joined by UNION; `all` is true for UNION ALL. */
export interface Query {
  readonly type: 'query';
  readonly parts: readonly SingleQuery[];
  readonly all: boolean;
}

export interface SingleQuery {
  readonly clauses: readonly Clause[];
}

export type Clause =
  | MatchClause
  | UnwindClause
  | LoadCsvClause
  | ProjectionClause
  | CreateClause
  | MergeClause
  | SetClause
  | RemoveClause
  | DeleteClause
  | CallClause
  | SubqueryClause
  | ForeachClause
  | FinishClause;

export interface MatchClause {
  readonly type: 'match';
  readonly optional: boolean;
  readonly patterns: readonly PathPattern[];
  readonly where: Expression | undefined;
  readonly span: Span;
}

export interface UnwindClause {
  readonly type: 'unwind';
  readonly list: Expression;
  readonly variable: string;
  readonly span: Span;
}

/** `LOAD CSV [WITH HEADERS] FROM url AS variable [FIELDTERMINATOR ';']`: a row for each record. */
export interface LoadCsvClause {
  readonly type: 'loadCsv';
  readonly withHeaders: boolean;
  readonly url: Expression;
  readonly variable: string;
  /** One UTF-16 unit. */
  readonly terminator: string;
  readonly span: Span;
}

/** WITH and RETURN. `where` stands only on WITH. */
export interface ProjectionClause {
  readonly type: 'with' | 'return';
  readonly distinct: boolean;
  /** `*` first: all variables in scope. */
  readonly star: boolean;
  readonly items: readonly ProjectionItem[];
  readonly orderBy: readonly SortItem[];
  readonly skip: Expression | undefined;
  readonly limit: Expression | undefined;
  readonly where: Expression | undefined;
  readonly span: Span;
}

export interface ProjectionItem {
  readonly expression: Expression;
  /** The alias, or the expression's source text when there is none. */
  readonly name: string;
  readonly aliased: boolean;
}

export interface SortItem {
  readonly expression: Expression;
  readonly descending: boolean;
}

export interface CreateClause {
  readonly type: 'create';
  readonly patterns: readonly PathPattern[];
  readonly span: Span;
}

export interface MergeClause {
  readonly type: 'merge';
  readonly pattern: PathPattern;
  readonly onCreate: readonly SetItem[];
  readonly onMatch: readonly SetItem[];
  readonly span: Span;
}

export interface SetClause {
  readonly type: 'set';
  readonly items: readonly SetItem[];
  readonly span: Span;
}

export type SetItem =
  | {
      readonly type: 'property';
      readonly target: Expression;
      readonly key: string;
      readonly value: Expression;
      readonly span: Span;
    }
  /** `n = {…}`: all properties are replaced. */
  | { readonly type: 'replace'; readonly variable: string; readonly value: Expression; readonly span: Span }
  /** `n += {…}`: properties are merged in. */
  | { readonly type: 'merge'; readonly variable: string; readonly value: Expression; readonly span: Span }
  /** `n[key] = …` */
  | {
      readonly type: 'dynamicProperty';
      readonly target: Expression;
      readonly key: Expression;
      readonly value: Expression;
      readonly span: Span;
    }
  | LabelsItem;

/** `n:A:$(expression)`: labels that are put on a node, or taken away from it. */
export interface LabelsItem {
  readonly type: 'labels';
  readonly variable: string;
  readonly labels: readonly string[];
  readonly dynamicLabels: readonly DynamicNames[];
  readonly span: Span;
}

/** `$(expression)`, `$any(expression)`: labels or types that are worked out, a STRING or a list of them. */
export interface DynamicNames {
  /** Where they are looked for: whether one of them is enough. */
  readonly quantifier: 'all' | 'any';
  readonly expression: Expression;
}

export interface RemoveClause {
  readonly type: 'remove';
  readonly items: readonly RemoveItem[];
  readonly span: Span;
}

export type RemoveItem =
  | { readonly type: 'property'; readonly target: Expression; readonly key: string; readonly span: Span }
  | { readonly type: 'dynamicProperty'; readonly target: Expression; readonly key: Expression; readonly span: Span }
  | LabelsItem;

export interface DeleteClause {
  readonly type: 'delete';
  readonly detach: boolean;
  readonly targets: readonly Expression[];
  readonly span: Span;
}

/** `CALL name(arguments) YIELD …`. */
export interface CallClause {
  readonly type: 'call';
  /** OPTIONAL CALL: a row without results stays, with nulls. */
  readonly optional: boolean;
  /** As it is written, dots included. Names of procedures are case-sensitive. */
  readonly name: string;
  /** Undefined without parentheses: the statement's parameters of the same names are meant. */
  readonly arguments: readonly Expression[] | undefined;
  /** Undefined without YIELD. */
  readonly yield: '*' | readonly YieldItem[] | undefined;
  readonly where: Expression | undefined;
  readonly span: Span;
}

export interface YieldItem {
  /** A column of the procedure's result. */
  readonly column: string;
  /** What it is called here. */
  readonly variable: string;
  readonly span: Span;
}

/** `CALL { … }`, `CALL (x, y) { … }` and `CALL (*) { … }`. */
export interface SubqueryClause {
  readonly type: 'subquery';
  readonly optional: boolean;
  /** The outer variables that it sees; undefined without a scope clause: those that a first WITH of each part imports. */
  readonly imports: '*' | readonly ImportedVariable[] | undefined;
  readonly query: Query;
  readonly inTransactions: InTransactions | undefined;
  readonly span: Span;
}

export interface ImportedVariable {
  readonly name: string;
  readonly span: Span;
}

/** `IN TRANSACTIONS OF n ROWS ON ERROR … REPORT STATUS AS status` */
export interface InTransactions {
  /** Rows of the input for each transaction; undefined: the default. */
  readonly rows: Expression | undefined;
  /** `IN 3 CONCURRENT TRANSACTIONS`: how many may run at once. They run one after the other all the same. */
  readonly concurrent?: { readonly count: Expression | undefined } | undefined;
  readonly onError: 'fail' | 'continue' | 'break';
  readonly status: ImportedVariable | undefined;
  readonly span: Span;
}

/** `FOREACH (variable IN list | clauses)`; its clauses only write. */
export interface ForeachClause {
  readonly type: 'foreach';
  readonly variable: string;
  readonly list: Expression;
  readonly clauses: readonly Clause[];
  readonly span: Span;
}

/** Ends a query that gives no rows. */
export interface FinishClause {
  readonly type: 'finish';
  readonly span: Span;
}

/** `nodes.length === relationships.length + 1`. */
export interface PathPattern {
  readonly variable: string | undefined;
  /** The pattern stood in shortestPath(…) or allShortestPaths(…) and has one relationship. */
  readonly shortest: 'single' | 'all' | undefined;
  readonly nodes: readonly NodePattern[];
  readonly relationships: readonly RelationshipPattern[];
  /** Of a path pattern in brackets: `((a)-->(b) WHERE a.x < b.x)`. */
  readonly where: Expression | undefined;
  readonly span: Span;
}

/** What a label, or a relationship type, must be. */
export type LabelExpression =
  | { readonly type: 'name'; readonly name: string }
  /** `%`: any label at all. */
  | { readonly type: 'any' }
  | { readonly type: 'not'; readonly operand: LabelExpression }
  | { readonly type: 'and' | 'or'; readonly left: LabelExpression; readonly right: LabelExpression };

/** Labels that are asked for: all of `labels`, and the expression where they are more than a list. */
export interface LabelTest {
  readonly labels: readonly string[];
  readonly labelExpression: LabelExpression | undefined;
}

export interface NodePattern extends LabelTest {
  readonly variable: string | undefined;
  /** Labels that are worked out, beside the others. */
  readonly dynamicLabels?: readonly DynamicNames[] | undefined;
  /** A map literal or a parameter. */
  readonly properties: Expression | undefined;
  readonly where: Expression | undefined;
  readonly span: Span;
}

export interface RelationshipPattern {
  readonly variable: string | undefined;
  /** Any of these types; empty: every type. */
  readonly types: readonly string[];
  /** What the type must be, where that is more than a list; `types` is empty then. */
  readonly typeExpression: LabelExpression | undefined;
  /** Types that are worked out. */
  readonly dynamicTypes?: readonly DynamicNames[] | undefined;
  readonly direction: 'outgoing' | 'incoming' | 'both';
  /** Variable length; `max` undefined: no upper bound. */
  readonly hops: { readonly min: number; readonly max: number | undefined } | undefined;
  readonly properties: Expression | undefined;
  readonly where: Expression | undefined;
  /**
   * A quantified path pattern, `((a)-[r]->(b) WHERE …){1,3}`, which stands between two nodes as a relationship does: `hops` says
   * how often. Nothing else is said about this relationship then. Its variables are lists outside of it.
   */
  readonly repeated: PathPattern | undefined;
  /** Memgraph's `*BFS` and its kind, and a filter on each step. `hops` has their bounds. */
  readonly traversal?: Traversal | undefined;
  readonly span: Span;
}

/** How paths of variable length are looked for. Source: Memgraph, "Deep path traversal". */
export interface Traversal {
  /** `depthFirst`: every trail, as without a name. */
  readonly algorithm: 'depthFirst' | 'breadthFirst' | 'weightedShortest' | 'allShortest' | 'kShortest';
  /** What a step must meet. */
  readonly filter: StepFunction | undefined;
  /** What a step costs; undefined: 1. */
  readonly weight: StepFunction | undefined;
  /** The variable for what the path costs. */
  readonly total: string | undefined;
  /** Of kShortest: how many paths. */
  readonly count: number | undefined;
}

/** `(r, n | expression)`: of a step's relationship and the node that it leads to; the path and its cost up to there if they are named. */
export interface StepFunction {
  readonly relationship: string;
  readonly node: string;
  readonly path: string | undefined;
  readonly cost: string | undefined;
  readonly expression: Expression;
  readonly span: Span;
}

export type Literal = null | boolean | string | { readonly integer: bigint } | { readonly float: number };

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^' | '||';
export type StringOperator = 'STARTS WITH' | 'ENDS WITH' | 'CONTAINS' | '=~';
export type NormalForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/** The type of a value, as `IS ::` names it: any of these. */
export type ValueType = readonly ValueTypeAlternative[];

export interface ValueTypeAlternative {
  /** As valueType() writes it: `ZONED DATETIME`; for lists `LIST`; `ANY`, `PROPERTY VALUE` and `NOTHING` beside those. */
  readonly name: string;
  /** Of a list: the type of its elements. */
  readonly element: ValueType | undefined;
  readonly nullable: boolean;
}

export type MapProjectionItem =
  /** `.*` */
  | { readonly type: 'all' }
  /** `.key` */
  | { readonly type: 'property'; readonly key: string }
  /** `key: value`; a mere variable is an entry of its own name. */
  | { readonly type: 'entry'; readonly key: string; readonly value: Expression };

export type Expression =
  | { readonly type: 'literal'; readonly value: Literal; readonly span: Span }
  | { readonly type: 'parameter'; readonly name: string; readonly span: Span }
  | { readonly type: 'variable'; readonly name: string; readonly span: Span }
  | { readonly type: 'property'; readonly subject: Expression; readonly key: string; readonly span: Span }
  | { readonly type: 'index'; readonly subject: Expression; readonly index: Expression; readonly span: Span }
  | {
      readonly type: 'slice';
      readonly subject: Expression;
      readonly from: Expression | undefined;
      readonly to: Expression | undefined;
      readonly span: Span;
    }
  | { readonly type: 'list'; readonly items: readonly Expression[]; readonly span: Span }
  | { readonly type: 'map'; readonly entries: readonly (readonly [string, Expression])[]; readonly span: Span }
  | { readonly type: 'not'; readonly operand: Expression; readonly span: Span }
  | { readonly type: 'and' | 'or' | 'xor'; readonly left: Expression; readonly right: Expression; readonly span: Span }
  /** `1 < n.x <= 3`: operands.length === operators.length + 1. */
  | {
      readonly type: 'comparison';
      readonly operators: readonly ComparisonOperator[];
      readonly operands: readonly Expression[];
      readonly span: Span;
    }
  | {
      readonly type: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | { readonly type: 'negate'; readonly operand: Expression; readonly span: Span }
  | {
      readonly type: 'string';
      readonly operator: StringOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | { readonly type: 'in'; readonly left: Expression; readonly right: Expression; readonly span: Span }
  | { readonly type: 'isNull'; readonly operand: Expression; readonly negated: boolean; readonly span: Span }
  /** `x IS [NOT] :: TYPE` */
  | {
      readonly type: 'isTyped';
      readonly operand: Expression;
      readonly valueType: ValueType;
      readonly negated: boolean;
      readonly span: Span;
    }
  /** `x IS [NOT] NFC NORMALIZED` */
  | {
      readonly type: 'isNormalized';
      readonly operand: Expression;
      readonly form: NormalForm;
      readonly negated: boolean;
      readonly span: Span;
    }
  | ({ readonly type: 'hasLabels'; readonly subject: Expression; readonly span: Span } & LabelTest)
  /** `n {.*, .a, key: value}` */
  | {
      readonly type: 'mapProjection';
      readonly subject: Expression;
      readonly items: readonly MapProjectionItem[];
      readonly span: Span;
    }
  /** `name` in lower case, as functions are found without regard to case; aggregations too. */
  | {
      readonly type: 'call';
      readonly name: string;
      readonly distinct: boolean;
      readonly arguments: readonly Expression[];
      readonly span: Span;
    }
  | { readonly type: 'countStar'; readonly span: Span }
  | {
      readonly type: 'case';
      /** Present in `CASE x WHEN 1 THEN …`. */
      readonly subject: Expression | undefined;
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
      readonly otherwise: Expression | undefined;
      readonly span: Span;
    }
  /** `[x IN list WHERE where | project]` */
  | {
      readonly type: 'listComprehension';
      readonly variable: string;
      readonly list: Expression;
      readonly where: Expression | undefined;
      readonly project: Expression | undefined;
      readonly span: Span;
    }
  /** `all(x IN list WHERE where)` and its kind. */
  | {
      readonly type: 'quantifier';
      readonly quantifier: 'all' | 'any' | 'none' | 'single';
      readonly variable: string;
      readonly list: Expression;
      readonly where: Expression;
      readonly span: Span;
    }
  | {
      readonly type: 'reduce';
      readonly accumulator: string;
      readonly initial: Expression;
      readonly variable: string;
      readonly list: Expression;
      readonly expression: Expression;
      readonly span: Span;
    }
  /** `(a)-[:T]->(b)` as a predicate: true when the pattern is there. It introduces no variables. */
  | { readonly type: 'patternPredicate'; readonly pattern: PathPattern; readonly span: Span }
  /** `[p = (a)-->(b) WHERE where | project]` */
  | {
      readonly type: 'patternComprehension';
      readonly pattern: PathPattern;
      readonly where: Expression | undefined;
      readonly project: Expression;
      readonly span: Span;
    }
  /** `shortestPath((a)-[*]->(b))`, or a list of all of them. Its ends are known. */
  | { readonly type: 'shortestPath'; readonly pattern: PathPattern; readonly span: Span }
  /** `EXISTS { … }`, `COUNT { … }`, `COLLECT { … }`. A query without RETURN stands only in the first two. */
  | {
      readonly type: 'subqueryExpression';
      readonly kind: 'exists' | 'count' | 'collect';
      readonly query: Query;
      readonly span: Span;
    };

/** What RECOVER makes the graph be again. */
export type RecoveryTarget =
  | { readonly type: 'snapshot'; readonly path: string }
  | { readonly type: 'bookmark'; readonly bookmark: string }
  | { readonly type: 'transaction'; readonly lsn: number }
  /** In milliseconds since 1970. */
  | { readonly type: 'moment'; readonly atMs: number };

export type SchemaCommand =
  | { readonly type: 'recover'; readonly target: RecoveryTarget; readonly span: Span }
  | {
      readonly type: 'createIndex';
      readonly name: string | undefined;
      readonly ifNotExists: boolean;
      readonly subject: IndexSubject;
      readonly options: ReadonlyMap<string, OptionValue>;
      readonly span: Span;
    }
  | {
      readonly type: 'dropIndex';
      /** By its name, or by what it is on. */
      readonly index: string | IndexSubject;
      readonly ifExists: boolean;
      readonly span: Span;
    }
  | {
      readonly type: 'createConstraint';
      readonly name: string | undefined;
      readonly ifNotExists: boolean;
      readonly subject: ConstraintSubject;
      readonly span: Span;
    }
  | {
      readonly type: 'dropConstraint';
      /** By its name, or by what it says. */
      readonly constraint: string | ConstraintSubject;
      readonly ifExists: boolean;
      readonly span: Span;
    }
  | {
      /** Of the database itself, whichever it is asked on. */
      readonly type: 'alterDatabase';
      readonly name: string;
      readonly ifExists: boolean;
      /** Options to be set; null: not to be set any more. As they were written: the engine checks them. */
      readonly options: ReadonlyMap<string, OptionValue | null>;
      readonly span: Span;
    };

/** What an index or a constraint is on. */
export interface SchemaSubject {
  readonly entity: 'node' | 'relationship';
  /** Or the relationship type. */
  readonly label: string;
  readonly keys: readonly string[];
}

export interface IndexSubject extends SchemaSubject {
  readonly kind: 'range' | 'point' | 'vector' | 'fulltext';
  /** Of `fulltext`: labels or types beside the first. */
  readonly moreLabels?: readonly string[];
}

/** What a constraint says, and of what. */
export interface ConstraintSubject extends SchemaSubject {
  readonly kind: 'unique' | 'exists' | 'key' | 'type';
  /** Of `type`: any of these. */
  readonly types: readonly string[];
}

/** Asked on the database `system`, but for showInstances, which any database answers for its own cluster. */
export type SystemCommand =
  | {
      readonly type: 'createDatabase';
      readonly name: string;
      readonly ifNotExists: boolean;
      /** OPTIONS {regions: […], mode: …}: literals, as plain values, checked by the coordinator. */
      readonly options: ReadonlyMap<string, OptionValue>;
      readonly span: Span;
    }
  | { readonly type: 'dropDatabase'; readonly name: string; readonly ifExists: boolean; readonly span: Span }
  | { readonly type: 'cluster'; readonly command: ClusterCommand; readonly span: Span };

/** Asked on the database that it concerns. Names and values are as they were written: the coordinators check them. */
export type ClusterCommand =
  | {
      readonly type: 'show';
      readonly what:
        | 'replicas'
        | 'replicationRole'
        | 'replicationLag'
        | 'instance'
        | 'routingTable'
        | 'settings'
        | 'failovers';
    }
  | { readonly type: 'showDiverged' }
  | { readonly type: 'switchover' | 'setMain' | 'demote' | 'unregister'; readonly instance: string }
  | {
      readonly type: 'register';
      readonly instance: string;
      readonly mode: string | undefined;
      readonly config: ReadonlyMap<string, string>;
    }
  | { readonly type: 'updateConfig'; readonly instance: string; readonly config: ReadonlyMap<string, string> }
  | {
      readonly type: 'addCoordinator' | 'updateCoordinator';
      readonly coordinator: number;
      readonly config: ReadonlyMap<string, string>;
    }
  | { readonly type: 'removeCoordinator'; readonly coordinator: number }
  | { readonly type: 'setSetting'; readonly name: string; readonly value: string }
  | { readonly type: 'yieldLeadership' }
  | { readonly type: 'forceReset' }
  | ManualCommand;

/** Asked of one instance, where roles are given by hand. */
export type ManualCommand =
  | { readonly type: 'becomeMain' | 'becomeReplica' }
  | {
      readonly type: 'registerReplica';
      readonly name: string;
      readonly mode: 'SYNC' | 'ASYNC' | 'STRICT_SYNC';
      readonly endpoint: string;
    }
  | { readonly type: 'dropReplica'; readonly name: string };

export type OptionValue = string | number | boolean | readonly OptionValue[] | ReadonlyMap<string, OptionValue>;
