/** Walking expressions and clauses, and telling whether two expressions are written the same. */
import type {
  Clause,
  DynamicNames,
  Expression,
  LabelsItem,
  PathPattern,
  Query,
  RemoveItem,
  SetItem,
  StepFunction,
  Traversal,
} from './ast.ts';
import { findFunction } from './function-table.ts';

type MapExpression = (child: Expression) => Expression;

/** Rebuilds an expression with its direct children replaced: those of patterns and of subqueries inside it too. */
export function mapChildren(expression: Expression, map: MapExpression): Expression {
  const optional = (child: Expression | undefined) => child && map(child);
  switch (expression.type) {
    case 'literal':
    case 'parameter':
    case 'variable':
    case 'countStar':
      return expression;
    case 'property':
    case 'hasLabels':
      return { ...expression, subject: map(expression.subject) };
    case 'index':
      return { ...expression, subject: map(expression.subject), index: map(expression.index) };
    case 'slice': {
      const { subject, from, to } = expression;
      return { ...expression, subject: map(subject), from: optional(from), to: optional(to) };
    }
    case 'list':
      return { ...expression, items: expression.items.map(map) };
    case 'map':
      return { ...expression, entries: expression.entries.map(([key, value]) => [key, map(value)] as const) };
    case 'mapProjection':
      return {
        ...expression,
        subject: map(expression.subject),
        items: expression.items.map((item) => (item.type === 'entry' ? { ...item, value: map(item.value) } : item)),
      };
    case 'not':
    case 'negate':
    case 'isNull':
    case 'isTyped':
    case 'isNormalized':
      return { ...expression, operand: map(expression.operand) };
    case 'and':
    case 'or':
    case 'xor':
    case 'arithmetic':
    case 'string':
    case 'in':
      return { ...expression, left: map(expression.left), right: map(expression.right) };
    case 'comparison':
      return { ...expression, operands: expression.operands.map(map) };
    case 'call':
      return { ...expression, arguments: expression.arguments.map(map) };
    case 'case':
      return {
        ...expression,
        subject: optional(expression.subject),
        // biome-ignore lint/suspicious/noThenProperty: THEN is what the branch of a CASE is called in the tree.
        branches: expression.branches.map((branch) => ({ when: map(branch.when), then: map(branch.then) })),
        otherwise: optional(expression.otherwise),
      };
    case 'listComprehension': {
      const { list, where, project } = expression;
      return { ...expression, list: map(list), where: optional(where), project: optional(project) };
    }
    case 'quantifier':
      return { ...expression, list: map(expression.list), where: map(expression.where) };
    case 'reduce': {
      const { initial, list, expression: body } = expression;
      return { ...expression, initial: map(initial), list: map(list), expression: map(body) };
    }
    case 'patternPredicate':
    case 'shortestPath':
      return { ...expression, pattern: mapPattern(expression.pattern, map) };
    case 'patternComprehension': {
      const { pattern, where, project } = expression;
      return { ...expression, pattern: mapPattern(pattern, map), where: optional(where), project: map(project) };
    }
    case 'subqueryExpression':
      return { ...expression, query: mapQuery(expression.query, map) };
  }
}

function mapPattern(pattern: PathPattern, map: MapExpression): PathPattern {
  const ofPart = <Part extends { properties: Expression | undefined; where: Expression | undefined }>(part: Part) => ({
    ...part,
    properties: part.properties && map(part.properties),
    where: part.where && map(part.where),
  });
  return {
    ...pattern,
    nodes: pattern.nodes.map((node) => ({ ...ofPart(node), dynamicLabels: mapNames(node.dynamicLabels, map) })),
    relationships: pattern.relationships.map((relationship) => ({
      ...ofPart(relationship),
      dynamicTypes: mapNames(relationship.dynamicTypes, map),
      traversal: relationship.traversal && mapTraversal(relationship.traversal, map),
      repeated: relationship.repeated && mapPattern(relationship.repeated, map),
    })),
    where: pattern.where && map(pattern.where),
  };
}

function mapNames<Names extends readonly DynamicNames[] | undefined>(names: Names, map: MapExpression) {
  return names?.map((one) => ({ ...one, expression: map(one.expression) }));
}

function mapLabels(item: LabelsItem, map: MapExpression): LabelsItem {
  return { ...item, dynamicLabels: mapNames(item.dynamicLabels, map) ?? [] };
}

