/** From a plan to the operators that carry it out. Expressions are compiled once, when the plan is kept. */
import { assert, unreachable } from '../assert.ts';
import type { Expression, SetItem, Span } from '../cypher/ast.ts';
import { childrenOf, ExpressionIdentities } from '../cypher/expression-tree.ts';
import { GraphError } from '../error.ts';
import type {
  AggregationItem,
  Assignments,
  CreatePart,
  Plan,
  PropertyMap,
  ScopedExpression,
  StepFunctionPlan,
} from '../planner/plan.ts';
import {
  asksQuery,
  isRowByRow,
  largestEstimate,
  type NestedPlan,
  type Planning,
  type QueryAnswer,
  type QueryExpression as QueryTree,
  queryOf,
  walksFar,
} from '../planner/planning.ts';
import { mapSearch } from '../planner/point-access.ts';
import { PlanScope } from '../planner/slots.ts';
import { Aggregate, type CompiledAggregation } from './aggregate.ts';
import { AllShortestPaths } from './all-shortest-paths.ts';
import { Apply, Recall } from './apply.ts';
import { ApplyInTransactions } from './apply-in-transactions.ts';
import type { CompiledAssignment } from './assignment.ts';
import { BATCH_ROWS } from './batch.ts';
import { CallProcedure } from './call-procedure.ts';
import { type CompiledCreatePart, type CompiledProperties, Create } from './create.ts';
import { deleteTargets } from './delete.ts';
import { Distinct } from './distinct.ts';
import { Expand, ExpandCount } from './expand.ts';
import { ExpandInto } from './expand-into.ts';
import { ExpandVariable } from './expand-variable.ts';
import { createAggregate } from './expression/aggregate.ts';
import {
  type CompiledExpression,
  type CompiledPredicate,
  type CompiledQuery,
  compileExpression,
  compilePredicate,
  type ExpressionHooks,
} from './expression/expression.ts';
import { Filter } from './filter.ts';
import { Foreach } from './foreach.ts';
import { HashJoin } from './hash-join.ts';
import { IndexSeek, IndexSeekByRange } from './index-seek.ts';
import { type CountClause, compileCount, Limit, Skip, Union } from './limit.ts';
import { LoadCsv } from './load-csv.ts';
import { Merge } from './merge.ts';
import type { OperatorFactory } from './operator.ts';
import { Optional } from './optional.ts';
import { ConstructPath, ProjectEndpoints, ProjectTrail } from './path.ts';
import { PathsByLength } from './paths-by-length.ts';
import { BatchProbe, DegreeProbe, PairProbe, type ProbeFactory, SubplanProbe } from './pattern-probe.ts';
import { PointSeek } from './point-seek.ts';
import type { Procedures } from './procedure.ts';
import { type CompiledItem, Produce, Unwind } from './produce.ts';
import type { Profile } from './profile.ts';
import { QueryExpression } from './query-expression.ts';
import { CollectRun, CountRun, DegreeRun, ExistsRun, type QueryRunFactory } from './query-run.ts';
import { Reachable } from './reachable.ts';
import { Repeat } from './repeat.ts';
import { RollUp } from './roll-up.ts';
import { SINGLE_ROW } from './rows.ts';
import { Given, NodeScan, type NodeScanSpec } from './scan.ts';
import { SemiApply } from './semi-apply.ts';
import { type AssignmentsSpec, removeLabelsFrom, removeProperty, setItems } from './set.ts';
import { ShortestPath } from './shortest-path.ts';
import { Eager, OrderBy, Top } from './sort.ts';
import type { StepConditionsSpec } from './step-conditions.ts';
import type { StepFunctionSpec } from './step-function.ts';
import { TrailEnds } from './trail-ends.ts';
import { Traverse } from './traverse.ts';

/**
 * Compiles a plan. `planning`: for the queries inside expressions, which are planned where they stand. With a profile, what
 * the operators do is counted there.
 */
export function buildOperators(
  plan: Plan,
  planning: Planning,
  procedures: Procedures = { find: () => undefined },
  profile?: Profile,
): OperatorFactory {
  return new OperatorBuilder(planning, procedures, profile).build(plan);
}

/** Parts that calling a function takes beside those of its arguments. */
const CALL_PARTS = 3;

/** What working expressions out for a row costs, in units of work: looking at a row takes about as long as a part of an expression. */
function workOf(expressions: readonly Expression[]): number {
  return Math.max(
    1,
    expressions.reduce((sum, expression) => sum + partsOf(expression), 0),
  );
}

