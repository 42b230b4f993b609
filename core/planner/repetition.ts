/** Quantified path patterns, `((a)-[r]->(b) WHERE …){1,3}`, as plans. */
import { assert } from '../assert.ts';
import type { PathPattern } from '../cypher/ast.ts';
import type { RepeatPlan } from './plan.ts';
import { anonymousName, type PlanScope } from './slots.ts';

/** A quantified path pattern as it stands in a MATCH: each part of it has a name, made up where none is written. */
export interface Repetition {
  readonly pattern: PathPattern;
  /** Its variables, and the slots of the lists that they are outside of it. */
  readonly groups: readonly { readonly name: string; readonly slot: number }[];
}

/** Names every node and relationship, and gives slots to those variables that the text can name. */
export function repetitionOf(pattern: PathPattern, outer: PlanScope): Repetition {
  const { slots } = outer;
  const named = new Set<string>();
  const withName = <Part extends { readonly variable: string | undefined }>(part: Part): Part => {
    if (part.variable === undefined) return { ...part, variable: anonymousName(slots.addAnonymous('value')) };
    named.add(part.variable);
    return part;
  };
  return {
    pattern: { ...pattern, nodes: pattern.nodes.map(withName), relationships: pattern.relationships.map(withName) },
    groups: [...named].map((name) => ({ name, slot: slots.add(name, 'value') })),
  };
}

/** The plan of a repetition that is walked from one of its ends. `plan` plans one time through it. */
export function planRepetition(fields: {
  walk: Omit<RepeatPlan, 'type' | 'inner' | 'innerStart' | 'innerEnd' | 'innerRelationships' | 'groups'>;
  repeated: Repetition;
  outer: PlanScope;
  plan: (pattern: PathPattern, scope: PlanScope) => { plan: RepeatPlan['inner']; scope: PlanScope };
}): RepeatPlan {
  const { walk, repeated, outer } = fields;
  const { pattern, groups } = repeated;
  const first = nameOf(pattern.nodes[0]);
  const last = nameOf(pattern.nodes.at(-1));
  const [start, end] = walk.reversed ? [last, first] : [first, last];
  const innerStart = outer.slots.add(start, 'node');
  const inside = fields.plan(pattern, outer.with([[start, innerStart]]));
  const slotOf = (name: string): number => {
    const slot = inside.scope.slotOf(name);
    assert(slot !== undefined, 'a plan binds all variables of its pattern');
    return slot;
  };
  return {
    type: 'repeat',
    ...walk,
    inner: inside.plan,
    innerStart,
    innerEnd: slotOf(end),
    innerRelationships: pattern.relationships.map((relationship) => slotOf(nameOf(relationship))),
    groups: groups.map(({ name, slot }) => ({ inner: slotOf(name), outer: slot })),
  };
}

function nameOf(part: { readonly variable: string | undefined } | undefined): string {
  assert(part?.variable !== undefined, 'every part of a repeated pattern has a name');
  return part.variable;
}
