/** A plan as EXPLAIN shows it. The names of operators are Memgraph's, Neo4j's where Memgraph has none. */
import type { Expression, LabelExpression, LabelTest } from '../cypher/ast.ts';
import type { Sought } from './index-access.ts';
import type { CreatePart, Plan, ProduceItem, PropertyMap, ScopedExpression, SortKey } from './plan.ts';
import { planText } from './plan-text.ts';
import { partsOf } from './point-access.ts';
import { isAnonymous, type Slots } from './slots.ts';

/** One operator of a plan, its inputs as children. */
export interface PlanDescription {
  readonly operatorType: string;
  readonly arguments: ReadonlyMap<string, string>;
  /** The variables that its rows have, as far as they have a name. */
  readonly identifiers: readonly string[];
  readonly estimatedRows: number;
  /** Under PROFILE: the rows that it has handed on, and the work that it has spent itself. */
  readonly rows?: number;
  readonly work?: number;
  readonly children: readonly PlanDescription[];
}

/** What was counted while a plan ran; `work` with that of the operators below. */
export interface PlanCounts {
  of(plan: Plan): { readonly rows: number; readonly work: number } | undefined;
}

/**
 * Describes a plan. `text`: the statement, which expressions are quoted from. The whole stands as a table for people in the
 * argument `string-representation` of its first operator, where Neo4j has it.
 */
export function describePlan(
  plan: Plan,
  question: { readonly slots: Slots; readonly text: string; readonly counts?: PlanCounts },
): PlanDescription {
  const description = new Describer(question).describe(plan);
  return {
    ...description,
    arguments: new Map([...description.arguments, ['string-representation', planText(description)]]),
  };
}

class Describer {
  readonly #slots: Slots;
  readonly #text: string;
  readonly #counts: PlanCounts | undefined;

  constructor({ slots, text, counts }: { readonly slots: Slots; readonly text: string; readonly counts?: PlanCounts }) {
    this.#slots = slots;
    this.#text = text;
    this.#counts = counts;
  }

  describe(plan: Plan): PlanDescription {
    if (plan.type === 'create') return this.#describeCreate(plan);
    const children = childrenOf(plan).map((child) => this.describe(child));
    const details = this.#details(plan);
    return {
      operatorType: operatorTypeOf(plan),
      arguments: new Map(details === undefined ? [] : [['Details', details]]),
      identifiers: this.#identifiers(plan, children),
      estimatedRows: rounded(plan.estimatedRows),
      ...this.#counted(plan),
      children,
    };
  }