function partsOf(expression: Expression): number {
  const children = childrenOf(expression);
  // What stands alone, such as a variable, is there already.
  if (children.length === 0) return 0;
  const own = expression.type === 'call' ? 1 + CALL_PARTS : 1;
  return children.reduce((sum, child) => sum + partsOf(child), own);
}

/** Rows that an expansion makes at first below a LIMIT. Further batches are larger, so little is lost when more are wanted. */
const LIMITED_FIRST_ROWS = 4;

/** What a LIMIT says of the rows above a plan's inputs holds below it too, unless all of the input is needed for the first row. */
function firstRowsBelow(plan: Plan, above: number): number {
  switch (plan.type) {
    case 'limit':
      return plan.exhaustive ? BATCH_ROWS : LIMITED_FIRST_ROWS;
    case 'scanAll':
    case 'scanAllByLabel':
    case 'scanAllByLabels':
    case 'produce':
    case 'filter':
    case 'expand':
    case 'expandInto':
    case 'constructPath':
    case 'distinct':
    case 'unwind':
      return above;
    default:
      return BATCH_ROWS;
  }
}

/** Rows of a subplan for one that it is fed, up to which it is better to find them all than to stop at the first. */
const FEW_ROWS = 64;

type PlanOf<Type extends Plan['type']> = Extract<Plan, { type: Type }>;

class OperatorBuilder {
  readonly #hooks: ExpressionHooks;
  readonly #planning: Planning;
  readonly #procedures: Procedures;
  readonly #profile: Profile | undefined;
  /** How many rows may be enough of what is being built, because a LIMIT stands above. */
  #firstRows = BATCH_ROWS;

