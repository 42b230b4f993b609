/** From a statement's text to its execution: parse, check, plan, build; each kept by text for the next time. */
import { assert } from '../assert.ts';
import type { Query, SchemaCommand, Statement } from '../cypher/ast.ts';
import { classify, type StatementKind } from '../cypher/classify.ts';
import { statementError, withExcerpt } from '../cypher/error-text.ts';
import { parse } from '../cypher/parser.ts';
import type { ResultColumn } from '../cypher/projection-check.ts';
import { check } from '../cypher/semantic-check.ts';
import { transactionalIn } from '../cypher/subquery-check.ts';
import type { Position } from '../error.ts';
import { GraphError } from '../error.ts';
import { buildOperators } from '../executor/build.ts';
import type { Moment } from '../executor/context.ts';
import type { Parameters } from '../executor/expression/expression.ts';
import { type ElementIdOf, elementIds } from '../executor/materialise.ts';
import type { Procedure } from '../executor/procedure.ts';
import { Profile } from '../executor/profile.ts';
import { ScratchPool } from '../executor/scratch.ts';
import type { GraphIndex } from '../graph/graph-index.ts';
import { GraphStore } from '../graph/graph-store.ts';
import type { GraphView, Snapshot } from '../graph/graph-view.ts';
import type { WriteTransaction } from '../graph/write-transaction.ts';
import { describePlan, type PlanDescription } from '../planner/describe.ts';
import { type PlannedQuery, planningOf, planQuery } from '../planner/planner.ts';
import type { Statistics } from '../planner/statistics.ts';
import { captureProcedures } from './built-in/capture.ts';
import type { SystemTables } from './built-in/show-system.ts';
import { storageProcedures } from './built-in/storage.ts';
import { transactionProcedures } from './built-in/transactions.ts';
import { type Execution, ImmediateExecution, QueryExecution, type ResultSlots } from './execution.ts';
import type { Holdings } from './holdings.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { checkParameters, parametersOf, type RequiredParameter } from './parameters.ts';
import { PipelinePool } from './pipeline.ts';
import { isStillGood, type PlanBasis, planBasisOf, TextCache } from './plan-cache.ts';
import { ProcedureRegistry } from './procedure.ts';
import { recoverGraph } from './recover.ts';
import { changeSchema } from './schema.ts';
import type { StorageHost } from './storage-host.ts';
import { StoreStatistics } from './store-statistics.ts';

export interface EngineOptions {
  /** Goes into element ids, so that those of one cluster are never taken for another's. */
  readonly clusterId: string;
  readonly limits?: Partial<Limits>;
  /** Procedures beside those that every engine has. */
  readonly procedures?: readonly Procedure[];
  /** What the planner is told of the graph; by default what is true. Told of a large one, it makes the plans of a large one. */
  readonly statistics?: Statistics;
  /** The name of the database, which is the only one that USE may name. */
  readonly database?: string | undefined;
  /** For SHOW DATABASES and SHOW INSTANCES; without them these are errors. */
  readonly systemTables?: SystemTables;
  /** What is under the graph; an engine without it keeps the graph in memory alone. */
  readonly storage?: StorageHost | undefined;
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

export interface StartOptions extends Moment {
  /** What a reading statement reads; the caller closes it. Without it: the acknowledged state. */
  readonly snapshot?: Snapshot;
  /** The statement is part of this one, which its failure ends, and which others commit. */
  readonly transaction?: WriteTransaction | undefined;
  /** The caller commits whenever `next` answers 'commit', so that CALL { … } IN TRANSACTIONS can be run. */
  readonly commitsOnTheWay?: boolean;
}

interface KeptPlan {
  readonly basis: PlanBasis;
  readonly planned: PlannedQuery;
  readonly pipelines: PipelinePool;
  /** Where the columns of the result stand. */
  readonly columns: ResultSlots;
  /** Those that were online when the plan was made. */
  readonly indexes: readonly GraphIndex[];
  /** The CALL that commits on the way, if there is one. */
  readonly transactional: ReturnType<typeof transactionalIn>[number] | undefined;
}

interface KeptStatement {
  readonly prepared: PreparedStatement;
  /** Its parameters, to be gone through at each start. */
  readonly required: readonly RequiredParameter[];
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
  readonly #database: string | undefined;
  readonly #storage: StorageHost | undefined;