  /** Rows and work of the operator itself; of one that was never asked, and so not counted, 0. */
  #counted(plan: Plan): { rows: number; work: number } | undefined {
    if (this.#counts === undefined) return undefined;
    const { rows, work } = this.#counts.of(plan) ?? { rows: 0, work: 0 };
    const below = childrenOf(plan).reduce((sum, child) => sum + (this.#counts?.of(child)?.work ?? 0), 0);
    return { rows, work: work - below };
  }

  /** One operator is shown for each thing that is made. */
  #describeCreate(plan: Extract<Plan, { type: 'create' }>): PlanDescription {
    const whole = this.#counted(plan);
    const counted = whole && { rows: whole.rows, work: Math.round(whole.work / plan.parts.length) };
    return plan.parts.reduce<PlanDescription>((input, part) => {
      const name = this.#slots.nameOf(part.slot);
      return {
        operatorType: CREATE_OPERATORS[part.type],
        arguments: new Map([['Details', this.#created(part)]]),
        identifiers: isAnonymous(name) ? input.identifiers : [...input.identifiers, name],
        estimatedRows: rounded(plan.estimatedRows),
        ...counted,
        children: [input],
      };
    }, this.describe(plan.input));
  }

  #created(part: CreatePart): string {
    switch (part.type) {
      case 'node':
        return `(${this.#name(part.slot)}${[...part.labels, ...this.#names(part.dynamicLabels)].map((label) => `:${label}`).join('')}${this.#map(part.properties)})`;
      case 'relationship':
        return `(${this.#name(part.start)})-[:${typeof part.relationshipType === 'string' ? part.relationshipType : this.#names([part.relationshipType])}${this.#map(part.properties)}]->(${this.#name(part.end)})`;
      case 'path':
        return this.#name(part.slot);
    }
  }

  #identifiers(plan: Plan, children: readonly PlanDescription[]): string[] {
    const own = slotsOf(plan).flatMap((slot) => {
      const name = this.#slots.nameOf(slot);
      return isAnonymous(name) ? [] : [name];
    });
    const below = replacesColumns(plan) ? [] : (children[0]?.identifiers ?? []);
    return [...new Set([...below, ...own])];
  }

  /** What the operator works on, in words of Cypher. */
  #details(plan: Plan): string | undefined {
    switch (plan.type) {
      case 'scanAll':
        return this.#name(plan.slot);
      case 'scanAllByLabels':
        return `${this.#name(plan.slot)}:${plan.labels.join('|')}`;
      case 'scanAllByLabel':
        return `${this.#name(plan.slot)}:${plan.label}`;
      case 'nodeIndexSeek':
      case 'relationshipIndexSeek': {
        const { slot, token, keys, values } = plan;
        if (values.some(({ each }) => each) && keys.length > 1) {
          return `${this.#name(slot)}:${token}(${this.#sought(keys, values).join(' AND ')})`;
        }
        const sought = values.map(({ value }) => this.#print(value)).join(', ');
        return `${this.#name(slot)}:${token}(${keys.join(', ')}) ${values[0]?.each ? 'IN' : '='} ${sought}`;
      }
      case 'nodePointSeek':
      case 'relationshipPointSeek': {
        const { slot, token, keys, search } = plan;
        const [one, other] = partsOf(search).map((part) => this.#print(part));
        const place = `${this.#name(slot)}:${token}(${keys.join(', ')})`;
        return search.type === 'distance' ? `${place} within ${other} of ${one}` : `${place} in ${one}, ${other}`;
      }
      case 'nodeIndexSeekByRange':
      case 'relationshipIndexSeekByRange': {
        const { slot, token, keys, prefix, from, to, beginning } = plan;
        const key = keys[prefix.length];
        const bounds = this.#sought(keys, prefix);
        if (beginning) bounds.push(`${key} STARTS WITH ${this.#print(beginning)}`);
        if (from) bounds.push(`${key} ${from.inclusive ? '>=' : '>'} ${this.#print(from.value)}`);
        if (to) bounds.push(`${key} ${to.inclusive ? '<=' : '<'} ${this.#print(to.value)}`);
        if (!from && !to && !beginning) bounds.push(`${key} IS NOT NULL`);
        return `${this.#name(slot)}:${token}(${bounds.join(' AND ')})`;
      }
      case 'expand':
      case 'expandInto':
        return this.#expansion(plan, '');
      case 'repeat':
        return `(${this.#name(plan.from)}) (…){${plan.min},${plan.max ?? ''}} (${this.#name(plan.to)})`;
      case 'foreach':
        return `${this.#name(plan.slot)} IN ${this.#print(plan.list)}`;
      case 'expandVariable':
      case 'shortestPath':
        return this.#expansion(plan, `*${plan.min}..${plan.max ?? ''}`);
      case 'traverse':
        return this.#expansion(plan, ` *${TRAVERSALS[plan.algorithm]} ${plan.min}..${plan.max ?? ''}`);
      case 'reachable': {
        const hops = `*${plan.min}..${plan.max ?? ''}`;
        return this.#arrow(plan, this.#name(plan.from), this.#name(plan.to), { relationship: undefined, hops });
      }
      case 'trailEnds':
        return this.#chain(plan);
      case 'expandCount':
        return this.#arrow(plan, this.#name(plan.from), plan.endLabel === undefined ? '' : `:${plan.endLabel}`);
      case 'hashJoin':
        return isNodeJoin(plan)
          ? this.#print(plan.inputKey)
          : `${this.#print(plan.inputKey)} = ${this.#print(plan.innerKey)}`;
      case 'projectEndpoints':
      case 'projectTrail':
        return this.#arrow(plan, this.#name(plan.from), this.#name(plan.to));
      case 'constructPath':
        return this.#name(plan.slot);
      case 'rollUp':
        return `${plan.answer} AS ${this.#name(plan.slot)}`;
      case 'filter':
        return this.#print(plan.predicate);
      case 'produce':
        return this.#items(plan.items) || plan.keep.map((slot) => this.#name(slot)).join(', ');
      case 'aggregate': {
        const aggregations = plan.aggregations.map(({ span }) => this.#text.slice(span.offset, span.endOffset));
        return [this.#items(plan.keys), ...aggregations].filter((part) => part !== '').join(', ');
      }
      case 'orderBy':
        return this.#order(plan.keys);
      case 'top':
        return `${this.#order(plan.keys)} LIMIT ${this.#print(plan.limit)}`;
      case 'skip':
      case 'limit':
        return this.#print(plan.count);
      case 'unwind':
        return `${this.#print(plan.list)} AS ${this.#name(plan.slot)}`;
      case 'loadCsv':
        return `${plan.withHeaders ? 'WITH HEADERS ' : ''}FROM ${this.#print(plan.url)} AS ${this.#name(plan.slot)}`;
      case 'removeProperty':
        if (typeof plan.key !== 'string') return `${this.#print(plan.target)}[${this.#print(plan.key)}]`;
        return `${this.#print(plan.target)}.${plan.key}`;
      case 'removeLabels':
        return `${this.#name(plan.slot)}${[...plan.labels, ...this.#names(plan.dynamicLabels)].map((label) => `:${label}`).join('')}`;
      case 'set':
        return plan.items.map(({ span }) => this.#text.slice(span.offset, span.endOffset)).join(', ');
      case 'callProcedure': {
        const given = plan.arguments.map((argument) => this.#print(argument)).join(', ');
        return `${plan.name}(${given})${plan.columns.map(({ slot }, i) => `${i === 0 ? ' YIELD ' : ', '}${this.#name(slot)}`).join('')}`;
      }
      case 'applyInTransactions':
        return `OF ${this.#print(plan.rows)} ROWS ON ERROR ${plan.onError.toUpperCase()}`;
      case 'delete':
        return plan.targets.map((target) => this.#print(target)).join(', ');
      default:
        return undefined;
    }
  }

  #expansion(
    plan: Extract<Plan, { type: 'expand' | 'expandInto' | 'expandVariable' | 'shortestPath' | 'traverse' }>,
    hops: string,
  ): string {
    return this.#arrow(plan, this.#name(plan.from), this.#name(plan.to), { relationship: plan.relationship, hops });
  }

  /** Nobody can name what lies between, so it has no name here either. */
  #chain({ from, to, steps, min }: Extract<Plan, { type: 'trailEnds' }>): string {
    const [first] = steps;
    const end = this.#name(to);
    if (first !== undefined && min < steps.length) {
      return this.#arrow(first, this.#name(from), end, { relationship: undefined, hops: `*${min}..${steps.length}` });
    }
    return steps.reduce(
      (text, step, at) => {
        const arrow = this.#arrow(step, '', at === steps.length - 1 ? end : '');
        return text + arrow.slice('()'.length);
      },
      `(${this.#name(from)})`,
    );
  }

  #arrow(
    plan: {
      readonly types: readonly string[];
      readonly typeExpression: LabelExpression | undefined;
      readonly direction: string;
    },
    from: string,
    to: string,
    inner: { readonly relationship: number | undefined; readonly hops: string } = { relationship: undefined, hops: '' },
  ): string {
    const expression = plan.typeExpression && labelText(plan.typeExpression);
    const types = plan.types.length === 0 && !expression ? '' : `:${expression ?? plan.types.join('|')}`;
    const name = inner.relationship === undefined ? '' : this.#name(inner.relationship);
    const left = plan.direction === 'incoming' ? '<-' : '-';
    const right = plan.direction === 'outgoing' ? '->' : '-';
    return `(${from})${left}[${name}${types}${inner.hops}]${right}(${to})`;
  }

  #name(slot: number): string {
    const name = this.#slots.nameOf(slot);
    return isAnonymous(name) ? `anon_${name.trim()}` : name;
  }

  #names(names: readonly ScopedExpression[]): string[] {
    return names.map((name) => `$(${this.#print(name)})`);
  }

  #items(items: readonly ProduceItem[]): string {
    return items
      .map((item) => {
        const printed = this.#print(item);
        const name = this.#name(item.slot);
        return printed === name ? name : `${printed} AS ${name}`;
      })
      .join(', ');
  }

  #order(keys: readonly SortKey[]): string {
    return keys.map(({ slot, descending }) => `${this.#name(slot)} ${descending ? 'DESC' : 'ASC'}`).join(', ');
  }

  #map(properties: PropertyMap | undefined): string {
    if (properties === undefined) return '';
    if (properties.type === 'map') return ` ${this.#print(properties.value)}`;
    return ` {${properties.entries.map(([key, value]) => `${key}: ${this.#print(value)}`).join(', ')}}`;
  }

  #sought(keys: readonly string[], values: readonly Sought<ScopedExpression>[]): string[] {
    return values.map(({ value, each }, i) => `${keys[i]} ${each ? 'IN' : '='} ${this.#print(value)}`);
  }

  #print({ expression }: ScopedExpression): string {
    return this.#expression(expression);
  }

