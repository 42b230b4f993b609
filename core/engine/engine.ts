/** From a statement's text to its execution: parse, check, plan, build; each kept by text for the next time. */
import { assert } from '../assert.ts';
import type { Query, SchemaCommand, Statement } from '../cypher/ast.ts';
import { classify, type StatementKind } from '../cypher/classify.ts';
import { parse } from '../cypher/parser.ts';
import type { ResultColumn } from '../cypher/projection-check.ts';
import { check } from '../cypher/semantic-check.ts';
import { transactionalIn } from '../cypher/subquery-check.ts';
import type { Position } from '../error.ts';
import { GraphError } from '../error.ts';
import { buildOperators } from '../executor/build.ts';
import { ExecutionContext, type TextSource } from '../executor/context.ts';
import { type ElementIdOf, elementIds } from '../executor/materialise.ts';
import type { OperatorFactory } from '../executor/operator.ts';
import type { Procedure } from '../executor/procedure.ts';
import { Profile } from '../executor/profile.ts';
import { ScratchPool } from '../executor/scratch.ts';
import type { GraphStore } from '../graph/graph-store.ts';
import type { Snapshot } from '../graph/graph-view.ts';
import type { PropertyIndex } from '../graph/property-index.ts';
import { describePlan } from '../planner/describe.ts';
import { type PlannedQuery, planningOf, planQuery } from '../planner/planner.ts';
import type { Statistics } from '../planner/statistics.ts';
import type { Value } from '../value/value.ts';
import { type Execution, Holdings, ImmediateExecution, QueryExecution, type ResultSlots } from './execution.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { checkParameters, parametersOf } from './parameters.ts';
import { isStillGood, type PlanBasis, planBasisOf, TextCache } from './plan-cache.ts';
import { ProcedureRegistry } from './procedure.ts';
import { seededRandom } from './random.ts';
import { changeSchema } from './schema.ts';
import { StoreStatistics } from './store-statistics.ts';

export interface EngineOptions {
  /** Goes into element ids, so that those of one cluster are never taken for another's. */
  readonly clusterId: string;
  readonly limits?: Partial<Limits>;
  /** Procedures beside those that every engine has. */
  readonly procedures?: readonly Procedure[];
  /** What the planner is told of the graph; by default what is true. Told of a large one, it makes the plans of a large one. */
  readonly statistics?: Statistics;
}

/** A statement that parses and passes the semantic check. */
export interface PreparedStatement {
  readonly statement: Statement;
  readonly kind: StatementKind;
  readonly explain: boolean;
  /** What RETURN gives, with what is known of the types; empty without RETURN and for commands. */
  readonly columns: readonly ResultColumn[];
  /** Parameters that must be given, each with the first place where it stands. */
  readonly parameters: ReadonlyMap<string, Position>;
}

export interface StartOptions {
  /** What a reading statement reads; the caller closes it. Without it: the acknowledged state. */
  readonly snapshot?: Snapshot;
  /** For rand() and randomUUID(). */
  readonly seed: number;
  /** The statement's time, in milliseconds since 1970. */
  readonly nowMs: number;
  /** The caller commits whenever `next` answers 'commit', so that CALL { … } IN TRANSACTIONS can be run. */
  readonly commitsOnTheWay?: boolean;
  /** For LOAD CSV; without it the clause is an error. */
  readonly texts?: TextSource | undefined;
}

interface KeptPlan {
  readonly basis: PlanBasis;
  readonly planned: PlannedQuery;
  readonly operators: OperatorFactory;
  /** Where the columns of the result stand. */
  readonly columns: ResultSlots;
  /** Those that there were when the plan was made. */
  readonly indexes: readonly PropertyIndex[];
  /** The CALL that commits on the way, if there is one. */
  readonly transactional: ReturnType<typeof transactionalIn>[number] | undefined;
}

interface KeptStatement {
  readonly prepared: PreparedStatement;
  plan: KeptPlan | undefined;
}

export class Engine {
  readonly #store: GraphStore;
  readonly #limits: Limits;
  readonly #statistics: Statistics;
  readonly #elementId: ElementIdOf;
  readonly #kept: TextCache<KeptStatement>;
  readonly #scratchPool = new ScratchPool();
  readonly #procedures: ProcedureRegistry;

  constructor(store: GraphStore, options: EngineOptions) {
    this.#store = store;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#statistics = options.statistics ?? new StoreStatistics(store);
    this.#elementId = elementIds(options.clusterId);
    this.#kept = new TextCache(this.#limits);
    this.#procedures = new ProcedureRegistry(options.procedures ?? []);
  }

  /** Parses and checks a statement. Errors: SyntaxError, TypeError, NotSupported; see parse and check. */
  prepare(text: string): PreparedStatement {
    return this.#keep(text).prepared;
  }

  /**
   * Plans a statement and readies it to run. One that writes opens the store's writer, so no other may be open.
   * Errors: as prepare; ParameterMissing; those of index commands, which are carried out at once but for their commit.
   */
  start(text: string, parameters: ReadonlyMap<string, Value>, options: StartOptions): Execution {
    const kept = this.#keep(text);
    const { prepared } = kept;
    const { body } = prepared.statement;
    switch (body.type) {
      case 'query':
        return this.#startQuery({ kept, body, parameters, options });
      case 'createIndex':
      case 'dropIndex':
      case 'createConstraint':
      case 'dropConstraint':
        return this.#startSchema(prepared, body);
      default:
        throw new GraphError(
          'Neo.ClientError.Statement.NotSupported',
          'This command is about databases and instances, and not for the graph. Ask it on database system.',
          { position: body.span },
        );
    }
  }

