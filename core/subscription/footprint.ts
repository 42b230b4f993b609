/**
 * What a standing query reads, by names, so that a commit that touches none of it need not be looked at. It may say yes too
 * often and must never say no wrongly: a query that hands out whole nodes reads every property of them.
 */
import type {
  Clause,
  DynamicNames,
  Expression,
  LabelExpression,
  PathPattern,
  ProjectionClause,
  Query,
  Statement,
} from '../cypher/ast.ts';
import { childrenOf, patternVariables } from '../cypher/expression-tree.ts';
import type { Delta } from '../graph/delta.ts';
import type { Tokens } from '../graph/tokens.ts';

export interface Footprint {
  readonly labels: ReadonlySet<string>;
  readonly relationshipTypes: ReadonlySet<string>;
  readonly keys: ReadonlySet<string>;
  /** It looks for nodes, or relationships, of any kind. */
  readonly anyNode: boolean;
  readonly anyRelationship: boolean;
  /** It shows properties, or labels, whatever they are called. */
  readonly anyKey: boolean;
  readonly anyLabel: boolean;
  /** It may show the names and indexes that the graph has. */
  readonly schema: boolean;
}

/** The footprint of a reading statement. */
export function footprintOf(statement: Statement): Footprint {
  const footprint = new FootprintBuilder();
  if (statement.body.type === 'query') {
    const clauses = statement.body.parts.flatMap((part) => part.clauses);
    for (const clause of clauses) footprint.addClause(clause);
    for (const clause of clauses) if (clause.type === 'return') footprint.addShown(clause);
  }
  return footprint;
}

/** Whether a commit's changes could change the query's answer. */
export function touches(footprint: Footprint, deltas: readonly Delta[], tokens: Tokens): boolean {
  const { labels, relationshipTypes, keys } = footprint;
  const readsNodes = footprint.anyNode || labels.size > 0;
  const readsRelationships = footprint.anyRelationship || relationshipTypes.size > 0;
  return deltas.some((delta) => {
    switch (delta.type) {
      case 'createNode':
        return footprint.anyNode;
      // A deletion does not say what it was that went.
      case 'deleteNode':
        return readsNodes;
      case 'deleteRelationship':
        return readsRelationships;
      case 'addLabel':
      case 'removeLabel':
        return footprint.anyLabel || labels.has(tokens.label.nameOf(delta.label));
      case 'createRelationship':
        return (
          footprint.anyRelationship || relationshipTypes.has(tokens.relationshipType.nameOf(delta.relationshipType))
        );
      case 'setNodeProperty':
      case 'setRelationshipProperty':
        return footprint.anyKey || keys.has(tokens.propertyKey.nameOf(delta.key));
      case 'noteCommit':
      case 'noteNode':
      case 'noteRelationship':
        return false;
      default:
        return footprint.schema;
    }
  });
}

class FootprintBuilder implements Footprint {
  readonly labels = new Set<string>();
  readonly relationshipTypes = new Set<string>();
  readonly keys = new Set<string>();
  anyNode = false;
  anyRelationship = false;
  anyKey = false;
  anyLabel = false;
  schema = false;
  /** Variables that a pattern binds to a node or relationship, and those that may be anything. A name may be both. */
  readonly #entities = new Set<string>();
  readonly #values = new Set<string>();

  /** RETURN, once all clauses are known: a whole node or relationship shows all its properties and labels. */
  addShown(clause: ProjectionClause): void {
    const isEntity = (name: string) => this.#entities.has(name) && !this.#values.has(name);
    if (!clause.star && !clause.items.some((item) => mayBeEntity(item.expression, isEntity))) return;
    this.anyKey = true;
    this.anyLabel = true;
  }

  addClause(clause: Clause): void {
    switch (clause.type) {
      case 'match':
        for (const pattern of clause.patterns) this.#addPattern(pattern);
        if (clause.where) this.#addExpression(clause.where);
        return;
      case 'unwind':
        this.#values.add(clause.variable);
        this.#addExpression(clause.list);
        return;
      case 'loadCsv':
        this.#values.add(clause.variable);
        this.#addExpression(clause.url);
        return;
      case 'with':
      case 'return':
        for (const item of clause.items) if (item.aliased) this.#values.add(item.name);
        for (const item of [...clause.items, ...clause.orderBy]) this.#addExpression(item.expression);
        if (clause.where) this.#addExpression(clause.where);
        return;
      case 'subquery':
        return this.#addQuery(clause.query);
      case 'call':
        // A procedure may read anything.
        this.anyNode = true;
        this.anyRelationship = true;
        this.anyKey = true;
        this.anyLabel = true;
        this.schema = true;
        return;
      default:
        // A clause that writes: not a standing query, which the engine refuses.
        return;
    }
  }

