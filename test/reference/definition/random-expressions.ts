/** Random patterns, and expressions of the kind that is asked for, over the variables of a scope. */
import { LABELS, STRINGS, TYPES } from './random-graph.ts';
import type { Kind, Scope, Variable } from './random-scope.ts';
import type { Tape } from './tape.ts';

const COMPARISONS = ['=', '<>', '<', '<=', '>', '>='] as const;

export interface PathOptions {
  /** Variables that its conditions may name: those from before the MATCH. */
  readonly started?: Scope;
  /** Whether the path itself may have a name. */
  readonly named: boolean;
  /** How many nodes it may have. */
  readonly counts?: readonly number[];
}

export class RandomExpressions {
  readonly #tape: Tape;
  readonly #newName: () => string;
  /** Whether a pattern may stand as it is: only where a truth value decides. */
  #bare = true;

  constructor(tape: Tape, newName: () => string) {
    this.#tape = tape;
    this.#newName = newName;
  }

  ofKind(kind: Kind, scope: Scope, depth: number): string {
    switch (kind) {
      case 'number':
        return this.number(scope, depth);
      case 'predicate': {
        this.#bare = false;
        const text = this.predicate(scope, depth);
        this.#bare = true;
        return text;
      }
      case 'bag':
        return this.#bag(scope, depth);
      case 'node': {
        const nodes = of(scope, 'node');
        return nodes.length > 0 ? this.#tape.pick(nodes).name : 'null';
      }
      default:
        return this.#scalar(scope, depth);
    }
  }

  /** A number or null. */
  number(scope: Scope, depth: number): string {
    const tape = this.#tape;
    const entities = [...of(scope, 'node'), ...of(scope, 'relationship')];
    const numbers = of(scope, 'number');
    const choice = tape.below(depth > 0 ? 16 : 6);
    switch (choice) {
      case 1:
      case 2:
        if (entities.length > 0) return `${tape.pick(entities).name}.${tape.pick(['k', 'k', 'uid'])}`;
        break;
      case 3:
      case 4:
        if (numbers.length > 0) return tape.pick(numbers).name;
        break;
      case 5:
        return this.#sizeOf(scope);
      case 6:
      case 7:
        return `(${this.number(scope, depth - 1)} ${tape.pick(['+', '-', '*'])} ${this.number(scope, depth - 1)})`;
      case 8:
        return `CASE WHEN ${this.predicate(scope, depth - 1)} THEN ${this.number(scope, depth - 1)} ELSE ${this.number(scope, depth - 1)} END`;
      case 9:
        return `coalesce(${this.number(scope, depth - 1)}, ${this.number(scope, 0)})`;
      case 10:
        return `COUNT { ${this.#subquery(scope, depth - 1)} }`;
      case 11: {
        const x = this.#newName();
        return `reduce(s = 0, ${x} IN ${this.#bag(scope, depth - 1)} | s + CASE WHEN ${this.predicate([...scope, { name: x, kind: 'scalar' }], 0)} THEN 1 ELSE 2 END)`;
      }
      case 12:
        return `abs(${this.number(scope, depth - 1)})`;
      case 13:
        if (entities.length > 0) return `${tape.pick(entities).name}.uid % ${2 + tape.below(2)}`;
        break;
      case 14:
        return `CASE ${this.#scalar(scope, depth - 1)} WHEN ${this.#scalar(scope, depth - 1)} THEN ${this.number(scope, 0)} WHEN ${this.#scalar(scope, 0)} THEN 7 END`;
      case 15:
        return `size(${this.#list(scope, depth - 1)})`;
    }
    return tape.pick(['1', '0', '2', '3', '1.5', 'null']);
  }

