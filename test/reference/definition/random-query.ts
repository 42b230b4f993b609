/**
 * Random queries whose answer the language fixes: rows are cut off only where they are ordered by all columns (at the end of a query by
 * some, and then what is level with the last row is not compared), what order cannot be known is asked only what does not rest on it, and
 * no row makes an expression fail.
 */

import { RandomExpressions } from './random-expressions.ts';
import { LABELS, STRINGS, TYPES } from './random-graph.ts';
import { type Kind, ORDERED, ORDERED_VALUES, type Scope, type Variable } from './random-scope.ts';
import type { Tape } from './tape.ts';

export interface RandomQuery {
  readonly text: string;
  readonly order: RowOrder;
}

/**
 * What is known of the order of rows: all, so that they come in one order only, nothing, or that of some columns, by their place.
 * `cut`: which of the rows that are level with the last one are there is open.
 */
export type RowOrder = 'whole' | 'open' | { readonly keys: readonly number[]; readonly cut: boolean };

export function randomQuery(tape: Tape): RandomQuery {
  return new QueryMaker(tape).query();
}

interface Returned {
  readonly text: string;
  readonly variables: readonly Variable[];
  readonly order: RowOrder;
}

class QueryMaker {
  readonly #tape: Tape;
  readonly #expressions: RandomExpressions;
  #names = 0;
  #creates = false;
  /**
   * Whether all of its expressions are short. Such a query leaves the planner free to turn it round; one with long expressions asks
   * what those are.
   */
  readonly #isPlain: boolean;

  constructor(tape: Tape) {
    this.#tape = tape;
    this.#expressions = new RandomExpressions(tape, () => this.#name());
    this.#isPlain = tape.chance(50);
  }

