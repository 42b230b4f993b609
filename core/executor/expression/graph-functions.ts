/** Functions on nodes, relationships, paths and maps. */
import type { Position } from '../../error.ts';
import { isMap } from '../../value/equality.ts';
import { NodeReference, PathReference, RelationshipReference, type Value } from '../../value/value.ts';
import type { EvaluationContext } from './expression.ts';
import { argumentTypeError, type CallSite, type FunctionTable } from './function-definition.ts';
import { deletedEntityError } from './property.ts';

export const GRAPH_FUNCTIONS: FunctionTable = {
  id: { apply: ([entity], _context, site) => entityArgument(entity!, site).id },
  elementid: {
    apply: ([value], context, site) => {
      const entity = entityArgument(value!, site);
      return context.elementId(entity instanceof NodeReference ? 'node' : 'relationship', entity.id);
    },
  },
  labels: { apply: ([node], context, site) => labelsOf(node!, context, site) },
  type: {
    apply: ([value], context, site) => {
      const { id } = relationshipArgument(value!, site);
      const type = context.view.relationshipType(id);
      return context.tokens.relationshipType.nameOf(found(type < 0 ? context.typeOfDeleted(id) : type, site.position));
    },
  },
  startnode: {
    apply: ([value], context, site) => {
      const { id } = relationshipArgument(value!, site);
      return new NodeReference(found(context.view.relationshipStart(id), site.position));
    },
  },
  endnode: {
    apply: ([value], context, site) => {
      const { id } = relationshipArgument(value!, site);
      return new NodeReference(found(context.view.relationshipEnd(id), site.position));
    },
  },
  keys: { apply: ([value], context, site) => keysOf(value!, context, site) },
  properties: {
    apply: ([value], context, site) => propertiesArgument(value!, context, site),
  },
  nodes: { apply: ([path], _context, site) => pathArgument(path!, site).nodes.map((id) => new NodeReference(id)) },
  relationships: {
    apply: ([path], _context, site) =>
      pathArgument(path!, site).relationships.map((id) => new RelationshipReference(id)),
  },
  length: { apply: ([path], _context, site) => pathArgument(path!, site).relationships.length },
};

function entityArgument(value: Value, site: CallSite): NodeReference | RelationshipReference {
  if (value instanceof NodeReference || value instanceof RelationshipReference) return value;
  throw argumentTypeError(site, 'a NODE or a RELATIONSHIP', value);
}

function relationshipArgument(value: Value, site: CallSite): RelationshipReference {
  if (value instanceof RelationshipReference) return value;
  throw argumentTypeError(site, 'a RELATIONSHIP', value);
}

function pathArgument(value: Value, site: CallSite): PathReference {
  if (value instanceof PathReference) return value;
  throw argumentTypeError(site, 'a PATH', value);
}

/** What the view said of a relationship, unless it said that there is none. */
function found(answer: number, position: Position): number {
  if (answer < 0) throw deletedEntityError('relationship', position);
  return answer;
}

function labelsOf(value: Value, context: EvaluationContext, site: CallSite): readonly string[] {
  if (!(value instanceof NodeReference)) throw argumentTypeError(site, 'a NODE', value);
  if (!context.view.nodeExists(value.id)) throw deletedEntityError('node', site.position);
  return context.view.nodeLabels(value.id).map((label) => context.tokens.label.nameOf(label));
}

function keysOf(value: Value, context: EvaluationContext, site: CallSite): readonly string[] {
  if (isMap(value)) return [...value.keys()];
  const tokens = keyTokensOf(entityOrMapArgument(value, site), context, site.position);
  return tokens.map((key) => context.tokens.propertyKey.nameOf(key));
}

function propertiesArgument(value: Value, context: EvaluationContext, site: CallSite): ReadonlyMap<string, Value> {
  return isMap(value) ? value : propertiesOf(entityOrMapArgument(value, site), context, site.position);
}

function entityOrMapArgument(value: Value, site: CallSite): NodeReference | RelationshipReference {
  if (value instanceof NodeReference || value instanceof RelationshipReference) return value;
  throw argumentTypeError(site, 'a NODE, a RELATIONSHIP or a MAP', value);
}

function keyTokensOf(
  entity: NodeReference | RelationshipReference,
  { view }: EvaluationContext,
  position: Position,
): readonly number[] {
  if (entity instanceof NodeReference) {
    if (!view.nodeExists(entity.id)) throw deletedEntityError('node', position);
    return view.nodeKeys(entity.id);
  }
  if (!view.relationshipExists(entity.id)) throw deletedEntityError('relationship', position);
  return view.relationshipKeys(entity.id);
}

/** All properties of a node or relationship, or the entries of a map. */
export function propertiesOf(
  subject: NodeReference | RelationshipReference | ReadonlyMap<string, Value>,
  context: EvaluationContext,
  position: Position,
): ReadonlyMap<string, Value> {
  if (!(subject instanceof NodeReference || subject instanceof RelationshipReference)) return subject;
  const { view, tokens } = context;
  const properties = new Map<string, Value>();
  for (const token of keyTokensOf(subject, context, position)) {
    const { id } = subject;
    const property =
      subject instanceof NodeReference ? view.nodeProperty(id, token) : view.relationshipProperty(id, token);
    properties.set(tokens.propertyKey.nameOf(token), property);
  }
  return properties;
}