function mapTraversal(traversal: Traversal, map: MapExpression): Traversal {
  const ofStep = (step: StepFunction | undefined) => step && { ...step, expression: map(step.expression) };
  return { ...traversal, filter: ofStep(traversal.filter), weight: ofStep(traversal.weight) };
}

function mapQuery(query: Query, map: MapExpression): Query {
  return {
    ...query,
    parts: query.parts.map(({ clauses }) => ({ clauses: clauses.map((one) => mapClause(one, map)) })),
  };
}

/** Rebuilds a clause with the expressions that stand directly in it, its patterns and its subquery replaced. */
function mapClause(clause: Clause, map: MapExpression): Clause {
  const optional = (child: Expression | undefined) => child && map(child);
  const patterns = (all: readonly PathPattern[]) => all.map((pattern) => mapPattern(pattern, map));
  const setItems = (items: readonly SetItem[]) => items.map((item) => mapSetItem(item, map));
  switch (clause.type) {
    case 'finish':
      return clause;
    case 'match':
      return { ...clause, patterns: patterns(clause.patterns), where: optional(clause.where) };
    case 'unwind':
      return { ...clause, list: map(clause.list) };
    case 'loadCsv':
      return { ...clause, url: map(clause.url) };
    case 'with':
    case 'return':
      return {
        ...clause,
        items: clause.items.map((item) => ({ ...item, expression: map(item.expression) })),
        orderBy: clause.orderBy.map((item) => ({ ...item, expression: map(item.expression) })),
        skip: optional(clause.skip),
        limit: optional(clause.limit),
        where: optional(clause.where),
      };
    case 'create':
      return { ...clause, patterns: patterns(clause.patterns) };
    case 'merge': {
      const { pattern, onCreate, onMatch } = clause;
      return {
        ...clause,
        pattern: mapPattern(pattern, map),
        onCreate: setItems(onCreate),
        onMatch: setItems(onMatch),
      };
    }
    case 'set':
      return { ...clause, items: setItems(clause.items) };
    case 'remove':
      return {
        ...clause,
        items: clause.items.map((item) => mapRemoveItem(item, map)),
      };
    case 'delete':
      return { ...clause, targets: clause.targets.map(map) };
    case 'call':
      return { ...clause, arguments: clause.arguments?.map(map), where: optional(clause.where) };
    case 'subquery': {
      const { inTransactions } = clause;
      return {
        ...clause,
        query: mapQuery(clause.query, map),
        inTransactions: inTransactions && {
          ...inTransactions,
          rows: optional(inTransactions.rows),
          concurrent: inTransactions.concurrent && { count: optional(inTransactions.concurrent.count) },
        },
      };
    }
    case 'foreach':
      return { ...clause, list: map(clause.list), clauses: clause.clauses.map((inner) => mapClause(inner, map)) };
  }
}

function mapSetItem(item: SetItem, map: MapExpression): SetItem {
  if (item.type === 'labels') return mapLabels(item, map);
  const value = map(item.value);
  switch (item.type) {
    case 'property':
      return { ...item, target: map(item.target), value };
    case 'dynamicProperty':
      return { ...item, target: map(item.target), key: map(item.key), value };
    default:
      return { ...item, value };
  }
}

function mapRemoveItem(item: RemoveItem, map: MapExpression): RemoveItem {
  switch (item.type) {
    case 'labels':
      return mapLabels(item, map);
    case 'property':
      return { ...item, target: map(item.target) };
    default:
      return { ...item, target: map(item.target), key: map(item.key) };
  }
}

/** The expressions directly inside one; of patterns and subqueries all that stand in them. */
export function childrenOf(expression: Expression): readonly Expression[] {
  return gathered((map) => mapChildren(expression, map));
}

/** The expressions of a clause, and of the clauses inside it. */
export function clauseExpressions(clause: Clause): readonly Expression[] {
  return gathered((map) => mapClause(clause, map));
}

function gathered(visit: (map: MapExpression) => unknown): Expression[] {
  const found: Expression[] = [];
  visit((child) => {
    found.push(child);
    return child;
  });
  return found;
}

/** The variables of a pattern: its nodes, relationships and the path, and those of what is repeated in it. */
export function patternVariables(pattern: PathPattern): readonly string[] {
  const own = [...pattern.nodes, ...pattern.relationships, pattern].flatMap(({ variable }) => variable ?? []);
  const inside = pattern.relationships.flatMap(({ repeated, traversal }) => [
    ...(repeated ? patternVariables(repeated) : []),
    ...(traversal?.total === undefined ? [] : [traversal.total]),
  ]);
  return [...own, ...inside];
}