  /** The source text, but for what the planner has made of labels and property maps. */
  #expression(expression: Expression): string {
    switch (expression.type) {
      case 'variable':
        return isAnonymous(expression.name) ? `anon_${expression.name.trim()}` : expression.name;
      case 'property':
        return `${this.#expression(expression.subject)}.${expression.key}`;
      case 'hasLabels':
        return this.#expression(expression.subject) + labelTestText(expression);
      case 'comparison':
        return expression.operands
          .map((operand, i) => (i === 0 ? '' : ` ${expression.operators[i - 1]} `) + this.#expression(operand))
          .join('');
      case 'isNull':
        return `${this.#expression(expression.operand)} IS ${expression.negated ? 'NOT ' : ''}NULL`;
      default:
        return this.#text.slice(expression.span.offset, expression.span.endOffset);
    }
  }
}

/** As they are written. */
const TRAVERSALS = {
  breadthFirst: 'BFS',
  weightedShortest: 'WSHORTEST',
  allShortest: 'ALLSHORTEST',
  kShortest: 'KSHORTEST',
} as const;

const CREATE_OPERATORS = {
  node: 'CreateNode',
  relationship: 'CreateRelationship',
  path: 'ConstructNamedPath',
} as const;

function rounded(rows: number): number {
  return Math.round(rows * 100) / 100;
}