  #keep(text: string): KeptStatement {
    const known = this.#kept.get(text);
    if (known) return known;
    const statement = parse(text);
    const columns = check(statement, this.#procedures.signatures);
    const { explain } = statement;
    const parameters = parametersOf(statement, this.#procedures.signatures);
    const prepared: PreparedStatement = {
      statement,
      kind: classify(statement, this.#procedures.signatures),
      explain,
      columns,
      parameters,
    };
    const kept: KeptStatement = { prepared, plan: undefined };
    this.#kept.put(text, kept);
    return kept;
  }

  #startQuery(fields: {
    kept: KeptStatement;
    body: Query;
    parameters: ReadonlyMap<string, Value>;
    options: StartOptions;
  }): Execution {
    const { kept, body, parameters, options } = fields;
    const { statement, kind, explain, columns } = kept.prepared;
    const { planned, operators, columns: resultSlots, indexes, transactional } = this.#plan(kept, body);
    const description = { slots: planned.slots, text: statement.text };
    if (explain) {
      const plan = describePlan(planned.root, description);
      return new ImmediateExecution({ kind, columns: columns.map(({ name }) => name), plan });
    }
    checkParameters(kept.prepared.parameters, parameters);
    if (transactional && kind === 'write' && !options.commitsOnTheWay) throw needsOwnTransactions(transactional.span);
    const profile = statement.profile ? new Profile() : undefined;
    const root = (profile ? this.#build(planned, profile) : operators)(undefined);
    const { view, holdings, writer } = this.#open(kind, options);
    const begin = transactional && writer ? () => this.#store.begin() : undefined;
    const context = new ExecutionContext({
      view,
      writer,
      rollBack: begin && (() => holdings.rollBackAnd(begin)),
      tokens: this.#store.tokens,
      indexes,
      parameters,
      nowMs: options.nowMs,
      random: seededRandom(options.seed),
      elementId: this.#elementId,
      budget: this.#limits,
      scratchPool: this.#scratchPool,
      texts: options.texts,
    });
    const describe = profile && (() => describePlan(planned.root, { ...description, counts: profile }));
    return new QueryExecution({ kind, columns: resultSlots, root, context, holdings, describe, begin });
  }

  #build(planned: PlannedQuery, profile?: Profile): OperatorFactory {
    const planning = planningOf(this.#statistics, this.#procedures.signatures);
    return buildOperators(planned.root, planning, this.#procedures, profile);
  }

  /** A writer sees the newest state, a reader the snapshot. */
  #open(kind: StatementKind, options: StartOptions) {
    if (kind === 'write') {
      const writer = this.#store.begin();
      return { view: writer.view, writer, holdings: new Holdings({ writer }) };
    }
    const own = options.snapshot === undefined ? this.#store.openSnapshot() : undefined;
    const view = options.snapshot ?? own ?? this.#store.newest;
    return { view, writer: undefined, holdings: new Holdings({ snapshot: own }) };
  }

  #plan(kept: KeptStatement, body: Query): KeptPlan {
    if (kept.plan && isStillGood(kept.plan.basis, this.#store)) return kept.plan;
    const { indexes } = this.#store;
    const planned = planQuery(body, this.#statistics, this.#procedures.signatures);
    const plan: KeptPlan = {
      basis: planBasisOf(this.#store),
      planned,
      operators: this.#build(planned),
      columns: columnsOf(planned, kept.prepared.columns),
      indexes: indexes.list().flatMap(({ name }) => indexes.byName(name) ?? []),
      transactional: transactionalIn(body.parts.flatMap((part) => part.clauses))[0],
    };
    kept.plan = plan;
    return plan;
  }

  #startSchema(prepared: PreparedStatement, command: SchemaCommand): Execution {
    if (!prepared.explain) return changeSchema(this.#store, command);
    const operatorType = command.type.charAt(0).toUpperCase() + command.type.slice(1);
    const plan = { operatorType, arguments: new Map(), identifiers: [], estimatedRows: 1, children: [] };
    return new ImmediateExecution({ kind: prepared.kind, plan });
  }
}

function needsOwnTransactions(position: Position): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.SemanticError',
    'CALL { … } IN TRANSACTIONS commits on its way, and so cannot be run inside a transaction that somebody else commits.',
    { position, detail: 'TransactionRequired' },
  );
}

/** Where the columns of the result stand. The check has named them, in their order. */
function columnsOf(planned: PlannedQuery, columns: readonly ResultColumn[]): ResultSlots {
  const slotByName = new Map(planned.columns.map(({ name, slot }) => [name, slot]));
  const names = columns.map(({ name }) => name);
  const slots = names.map((name) => {
    const slot = slotByName.get(name);
    assert(slot !== undefined, `the plan has a column ${name}`);
    return slot;
  });
  return { names, slots };
}