  #sizeOf(scope: Scope): string {
    const lists = [...of(scope, 'relationships'), ...of(scope, 'nodes'), ...of(scope, 'bag'), ...of(scope, 'path')];
    if (lists.length === 0) return '1';
    const { name, kind } = this.#tape.pick(lists);
    return kind === 'path' ? `length(${name})` : `size(${name})`;
  }

  #scalar(scope: Scope, depth: number): string {
    const tape = this.#tape;
    const entities = [...of(scope, 'node'), ...of(scope, 'relationship')];
    const scalars = of(scope, 'scalar');
    switch (tape.below(depth > 0 ? 11 : 7)) {
      case 1:
      case 2:
        if (entities.length > 0) return `${tape.pick(entities).name}.${tape.pick(['m', 's', 'k'])}`;
        break;
      case 3:
        if (scalars.length > 0) return tape.pick(scalars).name;
        break;
      case 4:
        return this.number(scope, depth);
      case 5: {
        const relationships = of(scope, 'relationship');
        if (relationships.length > 0) return `type(${tape.pick(relationships).name})`;
        break;
      }
      case 6: {
        const paths = [...of(scope, 'path')];
        if (paths.length > 0) return `head(nodes(${tape.pick(paths).name})).${tape.pick(['m', 'k'])}`;
        break;
      }
      case 7:
        return `CASE WHEN ${this.predicate(scope, depth - 1)} THEN ${this.#scalar(scope, depth - 1)} END`;
      case 8:
        return `coalesce(${this.#scalar(scope, depth - 1)}, ${this.#scalar(scope, depth - 1)})`;
      case 9:
        return `nullIf(${this.#scalar(scope, depth - 1)}, ${this.#scalar(scope, depth - 1)})`;
      case 10: {
        const x = this.#newName();
        return `[${x} IN ${this.#list(scope, depth - 1)} WHERE ${this.predicate([...scope, { name: x, kind: 'number' }], 0)} | ${x}]`;
      }
    }
    return tape.pick(['1', "'a'", 'true', 'null', '2.5', "'b'", 'false']);
  }

  /** A list of numbers in a certain order. */
  #list(scope: Scope, depth: number): string {
    const tape = this.#tape;
    switch (tape.below(depth > 0 ? 6 : 3)) {
      case 0:
        return `[${tape.several({ least: 0, most: 3 }, () => this.number(scope, 0)).join(', ')}]`;
      case 1:
        return `range(${tape.below(3)}, ${tape.below(5)})`;
      case 2: {
        const lists = [...of(scope, 'relationships'), ...of(scope, 'nodes')];
        if (lists.length === 0) return '[1, null, 2]';
        const x = this.#newName();
        return `[${x} IN ${tape.pick(lists).name} | ${x}.k]`;
      }
      case 3:
        return `${this.#list(scope, depth - 1)}[${tape.below(2)}..${tape.below(4)}]`;
      case 4:
        return `tail(${this.#list(scope, depth - 1)})`;
      default:
        return `reverse(${this.#list(scope, depth - 1)})`;
    }
  }

  #bag(scope: Scope, depth: number): string {
    const tape = this.#tape;
    const bags = of(scope, 'bag');
    if (bags.length > 0 && tape.chance(40)) return tape.pick(bags).name;
    if (depth <= 0 || tape.chance(30)) return this.#list(scope, depth);
    const inner = [...scope];
    if (tape.chance(50)) {
      // Only with a relationship is it a pattern and no expression in brackets.
      const path = this.path(inner, { named: false, counts: [2, 3] });
      const where = tape.chance(40) ? ` WHERE ${this.predicate(inner, depth - 1)}` : '';
      return `[${path}${where} | ${this.#scalar(inner, depth - 1)}]`;
    }
    const path = this.path(inner, { named: false });
    const where = tape.chance(40) ? ` WHERE ${this.predicate(inner, depth - 1)}` : '';
    return `COLLECT { MATCH ${path}${where} RETURN ${this.#scalar(inner, depth - 1)} AS c }`;
  }

  predicate(scope: Scope, depth: number): string {
    const tape = this.#tape;
    const nodes = of(scope, 'node');
    switch (tape.below(depth > 0 ? 19 : 10)) {
      case 1:
      case 2:
        return `${this.#scalar(scope, depth - 1)} ${tape.pick(COMPARISONS)} ${this.#scalar(scope, depth - 1)}`;
      case 3: {
        if (nodes.length === 0) break;
        const { name } = tape.pick(nodes);
        return `(${name}:${this.#labels()})`;
      }
      case 4:
        return `${this.#scalar(scope, depth - 1)} IS ${tape.pick(['', 'NOT '])}NULL`;
      case 5:
        return `${this.#scalar(scope, depth - 1)} IN [${tape.several({ least: 0, most: 3 }, () => this.#scalar(scope, 0)).join(', ')}]`;
      case 6:
        if (nodes.length > 1) return `${tape.pick(nodes).name} ${tape.pick(['=', '<>'])} ${tape.pick(nodes).name}`;
        break;
      case 7:
        return `${this.#text(scope)} ${tape.pick(['STARTS WITH', 'ENDS WITH', 'CONTAINS'])} '${tape.pick(STRINGS)}'`;
      case 8: {
        const entities = [...nodes, ...of(scope, 'relationship')];
        if (entities.length === 0) break;
        return `${tape.pick(entities).name}.${tape.pick(['k', 's', 'm'])} ${tape.pick(COMPARISONS)} ${tape.pick(['1', "'a'", '2', 'null', '1.5', 'true'])}`;
      }
      case 9:
        return tape.pick(['true', 'false', 'null']);
      case 10:
        return `NOT (${this.predicate(scope, depth - 1)})`;
      case 11:
      case 12:
      case 13:
      case 14:
        return `(${this.predicate(scope, depth - 1)} ${tape.pick(['AND', 'AND', 'OR', 'OR', 'XOR'])} ${this.predicate(scope, depth - 1)})`;
      case 15:
        return `EXISTS { ${this.#subquery(scope, depth - 1)} }`;
      case 16: {
        if (nodes.length === 0) break;
        const step = this.#step(scope, undefined);
        const end = tape.chance(30) ? tape.pick(nodes).name : '';
        const pattern = `(${tape.pick(nodes).name})${step}(${end}${this.#labelOrNone()})`;
        return this.#bare ? pattern : `exists(${pattern})`;
      }
      case 17: {
        const x = this.#newName();
        const inner: Scope = [...scope, { name: x, kind: 'scalar' }];
        return `${tape.pick(['any', 'all', 'none', 'single'])}(${x} IN ${this.#bag(scope, depth - 1)} WHERE ${this.predicate(inner, depth - 1)})`;
      }
      case 18: {
        const bound = this.number(scope, 0);
        return `${this.number(scope, 0)} ${tape.pick(['<', '<='])} ${bound} ${tape.pick(['<', '<=', '<>'])} ${this.number(scope, 0)}`;
      }
    }
    return `${this.number(scope, depth - 1)} ${tape.pick(COMPARISONS)} ${this.number(scope, depth - 1)}`;
  }

  #text(scope: Scope): string {
    const entities = [...of(scope, 'node'), ...of(scope, 'relationship')];
    return entities.length > 0 ? `${this.#tape.pick(entities).name}.s` : `'${this.#tape.pick(STRINGS)}'`;
  }

  /** The inside of EXISTS and COUNT. */
  #subquery(scope: Scope, depth: number): string {
    const tape = this.#tape;
    const inner = [...scope];
    const started = [...scope];
    const paths = [this.path(inner, { started, named: false })];
    if (tape.chance(15)) paths.push(this.path(inner, { started, named: false }));
    const where = tape.chance(50) ? ` WHERE ${this.predicate(inner, depth)}` : '';
    const match = `${paths.join(', ')}${where}`;
    if (tape.chance(25)) {
      const distinct = tape.pick(['', 'DISTINCT ']);
      return `MATCH ${match} RETURN ${distinct}${this.number(inner, 0)} AS c`;
    }
    return tape.chance(20) ? `MATCH ${match}` : match;
  }

  aggregation(kind: 'number' | 'scalar' | 'bag', scope: Scope): string {
    const tape = this.#tape;
    const distinct = tape.chance(30) ? 'DISTINCT ' : '';
    if (kind === 'bag') return `collect(${distinct}${this.#scalar(scope, 1)})`;
    if (kind === 'scalar') return `${tape.pick(['min', 'max'])}(${this.#scalar(scope, 1)})`;
    switch (tape.below(7)) {
      case 0:
        return 'count(*)';
      case 1:
        return scope.length > 0
          ? `count(${distinct}${tape.pick(scope.filter(({ kind: one }) => one !== 'bag').concat({ name: '1', kind: 'number' })).name})`
          : 'count(*)';
      case 2:
        return `count(${distinct}${this.#scalar(scope, 1)})`;
      case 3:
        return `sum(${distinct}${this.number(scope, 1)})`;
      case 4:
        return `avg(${this.number(scope, 1)})`;
      case 5:
        return `${tape.pick(['min', 'max'])}(${this.number(scope, 1)}) + 1`;
      default:
        return `size(collect(${distinct}${this.#scalar(scope, 1)}))`;
    }
  }

  /** A path pattern; what it names comes into scope. */
  path(scope: Scope, options: PathOptions): string {
    const { started = [...scope], named, counts = [2, 1, 2, 3, 2, 3] } = options;
    const tape = this.#tape;
    const count = tape.pick(counts);
    let text = '';
    if (named && tape.chance(20)) {
      const name = this.#newName();
      text = `${name} = `;
      scope.push({ name, kind: 'path', sure: true });
    }
    text += this.#node(scope, started);
    for (let i = 1; i < count; i++) {
      text += `${this.#step(started, scope)}${this.#node(scope, started)}`;
    }
    return text;
  }

  #node(scope: Scope, started: Scope): string {
    const tape = this.#tape;
    const known = of(scope, 'node');
    const inside = `${this.#labelOrNone()}${this.#properties(started)}`;
    if (known.length > 0 && tape.chance(40)) return `(${tape.pick(known).name}${inside})`;
    if (tape.chance(20)) return `(${inside})`;
    const name = this.#newName();
    scope.push({ name, kind: 'node', sure: true });
    const where = tape.chance(8) ? ` WHERE ${this.predicate([{ name, kind: 'node' }], 1)}` : '';
    return `(${name}${inside}${where})`;
  }

  #labelOrNone(): string {
    return this.#tape.chance(25) ? `:${this.#labels()}` : '';
  }

  #labels(): string {
    const tape = this.#tape;
    const [one, other] = [tape.pick(LABELS), tape.pick(LABELS)];
    return tape.pick([one, one, one, `${one}&${other}`, `${one}|${other}`, `!${one}`, '%']);
  }

  #properties(scope: Scope): string {
    const tape = this.#tape;
    if (!tape.chance(8)) return '';
    return ` {${tape.pick(['k', 'k', 'm'])}: ${this.#scalar(scope, 0)}}`;
  }

  /** A relationship pattern. With a scope it may be named. */
  #step(started: Scope, scope: Scope | undefined): string {
    const tape = this.#tape;
    const [left, right] = tape.pick([
      ['-', '->'],
      ['<-', '-'],
      ['-', '-'],
    ] as const);
    if (scope && tape.chance(6)) return this.#repeated(scope);
    const hops = tape.chance(30) ? tape.pick(['*1..2', '*', '*0..1', '*2', '*0..', '*..3', '*2..3']) : '';
    const types = TYPES.filter(() => tape.chance(30)).join('|');
    let name = '';
    if (scope && tape.chance(40)) {
      const known = hops === '' ? of(started, 'relationship') : [];
      if (known.length > 0 && tape.chance(20)) {
        const again = tape.pick(known);
        name = again.name;
        // It may stand only once in a MATCH.
        started.splice(started.indexOf(again), 1);
      } else {
        name = this.#newName();
        scope.push({ name, kind: hops === '' ? 'relationship' : 'relationships', sure: true });
      }
    }
    return `${left}[${name}${types === '' ? '' : `:${types}`}${hops}${this.#properties(started)}]${right}`;
  }

  /** A quantified path pattern, with nodes around it that say nothing. */
  #repeated(scope: Scope): string {
    const tape = this.#tape;
    const [from, relationship, to] = [this.#newName(), this.#newName(), this.#newName()];
    const inner: Scope = [
      { name: from, kind: 'node' },
      { name: relationship, kind: 'relationship' },
      { name: to, kind: 'node' },
    ];
    const where = tape.chance(50) ? ` WHERE ${this.predicate(inner, 1)}` : '';
    const arrow = tape.pick(['->', '-']);
    scope.push(
      { name: from, kind: 'nodes' },
      { name: relationship, kind: 'relationships' },
      { name: to, kind: 'nodes' },
    );
    return ` ((${from})-[${relationship}]${arrow}(${to})${where})${tape.pick(['{1,2}', '{0,2}', '{2}', '+', '*'])} `;
  }
}

function of(scope: Scope, kind: Variable['kind']): Variable[] {
  return scope.filter((variable) => variable.kind === kind);
}