function operatorTypeOf(plan: Plan): string {
  switch (plan.type) {
    case 'semiApply':
      return plan.negated ? 'AntiSemiApply' : 'SemiApply';
    case 'set':
      return plan.items.every(({ type }) => type === 'labels') ? 'SetLabels' : 'SetProperty';
    case 'constructPath':
      return 'ConstructNamedPath';
    case 'expandCount':
      return 'ExpandCount';
    case 'hashJoin':
      return isNodeJoin(plan) ? 'NodeHashJoin' : 'ValueHashJoin';
    case 'loadCsv':
      return 'LoadCSV';
    case 'shortestPath':
      if (plan.conditions.length > 0) return 'PathsByLength';
      return plan.all ? 'AllShortestPaths' : 'ShortestPath';
    case 'rollUp':
      return 'RollUpApply';
    case 'apply':
      return plan.unit ? 'SubqueryForeach' : 'Apply';
    default:
      return plan.type.charAt(0).toUpperCase() + plan.type.slice(1);
  }
}

function childrenOf(plan: Plan): readonly Plan[] {
  switch (plan.type) {
    case 'once':
    case 'argument':
      return [];
    case 'union':
      return plan.parts;
    case 'rollUp':
      return [plan.input, plan.nested.root];
    case 'optional':
    case 'semiApply':
    case 'apply':
    case 'applyInTransactions':
    case 'foreach':
    case 'repeat':
    case 'hashJoin':
      return [plan.input, plan.inner];
    case 'merge':
      return [plan.input, plan.match, plan.create];
    default:
      return [plan.input];
  }
}

