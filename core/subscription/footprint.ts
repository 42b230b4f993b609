/**
 * What a standing query reads, by names, so that a commit that touches none of it need not be looked at. It may say yes too
 * often and must never say no wrongly: a query that hands out whole nodes reads every property of them.
 */
import type { Clause, Expression, PathPattern, Statement } from '../cypher/ast.ts';
import { childrenOf } from '../cypher/expression-tree.ts';
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
}

/** The footprint of a reading statement. */
export function footprintOf(statement: Statement): Footprint {
  const footprint = new FootprintBuilder();
  if (statement.body.type === 'query') {
    for (const part of statement.body.parts) for (const clause of part.clauses) footprint.addClause(clause);
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
      default:
        return false;
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

  addClause(clause: Clause): void {
    switch (clause.type) {
      case 'match':
        for (const pattern of clause.patterns) this.#addPattern(pattern);
        if (clause.where) this.#addExpression(clause.where);
        return;
      case 'unwind':
        this.#addExpression(clause.list);
        return;
      case 'with':
      case 'return':
        if (clause.type === 'return' && (clause.star || clause.items.some((item) => mayBeEntity(item.expression)))) {
          this.anyKey = true;
          this.anyLabel = true;
        }
        for (const item of [...clause.items, ...clause.orderBy]) this.#addExpression(item.expression);
        if (clause.where) this.#addExpression(clause.where);
        return;
      default:
        // A clause that writes: not a standing query, which the engine refuses.
        return;
    }
  }

  #addPattern(pattern: PathPattern): void {
    for (const node of pattern.nodes) {
      if (node.labels.length === 0) this.anyNode = true;
      for (const label of node.labels) this.labels.add(label);
      this.#addProperties(node.properties);
    }
    for (const relationship of pattern.relationships) {
      if (relationship.types.length === 0) this.anyRelationship = true;
      for (const type of relationship.types) this.relationshipTypes.add(type);
      this.#addProperties(relationship.properties);
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
        break;
      case 'call':
        if (expression.name === 'labels') this.anyLabel = true;
        if (expression.name === 'properties' || expression.name === 'keys') this.anyKey = true;
        break;
      case 'patternPredicate':
        for (const pattern of expression.patterns) this.#addPattern(pattern);
        break;
      default:
    }
    for (const child of childrenOf(expression)) this.#addExpression(child);
  }
}

/** Functions whose value is never a node, relationship or path, nor holds one. */
const SCALAR_FUNCTIONS: ReadonlySet<string> = new Set(
  'count sum avg id elementid labels type keys properties length size tointeger tofloat tostring toboolean'.split(' '),
);

/** Whether the value could be or hold a node, relationship or path, whose insides are then shown. */
function mayBeEntity(expression: Expression): boolean {
  switch (expression.type) {
    case 'variable':
      return true;
    case 'call':
      return !SCALAR_FUNCTIONS.has(expression.name) && expression.arguments.some(mayBeEntity);
    case 'property':
      // What a node's property holds is no entity; what a map's entry holds may be one.
      return expression.subject.type !== 'variable' && mayBeEntity(expression.subject);
    case 'index':
    case 'slice':
    case 'list':
    case 'map':
    case 'case':
    case 'listComprehension':
    case 'reduce':
    case 'arithmetic':
      return childrenOf(expression).some(mayBeEntity);
    default:
      return false;
  }
}