  #addQuery(query: Query): void {
    for (const { clauses } of query.parts) for (const clause of clauses) this.addClause(clause);
  }

  #addPattern(pattern: PathPattern): void {
    for (const { variable } of [...pattern.nodes, ...pattern.relationships]) if (variable) this.#entities.add(variable);
    // A relationship of variable length is a list of them.
    for (const { hops, variable } of pattern.relationships) if (hops && variable) this.#values.add(variable);
    for (const node of pattern.nodes) {
      if (node.labels.length === 0) this.anyNode = true;
      for (const label of node.labels) this.labels.add(label);
      this.#addLabels(node.labelExpression);
      this.#addNames(node.dynamicLabels);
      this.#addProperties(node.properties);
    }
    for (const { where } of [...pattern.nodes, ...pattern.relationships, pattern]) {
      if (where) this.#addExpression(where);
    }
    for (const relationship of pattern.relationships) {
      if (relationship.repeated) {
        this.#addPattern(relationship.repeated);
        // Outside of the pattern its variables are lists.
        for (const variable of patternVariables(relationship.repeated)) this.#values.add(variable);
      }
      if (relationship.types.length === 0) this.anyRelationship = true;
      for (const type of relationship.types) this.relationshipTypes.add(type);
      for (const { expression } of relationship.dynamicTypes ?? []) this.#addExpression(expression);
      this.#addProperties(relationship.properties);
      const { filter, weight, total } = relationship.traversal ?? {};
      for (const step of [filter, weight]) if (step) this.#addExpression(step.expression);
      if (total !== undefined) this.#values.add(total);
    }
  }

  /** Labels that are worked out may be any. */
  #addNames(names: readonly DynamicNames[] | undefined): void {
    if (names === undefined) return;
    this.anyLabel = true;
    for (const { expression } of names) this.#addExpression(expression);
  }

  #addLabels(expression: LabelExpression | undefined): void {
    switch (expression?.type) {
      case 'name':
        this.labels.add(expression.name);
        return;
      case 'any':
        this.anyLabel = true;
        return;
      case 'not':
        return this.#addLabels(expression.operand);
      case 'and':
      case 'or':
        this.#addLabels(expression.left);
        this.#addLabels(expression.right);
        return;
      default:
    }
  }

  #addProperties(properties: Expression | undefined): void {
    if (properties === undefined) return;
    if (properties.type === 'map') for (const [key] of properties.entries) this.keys.add(key);
    else this.anyKey = true;
    this.#addExpression(properties);
  }

  #addExpression(expression: Expression): void {
    switch (expression.type) {
      case 'property':
        this.keys.add(expression.key);
        break;
      case 'index':
        this.anyKey = true;
        break;
      case 'hasLabels':
        for (const label of expression.labels) this.labels.add(label);
        this.#addLabels(expression.labelExpression);
        break;
      case 'mapProjection':
        for (const item of expression.items) {
          if (item.type === 'all') this.anyKey = true;
          else if (item.type === 'property') this.keys.add(item.key);
        }
        break;
      case 'call':
        if (expression.name === 'labels') this.anyLabel = true;
        if (expression.name === 'properties' || expression.name === 'keys') this.anyKey = true;
        break;
      case 'listComprehension':
      case 'quantifier':
      case 'reduce':
        this.#values.add(expression.variable);
        if (expression.type === 'reduce') this.#values.add(expression.accumulator);
        break;
      case 'patternPredicate':
      case 'patternComprehension':
      case 'shortestPath':
        this.#addPattern(expression.pattern);
        break;
      case 'subqueryExpression':
        return this.#addQuery(expression.query);
      default:
    }
    for (const child of childrenOf(expression)) this.#addExpression(child);
  }
}

/** Functions whose value is never a node, relationship or path, nor holds one. */
const SCALAR_FUNCTIONS: ReadonlySet<string> = new Set(
  'count sum avg id elementid labels type keys properties length size tointeger tofloat tostring toboolean'.split(' '),
);

/**
 * Whether the value could be or hold a node, relationship or path, whose insides are then shown. `isEntity` tells the
 * variables that are nodes or relationships for certain.
 */
function mayBeEntity(expression: Expression, isEntity: (name: string) => boolean): boolean {
  const anyMayBe = (parts: readonly Expression[]) => parts.some((part) => mayBeEntity(part, isEntity));
  switch (expression.type) {
    case 'variable':
      return true;
    case 'call':
      return !SCALAR_FUNCTIONS.has(expression.name) && anyMayBe(expression.arguments);
    case 'property':
      // What a node's property holds is no entity; what a map's entry holds may be one.
      if (expression.subject.type === 'variable' && isEntity(expression.subject.name)) return false;
      return mayBeEntity(expression.subject, isEntity);
    case 'index':
    case 'slice':
    case 'list':
    case 'map':
    case 'case':
    case 'listComprehension':
    case 'reduce':
    case 'arithmetic':
      return anyMayBe(childrenOf(expression));
    case 'mapProjection':
    case 'patternComprehension':
    case 'shortestPath':
      return true;
    case 'subqueryExpression':
      return expression.kind === 'collect';
    default:
      return false;
  }
}
