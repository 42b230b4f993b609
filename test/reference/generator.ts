/** Random queries over the labels, types and keys of graph.ts: valid ones, whose expressions never meet a type error. */
import type { Dice } from './dice.ts';
import { KEYS, LABELS, SCALARS, type Scalar, TYPES } from './graph.ts';
import type { Clause, Expression, Item, NodePart, Path, Projection, RelationshipPart } from './query.ts';

type Kind = 'node' | 'relationship' | 'list' | 'scalar' | 'number';

interface Variable {
  readonly name: string;
  readonly kind: Kind;
}

const COMPARISONS = ['=', '<>', '<', '<=', '>', '>='] as const;

export function randomQuery(dice: Dice): Clause[] {
  return new QueryGenerator(dice).query();
}

class QueryGenerator {
  readonly #dice: Dice;
  #variables: Variable[] = [];
  #names = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  query(): Clause[] {
    const clauses: Clause[] = [];
    for (let count = 1 + this.#dice.below(3); count > 0; count--) {
      clauses.push(this.#reading());
      if (this.#dice.chance(0.35)) clauses.push(this.#projection('with'));
    }
    clauses.push(this.#projection('return'));
    return clauses;
  }

  reading(): { clauses: Clause[]; nodes: string[]; entities: string[] } {
    const dice = this.#dice;
    const clauses: Clause[] = [];
    for (let count = dice.below(3); count > 0; count--) {
      const path = this.#path(2);
      clauses.push({
        type: 'match',
        optional: false,
        paths: [path],
        where: dice.chance(0.4) ? this.#predicate(1) : undefined,
      });
    }
    const nodes = this.#of('node').map(({ name }) => name);
    return { clauses, nodes, entities: [...nodes, ...this.#of('relationship').map(({ name }) => name)] };
  }

  #reading(): Clause {
    const dice = this.#dice;
    if (dice.chance(0.12)) {
      const name = this.#name();
      const values = Array.from({ length: dice.below(4) }, () => dice.pick([...SCALARS, null]));
      this.#variables.push({ name, kind: 'scalar' });
      return { type: 'unwind', values, name };
    }
    const optional = dice.chance(0.25);
    const paths = Array.from({ length: dice.chance(0.25) ? 2 : 1 }, () => this.#path(3));
    return { type: 'match', optional, paths, where: dice.chance(0.4) ? this.#predicate(2) : undefined };
  }

  #path(nodesMax: number): Path {
    const dice = this.#dice;
    const count = 1 + dice.below(nodesMax);
    const nodes = [this.#node()];
    const relationships: RelationshipPart[] = [];
    while (nodes.length < count) {
      relationships.push(this.#relationship());
      nodes.push(this.#node());
    }
    return { nodes, relationships };
  }

  #node(): NodePart {
    const dice = this.#dice;
    const labels = dice.chance(0.3) ? [dice.pick(LABELS)] : [];
    const properties: Record<string, Scalar> = dice.chance(0.1) ? { x: dice.below(4) } : {};
    const bound = this.#of('node');
    if (bound.length > 0 && dice.chance(0.35)) return { name: dice.pick(bound).name, labels, properties };
    if (dice.chance(0.25)) return { name: undefined, labels, properties };
    return { name: this.#bind('node'), labels, properties };
  }

  #relationship(): RelationshipPart {
    const dice = this.#dice;
    const hops = dice.chance(0.25) ? { min: dice.below(3), max: 0 } : undefined;
    if (hops) hops.max = hops.min + dice.below(3);
    return {
      name: dice.chance(0.4) ? this.#bind(hops ? 'list' : 'relationship') : undefined,
      types: TYPES.filter(() => dice.chance(0.35)),
      direction: dice.pick(['out', 'out', 'in', 'both'] as const),
      hops,
      properties: dice.chance(0.1) ? { x: dice.below(4) } : {},
    };
  }

  #projection(type: Projection['type']): Projection {
    const dice = this.#dice;
    const items = this.#items(type);
    const isOrderable = items.every(({ kind }) => kind === 'scalar' || kind === 'number');
    const isOrdered = isOrderable && dice.chance(0.4);
    this.#variables = items.map(({ name, kind }) => ({ name, kind }));
    return {
      type,
      distinct: dice.chance(0.25),
      items: items.map(({ name, expression }) => ({ name, expression })),
      descending: isOrdered ? items.map(() => dice.chance(0.4)) : undefined,
      skip: isOrdered && dice.chance(0.3) ? dice.below(3) : undefined,
      limit: isOrdered && dice.chance(0.4) ? dice.below(5) : undefined,
      where: type === 'with' && dice.chance(0.3) ? this.#predicate(1) : undefined,
    };
  }

  #items(type: Projection['type']): (Item & { readonly kind: Kind })[] {
    const dice = this.#dice;
    const items: (Item & { readonly kind: Kind })[] = [];
    const aggregates = dice.chance(0.3);
    for (let count = 1 + dice.below(3); count > 0; count--) {
      const name = this.#name();
      if (aggregates && (items.length === 0 || dice.chance(0.4))) {
        items.push({ name, kind: 'scalar', expression: this.#aggregation() });
      } else if (this.#variables.length > 0 && dice.chance(type === 'with' ? 0.7 : 0.35)) {
        const variable = dice.pick(this.#variables);
        items.push({ name, kind: variable.kind, expression: { type: 'variable', name: variable.name } });
      } else items.push({ name, kind: 'scalar', expression: this.#scalar(2) });
    }
    return items;
  }

  #aggregation(): Expression {
    const dice = this.#dice;
    if (dice.chance(0.3)) return { type: 'aggregate', name: 'count', distinct: false, argument: undefined };
    const entities = this.#entities();
    const distinct = dice.chance(0.3);
    if (entities.length > 0 && dice.chance(0.3)) {
      const argument: Expression = { type: 'property', subject: dice.pick(entities).name, key: 'x' };
      return { type: 'aggregate', name: 'sum', distinct, argument };
    }
    return {
      type: 'aggregate',
      name: dice.pick(['count', 'min', 'max'] as const),
      distinct,
      argument: this.#scalar(1),
    };
  }

  #scalar(depth: number): Expression {
    const dice = this.#dice;
    const entities = this.#entities();
    const scalars = [...this.#of('scalar'), ...this.#of('number')];
    const lists = this.#of('list');
    const choice = dice.below(depth > 0 ? 12 : 8);
    if (choice < 5 && entities.length > 0) {
      return { type: 'property', subject: dice.pick(entities).name, key: dice.pick(KEYS) };
    }
    if (choice < 6 && scalars.length > 0) return { type: 'variable', name: dice.pick(scalars).name };
    if (choice < 7 && lists.length > 0) return { type: 'size', list: dice.pick(lists).name };
    if (choice < 9) return { type: 'scalar', value: dice.pick([...SCALARS, null]) };
    if (choice === 9) return { type: 'coalesce', items: [this.#scalar(depth - 1), this.#scalar(depth - 1)] };
    if (choice === 10) {
      return {
        type: 'case',
        when: this.#predicate(depth - 1),
        met: this.#scalar(depth - 1),
        otherwise: this.#scalar(depth - 1),
      };
    }
    return dice.chance(0.5) ? this.#predicate(depth - 1) : this.#subquery('count');
  }

  /** A BOOLEAN or null. */
  #predicate(depth: number): Expression {
    const dice = this.#dice;
    const nodes = this.#of('node');
    const choice = dice.below(depth > 0 ? 10 : 6);
    if (choice < 3)
      return { type: 'compare', operator: dice.pick(COMPARISONS), left: this.#scalar(0), right: this.#scalar(0) };
    if (choice === 3) return { type: 'isNull', operand: this.#scalar(0), negated: dice.chance(0.5) };
    if (choice === 4) {
      const items = Array.from({ length: dice.below(4) }, () => this.#scalar(0));
      return { type: 'in', left: this.#scalar(0), items };
    }
    if (choice === 5) {
      if (nodes.length === 0) return { type: 'scalar', value: dice.pick([true, false]) };
      return { type: 'hasLabel', subject: dice.pick(nodes).name, label: dice.pick(LABELS) };
    }
    if (choice === 6) return this.#subquery('exists');
    if (choice === 7) return { type: 'not', operand: this.#predicate(depth - 1) };
    return {
      type: dice.pick(['and', 'or', 'xor'] as const),
      left: this.#predicate(depth - 1),
      right: this.#predicate(depth - 1),
    };
  }

  /** What it binds is known inside only. */
  #subquery(type: 'exists' | 'count'): Expression {
    const outside = this.#variables;
    const path = this.#path(2);
    const where = this.#dice.chance(0.4) ? this.#predicate(0) : undefined;
    this.#variables = outside;
    return { type, path, where };
  }

  #of(kind: Kind): Variable[] {
    return this.#variables.filter((variable) => variable.kind === kind);
  }

  #entities(): Variable[] {
    return [...this.#of('node'), ...this.#of('relationship')];
  }

  #bind(kind: Kind): string {
    const name = this.#name();
    this.#variables = [...this.#variables, { name, kind }];
    return name;
  }

  #name(): string {
    return `v${this.#names++}`;
  }
}

/** MATCH clauses without OPTIONAL, and the names of the nodes and of all entities that they bind. */
export function randomReading(dice: Dice): {
  readonly clauses: readonly Clause[];
  readonly nodes: readonly string[];
  readonly entities: readonly string[];
} {
  return new QueryGenerator(dice).reading();
}