  constructor(store: GraphStore, options: EngineOptions) {
    this.#store = store;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#statistics = options.statistics ?? new StoreStatistics(store);
    this.#elementId = elementIds(options.clusterId);
    this.#kept = new TextCache(this.#limits);
    this.#procedures = new ProcedureRegistry(
      [
        ...storageProcedures(store, options.storage),
        ...captureProcedures(store, options.storage?.changes),
        ...transactionProcedures({ database: options.database, storage: options.storage }),
        ...(options.procedures ?? []),
      ],
      options.systemTables,
    );
    this.#database = options.database;
    this.#storage = options.storage;
  }

  /** An engine for statements that ask for no graph. */
  static withoutGraph(options: EngineOptions): Engine {
    return new Engine(new GraphStore(), options);
  }

  /** Parses and checks a statement. Errors: SyntaxError, TypeError, NotSupported; see parse and check. */
  prepare(text: string): PreparedStatement {
    return this.#keep(text).prepared;
  }

  /**
   * Plans a statement and readies it to run. One that writes opens the store's writer, so no other may be open.
   * Errors: as prepare; ParameterMissing; those of index commands, which are carried out at once but for their commit.
   */
  start(text: string, parameters: Parameters, options: StartOptions): Execution {
    try {
      return this.#startKept(this.#keep(text), parameters, options);
    } catch (error) {
      options.transaction?.rollback();
      throw error;
    }
  }

