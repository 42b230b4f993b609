/** Runs one case of the kit on a fresh graph. A case passes when every one of its expectations is met; there are no skips. */
import type { Value } from '../../core/value/value.ts';
import { compareResults } from './comparison.ts';
import { Database, type Outcome } from './database.ts';
import { type ExpectedError, errorText, isExpected } from './failure.ts';
import type { FeatureStep } from './gherkin.ts';
import type { TestProcedure } from './procedure.ts';
import {
  type GraphFacts,
  NO_SIDE_EFFECTS,
  type SideEffects,
  sideEffectsBetween,
  sideEffectsText,
} from './side-effects.ts';
import { type ExpectedResult, readStep, type Step } from './step.ts';

/** What went wrong first. `aspect` is what a report sorts failures by. */
export interface CaseFailure {
  readonly aspect:
    | 'kit' // The case could not be read, or the runner lacks something.
    | 'setup' // A statement that prepares the graph failed.
    | 'procedure' // The engine does not take a procedure of the kit.
    | 'crash' // The engine threw what is no GraphError.
    | 'unexpected error'
    | 'no error'
    | 'wrong error'
    | 'columns'
    | 'rows'
    | 'side effects'
    | 'graph changed';
  readonly expected: string;
  readonly actual: string;
  readonly query: string;
}

/** The statements of a named graph, in order. */
export type NamedGraphs = (name: string) => readonly string[];

/** Runs a case; undefined when it passes. Never throws for what the engine does. */
export function runCase(steps: readonly FeatureStep[], namedGraphs: NamedGraphs): CaseFailure | undefined {
  let read: Step[];
  try {
    read = steps.map(readStep);
    if (!read.some(isExpectation)) throw new Error('a case that expects nothing');
  } catch (error) {
    return { aspect: 'kit', expected: 'steps that can be read', actual: String(error), query: '' };
  }
  return new CaseRun(namedGraphs).run(read);
}

function isExpectation({ type }: Step): boolean {
  return type === 'expectResult' || type === 'expectError';
}

/** Carries a failure out of the steps. */
class Failed extends Error {
  readonly failure: CaseFailure;

  constructor(failure: CaseFailure) {
    super(failure.aspect);
    this.failure = failure;
  }
}

class CaseRun {
  readonly #namedGraphs: NamedGraphs;
  readonly #database = new Database();
  #parameters: ReadonlyMap<string, Value> = new Map();
  #query = '';
  #before: { readonly facts: GraphFacts; readonly checksum: bigint } | undefined;
  #outcome: Outcome | undefined;

  constructor(namedGraphs: NamedGraphs) {
    this.#namedGraphs = namedGraphs;
  }

  run(steps: readonly Step[]): CaseFailure | undefined {
    try {
      for (const step of steps) this.#take(step);
      return undefined;
    } catch (error) {
      if (error instanceof Failed) return error.failure;
      const actual = error instanceof Error ? (error.stack ?? String(error)) : String(error);
      return { aspect: 'crash', expected: 'no crash', actual, query: this.#query };
    }
  }

  #take(step: Step): void {
    switch (step.type) {
      case 'emptyGraph':
        return;
      case 'namedGraph':
        for (const statement of this.#namedGraphs(step.name)) this.#setUp(statement);
        return;
      case 'setup':
        return this.#setUp(step.query);
      case 'parameters':
        this.#parameters = step.values;
        return;
      case 'procedure':
        return this.#register(step.procedure);
      case 'query':
        // A control query comes after the query whose effects it looks at, so it is not measured itself.
        this.#before = { facts: this.#database.facts, checksum: this.#database.checksum };
        return this.#execute(step.query);
      case 'controlQuery':
        return this.#execute(step.query);
      case 'expectResult':
        return this.#expectResult(step.result);
      case 'expectError':
        return this.#expectError(step.error);
      case 'expectSideEffects':
        return this.#expectSideEffects(step.effects);
    }
  }

  #register(procedure: TestProcedure): void {
    try {
      this.#database.registerProcedure(procedure);
    } catch (error) {
      this.#fail('procedure', `${procedure.name} to be registered`, String(error));
    }
  }

  #setUp(query: string): void {
    this.#execute(query);
    if (this.#outcome?.type !== 'error') return;
    this.#fail('setup', 'a statement that prepares the graph', this.#outcomeText());
  }

  #execute(query: string): void {
    this.#query = query;
    this.#outcome = this.#database.run(query, this.#parameters);
  }

  #expectResult(expected: ExpectedResult): void {
    const outcome = this.#outcome;
    if (outcome?.type !== 'result') return this.#fail('unexpected error', 'a result', this.#outcomeText());
    const difference = compareResults(expected, outcome);
    if (difference) this.#fail(difference.aspect, difference.expected, difference.actual);
  }

  /** After an error the graph has to be as it was. */
  #expectError(expected: ExpectedError): void {
    const outcome = this.#outcome;
    if (outcome?.type !== 'error') return this.#fail('no error', errorText(expected), this.#outcomeText());
    if (!isExpected(outcome.error, expected)) this.#fail('wrong error', errorText(expected), this.#outcomeText());
    if (this.#database.checksum !== this.#before?.checksum) this.#fail('graph changed', 'the same checksum', 'another');
    this.#expectSideEffects(NO_SIDE_EFFECTS);
  }

  #expectSideEffects(expected: SideEffects): void {
    if (this.#before === undefined) throw new Error('side effects of no query');
    const actual = sideEffectsBetween(this.#before.facts, this.#database.facts);
    const texts = [sideEffectsText(expected), sideEffectsText(actual)] as const;
    if (texts[0] !== texts[1]) this.#fail('side effects', ...texts);
  }

  #outcomeText(): string {
    const outcome = this.#outcome;
    if (outcome === undefined) return 'nothing was run';
    if (outcome.type === 'error') return `${errorText(outcome.error)} (${outcome.error.message})`;
    return `a result of ${outcome.rows.length} rows, with columns: ${outcome.columns.join(' | ')}`;
  }

  #fail(aspect: CaseFailure['aspect'], expected: string, actual: string): never {
    throw new Failed({ aspect, expected, actual, query: this.#query });
  }
}