/** Slots that the operator itself fills or hands on by name. */
function slotsOf(plan: Plan): readonly number[] {
  switch (plan.type) {
    case 'scanAll':
    case 'scanAllByLabel':
    case 'scanAllByLabels':
    case 'nodeIndexSeek':
    case 'nodeIndexSeekByRange':
    case 'relationshipIndexSeek':
    case 'relationshipIndexSeekByRange':
    case 'nodePointSeek':
    case 'relationshipPointSeek':
    case 'constructPath':
    case 'unwind':
    case 'loadCsv':
      return [plan.slot];
    case 'expand':
    case 'expandInto':
    case 'expandVariable':
    case 'projectEndpoints':
    case 'projectTrail':
      return plan.relationship === undefined ? [plan.to] : [plan.relationship, plan.to];
    case 'reachable':
    case 'trailEnds':
      return [plan.to];
    case 'traverse':
      return [plan.relationship, plan.to, plan.total].filter((slot) => slot !== undefined);
    case 'shortestPath':
      return [plan.relationship, plan.path].filter((slot) => slot !== undefined);
    case 'repeat':
      return [...plan.groups.map(({ outer }) => outer), plan.to];
    case 'callProcedure':
      return plan.columns.map(({ slot }) => slot);
    case 'apply':
    case 'applyInTransactions':
      return plan.columns.map(({ to }) => to);
    case 'optional':
    case 'merge':
    case 'recall':
    case 'hashJoin':
      return plan.slots;
    case 'produce':
      return [...plan.keep, ...plan.items.map(({ slot }) => slot)];
    case 'aggregate':
      return [...plan.keys, ...plan.aggregations].map(({ slot }) => slot);
    case 'orderBy':
    case 'top':
    case 'eager':
      return plan.keep;
    case 'distinct':
    case 'union':
      return plan.slots;
    default:
      return [];
  }
}

/** Whether two ways are joined where they meet in a node. */
function isNodeJoin({ inputKey, innerKey }: Extract<Plan, { type: 'hashJoin' }>): boolean {
  return inputKey.expression === innerKey.expression;
}

function replacesColumns(plan: Plan): boolean {
  return ['produce', 'aggregate', 'orderBy', 'top', 'eager', 'distinct', 'union'].includes(plan.type);
}

function labelTestText({ labels, labelExpression }: LabelTest): string {
  const all = labels.map((label) => `:${label}`).join('');
  return labelExpression === undefined ? all : `${all}:${labelText(labelExpression)}`;
}

function labelText(expression: LabelExpression): string {
  switch (expression.type) {
    case 'name':
      return expression.name;
    case 'any':
      return '%';
    case 'not':
      return `!${labelText(expression.operand)}`;
    case 'and':
    case 'or':
      return `(${labelText(expression.left)}${expression.type === 'and' ? '&' : '|'}${labelText(expression.right)})`;
  }
}