  #startKept(kept: KeptStatement, parameters: Parameters, options: StartOptions): Execution {
    try {
      return this.#start(kept, parameters, options);
    } catch (error) {
      throw withExcerpt(error, kept.prepared.statement.text);
    }
  }

  #start(kept: KeptStatement, parameters: Parameters, options: StartOptions): Execution {
    const { prepared } = kept;
    const { body } = prepared.statement;
    switch (body.type) {
      case 'query':
        return this.#startQuery(kept, body, parameters, options);
      case 'recover':
      case 'createIndex':
      case 'dropIndex':
      case 'createConstraint':
      case 'dropConstraint':
      case 'alterDatabase':
        if (options.transaction) throw schemaInTransaction(body.span);
        return this.#startSchema(prepared, body);
      default:
        throw new GraphError(
          'Neo.ClientError.Statement.NotSupported',
          'This command is about databases, and not for the graph. Ask it on the database system.',
          { position: body.span },
        );
    }
  }

  #keep(text: string): KeptStatement {
    const known = this.#kept.get(text);
    if (known) return known;
    const statement = parse(text);
    checkUses(statement, this.#database);
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
    const kept: KeptStatement = { prepared, required: [...parameters], plan: undefined };
    this.#kept.put(text, kept);
    return kept;
  }

  #startQuery(kept: KeptStatement, body: Query, parameters: Parameters, options: StartOptions): Execution {
    const { prepared } = kept;
    const { kind, explain, columns } = prepared;
    const plan = this.#plan(kept, body);
    if (explain) {
      const names = columns.map(({ name }) => name);
      return new ImmediateExecution({ kind, columns: names, plan: describe(prepared, plan) });
    }
    checkParameters(kept.required, parameters);
    if (plan.transactional && kind === 'write' && !options.commitsOnTheWay) {
      throw needsOwnTransactions(plan.transactional.span);
    }
    if (!prepared.statement.profile) return this.#run(prepared, plan, parameters, options);
    const profile = new Profile();
    const profiled = { ...plan, pipelines: this.#pipelinesOf(plan.planned, plan.indexes, profile) };
    return this.#run(prepared, profiled, parameters, options, () => describe(prepared, plan, profile));
  }

  /** A writer sees the newest state, a reader a snapshot. */
  #run(
    { kind, statement }: PreparedStatement,
    { pipelines, columns, transactional }: KeptPlan,
    parameters: Parameters,
    moment: StartOptions,
    description?: () => PlanDescription,
  ): Execution {
    const pipeline = pipelines.take();
    const { context, holdings } = pipeline;
    const begin = kind === 'write' && transactional ? () => this.#store.begin() : undefined;
    const { transaction } = moment;
    if (kind === 'write') {
      const writer = transaction?.enter() ?? this.#store.begin();
      if (transaction) holdings.holdTransaction(transaction);
      else holdings.holdWriter(writer);
      const rollBack = begin && (() => holdings.rollBackAnd(begin));
      context.begin({ view: writer.view, writer, rollBack, parameters, moment });
    } else {
      const view = moment.snapshot ?? (transaction ? enterToRead(transaction, holdings) : this.#pin(holdings));
      context.begin({ view, writer: undefined, rollBack: undefined, parameters, moment });
    }
    const { text } = statement;
    return new QueryExecution({ kind, columns, text, pipeline, pool: pipelines, describe: description, begin });
  }

  #pin(holdings: Holdings): GraphView {
    const pin = this.#store.pin();
    holdings.holdPin(pin);
    return pin.view;
  }

  #pipelinesOf(planned: PlannedQuery, indexes: readonly GraphIndex[], profile?: Profile): PipelinePool {
    const planning = planningOf(this.#statistics, this.#procedures.signatures);
    return new PipelinePool(buildOperators(planned.root, planning, this.#procedures, profile), {
      tokens: this.#store.tokens,
      planIndexes: indexes,
      indexes: this.#store.indexes,
      populateIndexes: (entities) => this.#store.populateIndexes(entities),
      elementId: this.#elementId,
      budget: this.#limits,
      scratchPool: this.#scratchPool,
    });
  }

  #plan(kept: KeptStatement, body: Query): KeptPlan {
    if (kept.plan && isStillGood(kept.plan.basis, this.#store)) return kept.plan;
    const planned = planQuery(body, this.#statistics, this.#procedures.signatures);
    const known = this.#store.indexes.online();
    const plan: KeptPlan = {
      basis: planBasisOf(this.#store),
      planned,
      pipelines: this.#pipelinesOf(planned, known),
      columns: columnsOf(planned, kept.prepared.columns),
      indexes: known,
      transactional: transactionalIn(body.parts.flatMap((part) => part.clauses))[0],
    };
    kept.plan = plan;
    return plan;
  }

  #startSchema(prepared: PreparedStatement, command: SchemaCommand): Execution {
    if (!prepared.explain) {
      if (command.type === 'recover') return recoverGraph(this.#store, command, this.#storage);
      return changeSchema(this.#store, command, this.#database);
    }
    const operatorType = command.type.charAt(0).toUpperCase() + command.type.slice(1);
    const plan = { operatorType, arguments: new Map(), identifiers: [], estimatedRows: 1, children: [] };
    return new ImmediateExecution({ kind: prepared.kind, plan });
  }
}

function enterToRead(transaction: WriteTransaction, holdings: Holdings): GraphView {
  const view = transaction.enterToRead();
  holdings.holdTransaction(transaction);
  return view;
}

function schemaInTransaction(position: Position): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.NotSupported',
    'Indexes and constraints are made and dropped, and graphs recovered, by statements that are sent on their own, not inside a transaction.',
    { position },
  );
}

function describe({ statement }: PreparedStatement, { planned }: KeptPlan, counts?: Profile): PlanDescription {
  return describePlan(planned.root, { slots: planned.slots, text: statement.text, ...(counts && { counts }) });
}

/** Errors: NotSupported when USE names another database than the one that is asked. */
function checkUses({ uses, text }: Statement, database: string | undefined): void {
  for (const { name, span } of uses) {
    if (name.toLowerCase() === database) continue;
    const asked = database === undefined ? 'this engine has one graph without a name' : `this one is ${database}`;
    throw statementError({
      text,
      position: span,
      message: `USE cannot name another database than the one that is asked, and ${asked}`,
      hint: 'Send the statement to the database itself.',
      code: 'Neo.ClientError.Statement.NotSupported',
    });
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
