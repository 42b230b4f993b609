/** Side effects as the kit counts them: from two states of the graph, and not from what the engine says about its changes. */
import type { ExportedNode, ExportedRelationship, GraphView } from '../../core/graph/graph-view.ts';
import { canonicalText } from './canonical.ts';
import { notationOf } from './values.ts';

const KINDS = ['nodes', 'relationships', 'labels', 'properties'] as const;

type Kind = (typeof KINDS)[number];

export type SideEffect = `${'+' | '-'}${Kind}`;

export type SideEffects = Readonly<Record<SideEffect, number>>;

/**
 * What of a graph can be a side effect. A label counts once for the whole graph, however many nodes have it; a property is
 * the triple of entity, key and value, so that a changed value is one gone and one new.
 */
export type GraphFacts = Readonly<Record<Kind, ReadonlySet<string>>>;

/** The facts of the graph that a view sees. */
export function factsOf(view: GraphView): GraphFacts {
  const labels = view.exportTokens('label');
  const keys = view.exportTokens('propertyKey');
  const nodes = view.exportNodes(0, view.nodeIdLimit);
  const relationships = view.exportRelationships(0, view.relationshipIdLimit);
  const properties = (prefix: string, entity: ExportedNode | ExportedRelationship): string[] =>
    entity.keys.map((key, i) => `${prefix}${entity.id} ${keys[key]} ${canonicalText(notationOf(entity.values[i]!))}`);
  return {
    nodes: new Set(nodes.map(({ id }) => String(id))),
    relationships: new Set(relationships.map(({ id }) => String(id))),
    labels: new Set(nodes.flatMap((node) => node.labels.map((label) => labels[label]!))),
    properties: new Set([
      ...nodes.flatMap((node) => properties('node ', node)),
      ...relationships.flatMap((relationship) => properties('relationship ', relationship)),
    ]),
  };
}

/** What came and what went between two states. */
export function sideEffectsBetween(before: GraphFacts, after: GraphFacts): SideEffects {
  return sideEffects((kind) => [countOfNew(before[kind], after[kind]), countOfNew(after[kind], before[kind])]);
}

/** How many members of `right` are not in `left`. */
function countOfNew(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  return [...right].filter((fact) => !left.has(fact)).length;
}

/** The counts of a step's table; what it does not name is 0. Errors: a name that is no side effect. */
export function sideEffectsOfTable(table: readonly (readonly string[])[]): SideEffects {
  const named = new Map(table.map(([name = '', count]) => [name, Number(count)]));
  const effects = sideEffects((kind) => [named.get(`+${kind}`) ?? 0, named.get(`-${kind}`) ?? 0]);
  for (const [name, count] of named) {
    if (!(name in effects) || !Number.isSafeInteger(count)) throw new Error(`no side effect: ${name} ${count}`);
  }
  return effects;
}

export const NO_SIDE_EFFECTS: SideEffects = sideEffectsOfTable([]);

function sideEffects(count: (kind: Kind) => readonly [added: number, removed: number]): SideEffects {
  const [nodes, relationships, labels, properties] = [
    count('nodes'),
    count('relationships'),
    count('labels'),
    count('properties'),
  ];
  return {
    '+nodes': nodes[0],
    '-nodes': nodes[1],
    '+relationships': relationships[0],
    '-relationships': relationships[1],
    '+labels': labels[0],
    '-labels': labels[1],
    '+properties': properties[0],
    '-properties': properties[1],
  };
}

/** The counts that are not 0, such as `+nodes 1, -labels 1`. */
export function sideEffectsText(effects: SideEffects): string {
  const named = Object.entries(effects).filter(([, count]) => count !== 0);
  return named.length === 0 ? 'none' : named.map(([name, count]) => `${name} ${count}`).join(', ');
}