  constructor(planning: Planning, procedures: Procedures, profile: Profile | undefined) {
    this.#planning = planning;
    this.#procedures = procedures;
    this.#profile = profile;
    this.#hooks = {
      query: (expression, scope, locals) => {
        assert(scope instanceof PlanScope, 'expressions of a plan are compiled in its own scopes');
        return this.#query(expression, scope, locals);
      },
    };
  }

  build(plan: Plan): OperatorFactory {
    const wanted = this.#firstRows;
    this.#firstRows = firstRowsBelow(plan, wanted);
    const factory = this.#build(plan);
    this.#firstRows = wanted;
    return this.#profile === undefined ? factory : this.#profile.counting(plan, factory);
  }

  #build(plan: Plan): OperatorFactory {
    switch (plan.type) {
      case 'once':
        return () => new Given(SINGLE_ROW);
      case 'argument':
        return (argument) => new Given(argument ?? SINGLE_ROW);
      case 'union': {
        const parts = plan.parts.map((part) => this.build(part));
        return (argument) =>
          new Union(
            parts.map((part) => part(argument)),
            plan,
          );
      }
      case 'create':
      case 'merge':
      case 'set':
      case 'removeProperty':
      case 'removeLabels':
      case 'delete':
      case 'foreach':
        return this.#update(plan, this.build(plan.input));
      case 'produce':
      case 'aggregate':
      case 'distinct':
      case 'orderBy':
      case 'top':
      case 'skip':
      case 'limit':
      case 'unwind':
      case 'loadCsv':
      case 'eager':
        return this.#projection(plan, this.build(plan.input));
      case 'callProcedure':
      case 'apply':
      case 'applyInTransactions':
      case 'recall':
        return this.#call(plan, this.build(plan.input));
      default:
        return this.#pattern(plan, this.build(plan.input));
    }
  }

  /** What MATCH is made of. */
  #pattern(
    plan: PlanOf<
      | 'scanAll'
      | 'scanAllByLabel'
      | 'scanAllByLabels'
      | 'nodeIndexSeek'
      | 'nodeIndexSeekByRange'
      | 'relationshipIndexSeek'
      | 'relationshipIndexSeekByRange'
      | 'nodePointSeek'
      | 'relationshipPointSeek'
      | 'expand'
      | 'expandInto'
      | 'expandVariable'
      | 'shortestPath'
      | 'traverse'
      | 'projectEndpoints'
      | 'expandCount'
      | 'constructPath'
      | 'filter'
      | 'optional'
      | 'semiApply'
      | 'projectTrail'
      | 'repeat'
      | 'reachable'
      | 'trailEnds'
      | 'rollUp'
      | 'hashJoin'
    >,
    input: OperatorFactory,
  ): OperatorFactory {
    switch (plan.type) {
      case 'scanAll':
        return this.#scan({ slot: plan.slot, labels: undefined }, plan.input, input);
      case 'scanAllByLabel':
        return this.#scan({ slot: plan.slot, labels: [plan.label] }, plan.input, input);
      case 'scanAllByLabels':
        return this.#scan(plan, plan.input, input);
      case 'nodeIndexSeek':
      case 'relationshipIndexSeek': {
        const values = plan.values.map(({ value, each }) => ({ value: this.#expression(value), each }));
        const entity = plan.type === 'nodeIndexSeek' ? 'node' : 'relationship';
        return (argument) => new IndexSeek(input(argument), { ...plan, kind: 'range', entity, values });
      }
      case 'nodePointSeek':
      case 'relationshipPointSeek': {
        const search = mapSearch(plan.search, (part) => this.#expression(part));
        const entity = plan.type === 'nodePointSeek' ? 'node' : 'relationship';
        return (argument) => new PointSeek(input(argument), { ...plan, kind: 'point', entity, search });
      }
      case 'nodeIndexSeekByRange':
      case 'relationshipIndexSeekByRange': {
        const prefix = plan.prefix.map(({ value, each }) => ({ value: this.#expression(value), each }));
        const beginning = plan.beginning && this.#expression(plan.beginning);
        const from = plan.from && { ...plan.from, value: this.#expression(plan.from.value) };
        const to = plan.to && { ...plan.to, value: this.#expression(plan.to.value) };
        const entity = plan.type === 'nodeIndexSeekByRange' ? 'node' : 'relationship';
        const spec = { ...plan, kind: 'range', entity, prefix, from, to, beginning } as const;
        return (argument) => new IndexSeekByRange(input(argument), spec);
      }
      case 'expand': {
        const firstRows = this.#firstRows;
        return (argument) => new Expand(input(argument), plan, firstRows);
      }
      case 'expandInto':
        return (argument) => new ExpandInto(input(argument), plan);
      case 'expandVariable': {
        const spec = { ...plan, max: plan.max ?? Number.POSITIVE_INFINITY, ...this.#conditions(plan) };
        const filter = plan.filter && this.#stepFunction(plan.filter);
        return (argument) => new ExpandVariable(input(argument), { ...spec, filter });
      }
      case 'traverse': {
        const spec = {
          ...plan,
          max: plan.max ?? Number.POSITIVE_INFINITY,
          ...this.#conditions({ properties: plan.properties, steps: [] }),
          filter: plan.filter && this.#stepFunction(plan.filter),
          weight: plan.weight && this.#stepFunction(plan.weight),
        };
        return (argument) => new Traverse(input(argument), spec);
      }
      case 'shortestPath': {
        if (plan.min > 1) throw shortestWithLowerBound();
        const spec = { ...plan, max: plan.max ?? Number.POSITIVE_INFINITY, ...this.#conditions(plan) };
        if (plan.conditions.length > 0) {
          const conditions = plan.conditions.map((condition) => this.#predicate(condition));
          return (argument) => new PathsByLength(input(argument), { ...spec, conditions });
        }
        return (argument) =>
          plan.all ? new AllShortestPaths(input(argument), spec) : new ShortestPath(input(argument), spec);
      }
      case 'reachable': {
        const spec = { ...plan, max: plan.max ?? Number.POSITIVE_INFINITY };
        return (argument) => new Reachable(input(argument), spec);
      }
      case 'trailEnds': {
        const steps = plan.steps.map((step) => {
          return { ...step, predicates: step.predicates.map((predicate) => this.#predicate(predicate)) };
        });
        return (argument) => new TrailEnds(input(argument), { ...plan, steps });
      }
      case 'projectEndpoints':
        return (argument) => new ProjectEndpoints(input(argument), plan);
      case 'projectTrail': {
        const spec = { ...plan, max: plan.max ?? Number.POSITIVE_INFINITY, ...this.#conditions(plan) };
        return (argument) => new ProjectTrail(input(argument), spec);
      }
      case 'repeat': {
        const spec = { ...plan, max: plan.max ?? Number.POSITIVE_INFINITY, inner: this.build(plan.inner) };
        return (argument) => new Repeat(input(argument), spec);
      }
      case 'rollUp': {
        const begin = this.#answer(plan.nested, plan.answer, plan.rowSlot);
        return (argument) => new RollUp(input(argument), begin, plan.slot);
      }
      case 'hashJoin': {
        const inner = this.build(plan.inner);
        const [inputKey, innerKey] = [this.#expression(plan.inputKey), this.#expression(plan.innerKey)];
        const { slots } = plan;
        return (argument) => new HashJoin(input(argument), inner(undefined), { inputKey, innerKey, slots });
      }
      case 'expandCount':
        return (argument) => new ExpandCount(input(argument), plan);
      case 'constructPath':
        return (argument) => new ConstructPath(input(argument), plan);
      case 'filter': {
        const predicate = this.#predicate(plan.predicate);
        const rowWork = workOf([plan.predicate.expression]);
        const isPlain = !asksQuery(plan.predicate.expression);
        return (argument) => new Filter(input(argument), predicate, { rowWork, isPlain });
      }
      case 'optional': {
        const spec = { ...plan, inner: this.build(plan.inner) };
        return (argument) => new Optional(input(argument), spec);
      }
      case 'semiApply': {
        const probe = this.#probe(plan.inner, plan.rowSlot);
        return (argument) => new SemiApply(input(argument), probe(), plan);
      }
      default:
        return unreachable(plan);
    }
  }

  #scan(spec: NodeScanSpec, after: Plan, input: OperatorFactory): OperatorFactory {
    const firstRows = this.#firstRows;
    const isFirst = after.type === 'argument';
    return (argument) => new NodeScan(input(argument), spec, { firstRows, isFirst });
  }

  /** What WITH, RETURN, UNWIND and LOAD CSV are made of, and Eager. */
  #projection(
    plan: PlanOf<
      'produce' | 'aggregate' | 'distinct' | 'orderBy' | 'top' | 'skip' | 'limit' | 'unwind' | 'loadCsv' | 'eager'
    >,
    input: OperatorFactory,
  ): OperatorFactory {
    switch (plan.type) {
      case 'produce': {
        const rowWork = workOf(plan.items.map(({ expression }) => expression));
        const isPlain = !plan.items.some(({ expression }) => asksQuery(expression));
        const spec = { items: this.#items(plan.items), keep: plan.keep, rowWork, isPlain };
        return (argument) => new Produce(input(argument), spec);
      }
      case 'aggregate': {
        const keys = this.#items(plan.keys);
        const aggregations = this.#aggregations(plan.aggregations);
        const given = plan.aggregations.flatMap(({ argument, second }) => [argument ?? [], second ?? []].flat());
        const isPlain = ![...plan.keys, ...given].some(({ expression }) => asksQuery(expression));
        const spec = { keys, aggregations, nodeCounts: plan.nodeCounts, isPlain };
        return (argument) => new Aggregate(input(argument), spec);
      }
      case 'distinct':
        return (argument) => new Distinct(input(argument), plan.keys ?? plan.slots);
      case 'orderBy':
        return (argument) => new OrderBy(input(argument), plan);
      case 'top': {
        const limit = this.#count(plan.limit, 'LIMIT');
        const skip = plan.skip && this.#count(plan.skip, 'SKIP');
        return (argument) => new Top(input(argument), { keys: plan.keys, keep: plan.keep, limit, skip });
      }
      case 'skip': {
        const count = this.#count(plan.count, 'SKIP');
        return (argument) => new Skip(input(argument), count);
      }
      case 'limit': {
        const spec = { count: this.#count(plan.count, 'LIMIT'), exhaustive: plan.exhaustive };
        return (argument) => new Limit(input(argument), spec);
      }
      case 'unwind': {
        const spec = { list: this.#expression(plan.list), slot: plan.slot };
        return (argument) => new Unwind(input(argument), spec);
      }
      case 'loadCsv': {
        const { withHeaders, terminator, slot, url } = plan;
        const spec = { url: this.#expression(url), position: url.expression.span, withHeaders, terminator, slot };
        return (argument) => new LoadCsv(input(argument), spec);
      }
      case 'eager':
        return (argument) => new Eager(input(argument), plan.keep);
      default:
        return unreachable(plan);
    }
  }

  /** What CALL is made of. */
  #call(
    plan: PlanOf<'callProcedure' | 'apply' | 'applyInTransactions' | 'recall'>,
    input: OperatorFactory,
  ): OperatorFactory {
    switch (plan.type) {
      case 'callProcedure': {
        const procedure = this.#procedures.find(plan.name);
        assert(procedure, 'the semantic check has found the procedure');
        const spec = { ...plan, procedure, arguments: plan.arguments.map((argument) => this.#positioned(argument)) };
        return (argument) => new CallProcedure(input(argument), spec);
      }
      case 'apply': {
        const spec = { ...plan, inner: this.build(plan.inner) };
        return (argument) => new Apply(input(argument), spec);
      }
      case 'applyInTransactions': {
        const rows = this.#count(plan.rows, 'OF … ROWS');
        const spec = { ...plan, inner: this.build(plan.inner), rows, statusSlot: plan.status };
        return (argument) => new ApplyInTransactions(input(argument), spec);
      }
      case 'recall':
        return (argument) => new Recall(input(argument), argument, plan.slots);
      default:
        return unreachable(plan);
    }
  }

  #update(
    plan: PlanOf<'create' | 'merge' | 'set' | 'removeProperty' | 'removeLabels' | 'delete' | 'foreach'>,
    input: OperatorFactory,
  ): OperatorFactory {
    switch (plan.type) {
      case 'create': {
        const parts = plan.parts.map((part) => this.#createPart(part));
        return (argument) => new Create(input(argument), parts);
      }
      case 'merge': {
        const spec = {
          match: this.build(plan.match),
          create: this.build(plan.create),
          onMatch: this.#assignments(plan.onMatch),
          onCreate: this.#assignments(plan.onCreate),
          slots: plan.slots,
          mustNotBeNull: plan.mustNotBeNull.map((item) => this.#positioned(item)),
        };
        return (argument) => new Merge(input(argument), spec);
      }
      case 'set': {
        const spec = this.#assignments(plan);
        return (argument) => setItems(input(argument), spec);
      }
      case 'removeProperty': {
        const position = plan.target.expression.span;
        const key = typeof plan.key === 'string' ? plan.key : this.#expression(plan.key);
        const spec = { target: this.#expression(plan.target), key, position };
        return (argument) => removeProperty(input(argument), spec);
      }
      case 'removeLabels': {
        const { slot, labels } = plan;
        const dynamicLabels = plan.dynamicLabels.map((name) => this.#positioned(name));
        return (argument) => removeLabelsFrom(input(argument), { slot, labels, dynamicLabels });
      }
      case 'delete': {
        const spec = { detach: plan.detach, targets: plan.targets.map((target) => this.#positioned(target)) };
        return (argument) => deleteTargets(input(argument), spec);
      }
      case 'foreach': {
        const { list, slot, byElement } = plan;
        const position = list.expression.span;
        const spec = { inner: this.build(plan.inner), list: this.#expression(list), position, slot, byElement };
        return (argument) => new Foreach(input(argument), spec);
      }
      default:
        return unreachable(plan);
    }
  }

  /** A query inside an expression: planned here, since only here it is known which comprehensions stand around it. */
  #query(expression: QueryTree, scope: PlanScope, locals: readonly string[]): CompiledQuery {
    const { slots } = scope;
    const localEntries = locals.map((name) => [name, slots.add(name, 'value')] as const);
    const rowSlot = slots.addAnonymous('value');
    const inner = scope.with([...localEntries, [slots.nameOf(rowSlot), rowSlot]]);
    const { query, answer } = queryOf(expression);
    const nested = this.#planning.nested(query, inner);
    const value = new QueryExpression(this.#answer(nested, answer, rowSlot));
    return { value, localSlots: localEntries.map(([, slot]) => slot) };
  }

  /** What works out a query's answer for the rows of a batch. */
  #answer({ root, columns, count }: NestedPlan, answer: QueryAnswer, rowNumbers: number): QueryRunFactory {
    if (answer === 'exists') {
      const probe = this.#probe(root, rowNumbers);
      return (batch) => new ExistsRun(batch, probe);
    }
    const rowSlot = isRowByRow(root) ? rowNumbers : undefined;
    if (answer === 'count') {
      if (root.type === 'expand' && root.distinctFrom.length === 0 && root.input.type === 'argument') {
        return (batch) => new DegreeRun(batch, root);
      }
      const inner = this.build(count?.root ?? root);
      return (batch) => new CountRun(batch, { inner, rowSlot, multiplicity: count?.multiplicity });
    }
    const [column] = columns;
    assert(column, 'a query whose rows are collected returns a column');
    const inner = this.build(root);
    return (batch) => new CollectRun(batch, { inner, rowSlot, column: column.slot, answer });
  }

  /** The quickest way to ask whether a subplan has a row. `rowSlot` is there to carry a row's number. */
  #probe(inner: Plan, rowSlot: number): ProbeFactory {
    if (inner.type === 'expandInto' && inner.input.type === 'argument') return () => new PairProbe(inner);
    if (inner.type === 'expand' && inner.input.type === 'argument') return () => new DegreeProbe(inner);
    const factory = this.build(inner);
    const together = isRowByRow(inner) && largestEstimate(inner) <= FEW_ROWS && !walksFar(inner);
    return () => (together ? new BatchProbe(factory, rowSlot) : new SubplanProbe(factory));
  }

  #stepFunction({ expression, ...slots }: StepFunctionPlan): StepFunctionSpec {
    return { ...slots, value: this.#expression(expression), position: expression.expression.span };
  }

  #expression({ expression, scope }: ScopedExpression): CompiledExpression {
    return compileExpression(expression, scope, this.#hooks);
  }

  #predicate({ expression, scope }: ScopedExpression): CompiledPredicate {
    return compilePredicate(expression, scope, this.#hooks);
  }

  #items(items: readonly (ScopedExpression & { readonly slot: number })[]): CompiledItem[] {
    return items.map((item) => ({ slot: item.slot, expression: this.#expression(item) }));
  }

  #positioned(item: ScopedExpression): { value: CompiledExpression; position: Span } {
    return { value: this.#expression(item), position: item.expression.span };
  }

  #conditions({ properties, steps }: Pick<PlanOf<'expandVariable'>, 'properties' | 'steps'>): StepConditionsSpec {
    return {
      properties: properties.map(({ key, value }) => ({ key, value: this.#expression(value) })),
      steps: steps.map((step) => ({ ...step, predicate: this.#predicate(step.predicate) })),
    };
  }

  #count(count: ScopedExpression, clause: CountClause) {
    return compileCount(this.#expression(count), clause, count.expression.span);
  }

  /** Properties and variables that stand in several aggregations are compiled once: that is how Aggregate knows them again. */
  #aggregations(items: readonly AggregationItem[]): CompiledAggregation[] {
    const identities = new ExpressionIdentities();
    const compiled = new Map<number, CompiledExpression>();
    return items.map(({ slot, name, distinct, argument, second, span }) => {
      const type = argument?.expression.type;
      const identity =
        argument && (type === 'property' || type === 'variable') ? identities.idOf(argument.expression) : -1;
      const expression = compiled.get(identity) ?? (argument && this.#expression(argument));
      if (identity >= 0 && expression) compiled.set(identity, expression);
      return {
        slot,
        argument: expression,
        second: second && this.#expression(second),
        createState: () => createAggregate(name, { distinct, position: span }),
      };
    });
  }

  #createPart(part: CreatePart): CompiledCreatePart {
    if (part.type === 'path') return part;
    const properties = part.properties && this.#properties(part.properties);
    if (part.type === 'node') {
      return { ...part, dynamicLabels: part.dynamicLabels.map((name) => this.#positioned(name)), properties };
    }
    const { relationshipType: type } = part;
    return { ...part, relationshipType: typeof type === 'string' ? type : this.#positioned(type), properties };
  }

  #properties(properties: PropertyMap): CompiledProperties {
    if (properties.type === 'map') {
      return { type: 'map', value: this.#expression(properties.value), position: properties.value.expression.span };
    }
    return {
      type: 'entries',
      entries: properties.entries.map(([key, value]) => ({ key, ...this.#positioned(value) })),
    };
  }

  #assignments({ items, scope, byRow }: Assignments): AssignmentsSpec {
    return { items: items.map((item) => this.#assignment(item, scope)), byRow };
  }

  #assignment(item: SetItem, scope: PlanScope): CompiledAssignment {
    const position = item.span;
    const compile = (expression: Expression) => this.#expression({ expression, scope });
    if (item.type === 'property') {
      return { type: 'property', target: compile(item.target), key: item.key, value: compile(item.value), position };
    }
    if (item.type === 'dynamicProperty') {
      const { type } = item;
      return { type, target: compile(item.target), key: compile(item.key), value: compile(item.value), position };
    }
    if (item.type === 'labels') {
      const { type, labels } = item;
      const dynamicLabels = item.dynamicLabels.map(({ expression }) => this.#positioned({ expression, scope }));
      return { type, slot: scope.slotOf(item.variable)!, labels, dynamicLabels };
    }
    const target = compile({ type: 'variable', name: item.variable, span: item.span });
    return { type: item.type, target, value: compile(item.value), position };
  }
}

function shortestWithLowerBound(): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.NotSupported',
    'shortestPath(…) takes 0 or 1 as its lower bound: a longer path would not be a shortest one.',
  );
}