  /** How deep an expression may be. */
  #depth(most: number): number {
    return this.#isPlain ? 0 : most;
  }

  query(): RandomQuery {
    const tape = this.#tape;
    if (tape.chance(25)) return this.#writing();
    if (tape.chance(12)) return this.#union();
    const scope: Scope = [];
    const clauses = tape.several({ least: 1, most: this.#isPlain ? 3 : 4 }, () => this.#reading(scope, this.#depth(1)));
    const { text, order } = this.#returned(scope);
    return { text: `${clauses.join(' ')} ${text}`, order };
  }

  /** Two queries that give one column of numbers or nodes each. */
  #union(): RandomQuery {
    const tape = this.#tape;
    const kind = tape.pick(['number', 'scalar', 'node'] as const);
    const word = tape.pick(['UNION', 'UNION ALL']);
    const parts = tape.several({ least: 2, most: 3 }, () => this.#partOf(kind));
    return { text: parts.join(` ${word} `), order: 'open' };
  }

  #partOf(kind: Kind, from: Scope = []): string {
    const scope = [...from];
    const clauses = this.#tape.several({ least: 1, most: 2 }, () => this.#reading(scope, 0));
    return `${clauses.join(' ')} RETURN ${this.#expressions.ofKind(kind, scope, 1)} AS u`;
  }

  #reading(scope: Scope, depth: number): string {
    const tape = this.#tape;
    const choice = tape.below(20);
    if (choice < 9) return this.#match(scope);
    if (choice < 12) return this.#optional(scope);
    if (choice < 14) return this.#unwind(scope);
    if (choice < 18) return this.#with(scope);
    return depth > 0 ? this.#subquery(scope) : this.#match(scope);
  }

  #match(scope: Scope): string {
    const shortest = this.#tape.chance(10) ? this.#shortest(scope) : undefined;
    if (shortest) return shortest;
    const patterns = this.#patterns(scope);
    return `MATCH ${patterns}${this.#where(scope, 35)}`;
  }

  #patterns(scope: Scope): string {
    const count = this.#tape.chance(25) ? 2 : 1;
    const started = [...scope];
    return Array.from({ length: count }, () => this.#expressions.path(scope, { started, named: true })).join(', ');
  }

  #optional(scope: Scope): string {
    const own = [...scope];
    const text = `OPTIONAL MATCH ${this.#patterns(own)}${this.#where(own, 50)}`;
    const found = own.slice(scope.length).map(({ name, kind }) => ({ name, kind }));
    scope.push(...found);
    return text;
  }

  /** Which of several shortest paths is found is open, so only its length is kept. */
  #shortest(scope: Scope): string | undefined {
    const tape = this.#tape;
    const [from, to, path, length] = [this.#name(), this.#name(), this.#name(), this.#name()];
    const types = TYPES.filter(() => tape.chance(40)).join('|');
    const [left, right] = tape.pick([
      ['-', '->'],
      ['<-', '-'],
      ['-', '-'],
    ] as const);
    const step = `${left}[${types === '' ? '' : `:${types}`}*${tape.pick(['', '..3', '1..2'])}]${right}`;
    const before = scope.map(({ name }) => name);
    const ends = `MATCH (${from}${this.#label()}), (${to}${this.#label()}) WHERE ${from} <> ${to}`;
    const kept = [...before, from, to].join(', ');
    const optional = tape.chance(30) ? 'OPTIONAL ' : '';
    const all = tape.chance(40);
    const call = `${all ? 'allShortestPaths' : 'shortestPath'}((${from})${step}(${to}))`;
    const filter = tape.chance(30)
      ? ` WHERE all(x IN relationships(${path}) WHERE ${this.#expressions.predicate([{ name: 'x', kind: 'relationship' }], 0)})`
      : '';
    scope.push({ name: from, kind: 'node' }, { name: to, kind: 'node' });
    scope.push(all ? { name: path, kind: 'path' } : { name: length, kind: 'number' });
    const after = all ? '' : ` WITH ${kept}, length(${path}) AS ${length}`;
    return `${ends} WITH ${kept} ${optional}MATCH ${path} = ${call}${filter}${after}`;
  }

  #label(): string {
    return this.#tape.chance(40) ? `:${this.#tape.pick(LABELS)}` : '';
  }

  #where(scope: Scope, percent: number): string {
    return this.#tape.chance(percent) ? ` WHERE ${this.#expressions.predicate(scope, this.#depth(2))}` : '';
  }

  #unwind(scope: Scope): string {
    const tape = this.#tape;
    const name = this.#name();
    const bags = scope.filter(({ kind }) => kind === 'bag');
    const lists = scope.filter(({ kind }) => kind === 'relationships');
    let list: string;
    let kind: Kind = 'scalar';
    if (bags.length > 0 && tape.chance(60)) list = tape.pick(bags).name;
    else if (lists.length > 0 && tape.chance(50)) {
      list = tape.pick(lists).name;
      kind = 'relationship';
    } else if (tape.chance(30)) {
      list = this.#expressions.ofKind('bag', scope, 1);
    } else {
      list = `[${tape.several({ least: 0, most: 3 }, () => this.#expressions.ofKind('scalar', scope, 0)).join(', ')}]`;
    }
    scope.push({ name, kind });
    return `UNWIND ${list} AS ${name}`;
  }

  #with(scope: Scope): string {
    const { text, variables } = this.#projection('WITH', scope);
    scope.splice(0, scope.length, ...variables);
    return text;
  }

  #returned(scope: Scope): Returned {
    const plain = this.#projection('RETURN', scope);
    return plain.order === 'open' && this.#tape.chance(30) ? this.#orderedByFewer(plain) : plain;
  }

  #projection(word: 'WITH' | 'RETURN', scope: Scope): Returned {
    const tape = this.#tape;
    const grouped = tape.chance(25);
    const distinct = tape.chance(35);
    const items = grouped ? this.#groupedItems(scope) : this.#items(scope);
    const variables = items.map(({ name, kind }) => ({ name, kind }));
    const columns = items.map(({ name, text }) => (text === name ? name : `${text} AS ${name}`));
    const behind =
      grouped || distinct
        ? variables
        : [...scope.filter(({ name }) => !variables.some((one) => one.name === name)), ...variables];
    const kinds = this.#orderedKinds();
    const ordered = variables.every(({ kind }) => kinds.has(kind)) && tape.chance(40);
    const order = ordered ? ` ORDER BY ${this.#order(behind, variables)}` : '';
    const skip = ordered && tape.chance(30) ? ` SKIP ${tape.below(4)}` : '';
    const limit = ordered && tape.chance(50) ? ` LIMIT ${tape.below(6)}` : '';
    // Rows that are level may have come from different ones, and some of them may be cut off.
    const seen = skip === '' && limit === '' ? behind : variables;
    const where =
      word === 'WITH' && tape.chance(35) ? ` WHERE ${this.#expressions.predicate(seen, this.#depth(1))}` : '';
    const text = `${word} ${distinct ? 'DISTINCT ' : ''}${columns.join(', ')}${order}${skip}${limit}${where}`;
    return { text, variables, order: ordered ? 'whole' : 'open' };
  }

  /** By some columns only, so that different rows may be level. */
  #orderedByFewer(plain: Returned): Returned {
    const tape = this.#tape;
    const { text, variables } = plain;
    const able = variables.flatMap(({ kind }, i) => (this.#orderedKinds().has(kind) ? [i] : []));
    const chosen = able.filter(() => tape.chance(60));
    const keys = chosen.length > 0 ? chosen : able.slice(0, 1);
    if (keys.length === 0) return plain;
    const order = keys.map((i) => `${variables[i]!.name}${tape.pick(['', ' DESC'])}`).join(', ');
    const cut = tape.chance(50);
    return {
      text: `${text} ORDER BY ${order}${cut ? ` LIMIT ${tape.below(6)}` : ''}`,
      variables,
      order: { keys, cut },
    };
  }

  /** Kinds whose order is known. Which of several rows gets the first of new nodes is open. */
  #orderedKinds(): ReadonlySet<Kind> {
    return this.#creates ? ORDERED_VALUES : ORDERED;
  }

  /** Perhaps by something else first; then by all columns, so that only equal rows are level. */
  #order(behind: Scope, columns: readonly Variable[]): string {
    const tape = this.#tape;
    const first = tape.chance(40) ? [this.#expressions.ofKind('scalar', behind, this.#depth(1))] : [];
    return [...first, ...columns.map(({ name }) => name)].map((one) => `${one}${tape.pick(['', ' DESC'])}`).join(', ');
  }

  #items(scope: Scope): { name: string; kind: Kind; text: string }[] {
    const tape = this.#tape;
    return distinctNames(
      tape.several({ least: 1, most: 4 }, () => {
        if (scope.length > 0 && tape.chance(60)) {
          const { name, kind } = tape.pick(scope);
          return { name: tape.chance(30) ? this.#name() : name, kind, text: name };
        }
        const entities = scope.filter(({ kind }) => kind === 'node' || kind === 'relationship');
        if (entities.length > 0 && tape.chance(50)) {
          const text = `${tape.pick(entities).name}.${tape.pick(['k', 's', 'm'])}`;
          return { name: this.#name(), kind: 'scalar' as const, text };
        }
        const kind = tape.pick(['number', 'scalar', 'predicate', 'bag'] as const);
        const text = this.#expressions.ofKind(kind, scope, this.#depth(2));
        return { name: this.#name(), kind: kind === 'predicate' ? 'scalar' : kind, text };
      }),
    );
  }

  #groupedItems(scope: Scope): { name: string; kind: Kind; text: string }[] {
    const tape = this.#tape;
    const keys = this.#items(scope).filter(({ kind }) => kind !== 'bag');
    const values = tape.several({ least: 1, most: 2 }, () => {
      const kind = tape.pick(['number', 'number', 'scalar', 'bag'] as const);
      return { name: this.#name(), kind, text: this.#expressions.aggregation(kind, scope) };
    });
    return [...(tape.chance(80) ? keys : []), ...values];
  }

  #subquery(scope: Scope): string {
    const tape = this.#tape;
    const imported = scope.filter(() => tape.chance(50));
    const optional = tape.chance(20) ? 'OPTIONAL ' : '';
    const names = imported.map(({ name }) => name).join(', ');
    if (tape.chance(20)) {
      const kind = tape.pick(['number', 'scalar', 'node'] as const);
      const parts = [this.#partOf(kind, imported), this.#partOf(kind, imported)];
      const name = this.#name();
      const all = tape.pick(['UNION', 'UNION ALL']);
      scope.push({ name, kind });
      return `${optional}CALL (${names}) { ${parts.map((part) => part.replace(/ AS u$/, ` AS ${name}`)).join(` ${all} `)} }`;
    }
    const inner = [...imported];
    const clauses = tape.several({ least: 1, most: 2 }, () => this.#withoutProjection(inner));
    const items = this.#items(inner).map((item) => (item.text === item.name ? { ...item, name: this.#name() } : item));
    scope.push(...items.map(({ name, kind }) => ({ name, kind })));
    const columns = items.map(({ name, text }) => `${text} AS ${name}`).join(', ');
    const distinct = tape.chance(25) ? 'DISTINCT ' : '';
    return `${optional}CALL (${names}) { ${clauses.join(' ')} RETURN ${distinct}${columns} }`;
  }

  #withoutProjection(scope: Scope): string {
    const choice = this.#tape.below(5);
    if (choice < 3) return `MATCH ${this.#patterns(scope)}${this.#where(scope, 45)}`;
    return choice === 3 ? this.#optional(scope) : this.#unwind(scope);
  }

  /** What it writes does not rest on the order of the rows: constants, or what never changes, one thing a clause. */
  #writing(): RandomQuery {
    const tape = this.#tape;
    const scope: Scope = [];
    const clauses = tape.several({ least: 0, most: 2 }, () => this.#reading(scope, 0));
    clauses.push(...tape.several({ least: 1, most: 3 }, () => this.#write(scope)));
    const isDeleting = tape.chance(25);
    if (isDeleting) {
      clauses.push(this.#delete(scope));
      return { text: `${clauses.join(' ')} RETURN count(*) AS c`, order: 'open' };
    }
    if (tape.chance(40)) {
      clauses.push(this.#with(scope), this.#match(scope));
    }
    const { text, order } = this.#returned(scope);
    return { text: `${clauses.join(' ')} ${text}`, order };
  }

  #write(scope: Scope): string {
    const tape = this.#tape;
    const nodes = scope.filter(({ kind }) => kind === 'node');
    const entities = scope.filter(({ kind }) => kind === 'node' || kind === 'relationship');
    const choice = tape.below(8);
    if (choice < 2 || entities.length === 0) return this.#create(scope);
    if (choice < 5) return this.#set(tape.pick(entities));
    if (choice === 5) return this.#merge(scope);
    if (choice === 6 && nodes.length > 0) {
      const { name } = tape.pick(nodes);
      return `FOREACH (i IN range(1, ${1 + tape.below(3)}) | CREATE (:${tape.pick(LABELS)} {k: i}) SET ${name}.f = 1)`;
    }
    const { name, kind } = tape.pick(entities);
    const label = kind === 'node' && tape.chance(50);
    return `REMOVE ${name}${label ? `:${tape.pick(LABELS)}` : `.${tape.pick(['k', 's', 'm'])}`}`;
  }

  #set({ name, kind }: Variable): string {
    const tape = this.#tape;
    const value = tape.pick(['1', 'null', `${name}.uid % 3`, "'b'", '2.5']);
    switch (tape.below(4)) {
      case 0:
        return `SET ${name}.k = ${tape.pick(['1', 'null', `${name}.uid % 3`, '2.5'])}`;
      case 1:
        return `SET ${name} += {m: ${value}, s: ${tape.pick([null, ...STRINGS].map((text) => (text === null ? 'null' : `'${text}'`)))}}`;
      case 2:
        return kind === 'node' ? `SET ${name}:${tape.pick(LABELS)}` : `SET ${name}.m = ${value}`;
      default:
        return `SET ${name} = {uid: ${name}.uid, m: ${value}}`;
    }
  }

  #create(scope: Scope): string {
    const tape = this.#tape;
    this.#creates = true;
    const nodes = scope.filter(({ kind }) => kind === 'node');
    const name = this.#name();
    // A node that OPTIONAL MATCH has not found cannot be an end, so the ends are made here or known to be there.
    const fresh = `(${name}:${tape.pick(LABELS)} {k: ${tape.below(3)}})`;
    const sure = nodes.filter(({ sure: isSure }) => isSure);
    const end = sure.length > 0 && tape.chance(60) ? `(${tape.pick(sure).name})` : `(:${tape.pick(LABELS)})`;
    scope.push({ name, kind: 'node', sure: true });
    if (tape.chance(40)) return `CREATE ${fresh}`;
    return tape.chance(50)
      ? `CREATE ${fresh}-[:${tape.pick(TYPES)} {k: ${tape.below(3)}}]->${end}`
      : `CREATE ${end}<-[:${tape.pick(TYPES)}]-${fresh}`;
  }

  #merge(scope: Scope): string {
    const tape = this.#tape;
    this.#creates = true;
    const sure = scope.filter(({ kind, sure: isSure }) => kind === 'node' && isSure);
    const name = this.#name();
    const actions = `${tape.chance(40) ? ` ON CREATE SET ${name}.s = 'a'` : ''}${tape.chance(40) ? ` ON MATCH SET ${name}.f = 2` : ''}`;
    const key = tape.pick(['1', '2', '7']);
    if (sure.length > 0 && tape.chance(50)) {
      const [from, to] = [tape.pick(sure).name, tape.pick(sure).name];
      return `MERGE (${from})-[${name}:${tape.pick(TYPES)}]->(${to})${actions}`;
    }
    scope.push({ name, kind: 'node', sure: true });
    return `MERGE (${name}:${tape.pick(LABELS)} {k: ${key}})${actions}`;
  }

  #delete(scope: Scope): string {
    const tape = this.#tape;
    const entities = scope.filter(({ kind }) => kind === 'node' || kind === 'relationship' || kind === 'path');
    const { name, kind } = tape.pick(entities);
    if (kind === 'relationship') return `DELETE ${name}`;
    return `${tape.chance(30) ? '' : 'DETACH '}DELETE ${name}`;
  }

  #name(): string {
    return `v${this.#names++}`;
  }
}

function distinctNames<Item extends { readonly name: string }>(items: readonly Item[]): Item[] {
  return items.filter(({ name }, position) => items.findIndex((one) => one.name === name) === position);
}