/** The variables that the patterns of an expression name, in its subqueries too; it may make them or take them from around it. */
export function variablesOfPatterns(expression: Expression): readonly string[] {
  switch (expression.type) {
    case 'patternPredicate':
    case 'patternComprehension':
    case 'shortestPath':
      return patternVariables(expression.pattern);
    case 'subqueryExpression':
      return variablesOfQuery(expression.query);
    default:
      return [];
  }
}

function variablesOfQuery(query: Query): string[] {
  return query.parts.flatMap(({ clauses }) => clauses.flatMap(variablesOfClause));
}

function variablesOfClause(clause: Clause): readonly string[] {
  switch (clause.type) {
    case 'match':
    case 'create':
      return clause.patterns.flatMap(patternVariables);
    case 'merge':
      return patternVariables(clause.pattern);
    case 'subquery':
      return variablesOfQuery(clause.query);
    case 'foreach':
      return clause.clauses.flatMap(variablesOfClause);
    default:
      return [];
  }
}

/** Variables that an expression makes for what stands inside it, but for those of patterns. */
export function ownVariables(expression: Expression): readonly string[] {
  switch (expression.type) {
    case 'listComprehension':
    case 'quantifier':
      return [expression.variable];
    case 'reduce':
      return [expression.variable, expression.accumulator];
    default:
      return [];
  }
}

/**
 * Variables that an expression takes from around it. Those that a pattern or a subquery makes are among them: a name that is
 * known around never means another variable there.
 */
export function freeVariables(expression: Expression): Set<string> {
  const found = new Set<string>();
  collectFree(expression, new Set(), found);
  return found;
}

function collectFree(expression: Expression, hidden: ReadonlySet<string>, found: Set<string>): void {
  if (expression.type === 'variable') {
    if (!hidden.has(expression.name)) found.add(expression.name);
    return;
  }
  for (const variable of variablesOfPatterns(expression)) if (!hidden.has(variable)) found.add(variable);
  const own = ownVariables(expression);
  const inner = own.length === 0 ? hidden : new Set([...hidden, ...own]);
  for (const child of childrenOf(expression)) {
    collectFree(child, isOutside(child, expression) ? hidden : inner, found);
  }
}

/** Whether a child does not see the variables that the expression makes: the list that is run over, and where reduce starts. */
export function isOutside(child: Expression, expression: Expression): boolean {
  if ('list' in expression && expression.list === child) return true;
  return expression.type === 'reduce' && expression.initial === child;
}

type Aggregation = Extract<Expression, { type: 'call' | 'countStar' }>;

/** Whether the expression itself is an aggregation. */
export function isAggregation(expression: Expression): expression is Aggregation {
  if (expression.type === 'countStar') return true;
  return expression.type === 'call' && findFunction(expression.name)?.aggregate === true;
}

/** Whether there is an aggregation in the expression. Those of its subqueries are their own. */
export function holdsAggregation(expression: Expression): boolean {
  if (expression.type === 'subqueryExpression') return false;
  return isAggregation(expression) || childrenOf(expression).some(holdsAggregation);
}

/**
 * Numbers for expressions: equal for those that are written the same, wherever they stand. Linear in
 * the size of what it is asked about, so that long lists of columns are compared cheaply.
 */
export class ExpressionIdentities {
  readonly #byTree = new Map<object, number>();
  readonly #byKey = new Map<string, number>();

  idOf(expression: Expression): number {
    const known = this.#byTree.get(expression);
    if (known !== undefined) return known;
    const key = this.#fieldsKey(expression);
    const id = this.#byKey.get(key) ?? this.#byKey.size;
    this.#byKey.set(key, id);
    this.#byTree.set(expression, id);
    return id;
  }

  #fieldsKey(tree: object): string {
    const fields = Object.entries(tree).filter(([name]) => name !== 'span');
    return `{${fields.map(([name, value]) => `${name}:${this.#key(value)}`).join()}}`;
  }

  #key(value: unknown): string {
    if (Array.isArray(value)) return `[${value.map((item) => this.#key(item)).join()}]`;
    if (typeof value === 'object' && value !== null) {
      return isExpression(value) ? `#${this.idOf(value)}` : this.#fieldsKey(value);
    }
    return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? 'undefined');
  }
}

/** Within a tree, what has a type and a place is an expression. */
function isExpression(value: object): value is Expression {
  return 'type' in value && 'span' in value;
}
