import { describe, expect, test } from 'vitest';
import { type CaseFailure, runCase } from './case-run.ts';
import { readFeature } from './gherkin.ts';
import { namedGraphs } from './kit.ts';

/** What is wrong with a case of these steps; undefined when it passes. */
function run(steps: string): CaseFailure['aspect'] | undefined {
  const [first] = readFeature(`Feature: F\nScenario: S\n${steps}`);
  return runCase(first?.steps ?? [], namedGraphs)?.aspect;
}

function query(statement: string, kind = 'query'): string {
  return `When executing ${kind}:\n"""\n${statement}\n"""\n`;
}

function setUp(statement: string): string {
  return `And having executed:\n"""\n${statement}\n"""\n`;
}

describe('a case', () => {
  test.each([
    { returned: '1 AS a', steps: 'Then the result should be, in any order:\n| a |\n| 1 |', aspect: undefined },
    { returned: '1 AS a', steps: 'Then the result should be, in any order:\n| a |\n| 1.0 |', aspect: 'rows' },
    { returned: '1 AS a', steps: 'Then the result should be, in any order:\n| a |\n| 2 |', aspect: 'rows' },
    { returned: '1 AS a', steps: 'Then the result should be, in any order:\n| b |\n| 1 |', aspect: 'columns' },
    { returned: '1 AS a', steps: 'Then the result should be empty', aspect: 'columns' },
    { returned: '1 +  1', steps: 'Then the result should be, in any order:\n| 1 + 1 |\n| 2 |', aspect: 'columns' },
    { returned: 'a', steps: 'Then the result should be, in any order:\n| a |\n| 1 |', aspect: 'unexpected error' },
    { returned: '[2, 1] AS a', steps: 'Then the result should be, in order:\n| a |\n| [1, 2] |', aspect: 'rows' },
    {
      returned: '[2, 1] AS a',
      steps: 'Then the result should be (ignoring element order for lists):\n| a |\n| [1, 2] |',
      aspect: undefined,
    },
    {
      returned: '[2, 1] AS a',
      steps: 'Then the result should be, in order (ignoring element order for lists):\n| a |\n| [1, 2] |',
      aspect: undefined,
    },
  ])('that returns $returned: $aspect, for $steps', ({ returned, steps, aspect }) => {
    expect(run(`Given any graph\n${query(`RETURN ${returned}`)}${steps}`)).toBe(aspect);
  });

  test.each([
    { error: 'SyntaxError should be raised at compile time: UndefinedVariable', aspect: undefined },
    { error: 'SyntaxError should be raised at any time: *', aspect: undefined },
    { error: 'SyntaxError should be raised at compile time: VariableAlreadyBound', aspect: 'wrong error' },
    { error: 'SyntaxError should be raised at runtime: UndefinedVariable', aspect: 'wrong error' },
    { error: 'TypeError should be raised at compile time: UndefinedVariable', aspect: 'wrong error' },
  ])('whose variable is not defined: $aspect, for $error', ({ error, aspect }) => {
    expect(run(`Given an empty graph\n${query('MATCH (n) RETURN m')}Then a ${error}`)).toBe(aspect);
  });

  test('that fails while it runs has a runtime error, and the graph it had', () => {
    const failing = query('MATCH (n) CREATE (:B) SET n.x = 1 / n.zero');
    const steps = `Given an empty graph\n${setUp('CREATE (:A {zero: 0})')}${failing}`;

    expect(run(`${steps}Then an ArithmeticError should be raised at runtime: *`)).toBeUndefined();
    expect(run(`${steps}Then an ArithmeticError should be raised at compile time: *`)).toBe('wrong error');
  });

  test('that should fail and does not has not passed', () => {
    const steps = `Given an empty graph\n${query('RETURN 1')}Then a TypeError should be raised at any time: *`;

    expect(run(steps)).toBe('no error');
  });

  test.each([
    { effects: 'And the side effects should be:\n| +nodes | 1 |\n| +labels | 1 |', aspect: undefined },
    { effects: 'And the side effects should be:\n| +nodes | 1 |', aspect: 'side effects' },
    { effects: 'And the side effects should be:\n| +nodes | 2 |\n| +labels | 1 |', aspect: 'side effects' },
    { effects: 'And no side effects', aspect: 'side effects' },
  ])('that creates a node: $aspect, for $effects', ({ effects, aspect }) => {
    const steps = `Given an empty graph\n${query('CREATE (:A)')}Then the result should be empty\n${effects}`;

    expect(run(steps)).toBe(aspect);
  });

  test('begins with an empty graph of its own', () => {
    const steps = `Given any graph\n${query('MATCH (n) RETURN count(n) AS c')}Then the result should be, in any order:\n| c |\n| 0 |`;
    run(`Given any graph\n${query('CREATE (n)')}Then the result should be empty`);

    expect(run(steps)).toBeUndefined();
  });

  test('may begin with a named graph', () => {
    const counted = query('MATCH (n) RETURN count(n) AS c');

    expect(
      run(`Given the binary-tree-1 graph\n${counted}Then the result should be, in order:\n| c |\n| 13 |`),
    ).toBeUndefined();
    expect(run(`Given the unknown graph\n${counted}Then the result should be, in order:\n| c |\n| 0 |`)).toBe('crash');
  });

  test('gives its parameters to its queries', () => {
    const parameters = "And parameters are:\n| a | 1.0 |\n| b | {x: ['y']} |\n";
    const expected = "Then the result should be, in order:\n| a | b |\n| 1.0 | {x: ['y']} |";

    expect(run(`Given any graph\n${parameters}${query('RETURN $a AS a, $b AS b')}${expected}`)).toBeUndefined();
  });

  test('compares the effects of its query, and not of its control query', () => {
    const first = `Given any graph\n${query('CREATE ()')}Then the result should be empty\n`;
    const control = `${query('MATCH (n) RETURN count(n) AS c', 'control query')}Then the result should be, in order:\n| c |\n| 1 |\n`;

    expect(run(`${first}And the side effects should be:\n| +nodes | 1 |\n${control}`)).toBeUndefined();
  });

  test.each([
    { what: 'a step that is not known', steps: 'Given a full graph', aspect: 'kit' },
    { what: 'no expectation', steps: `Given any graph\n${query('RETURN 1')}`, aspect: 'kit' },
    { what: 'a query without text', steps: 'When executing query:\nThen the result should be empty', aspect: 'kit' },
    { what: 'a preparation that fails', steps: `${setUp('RETURN x')}Then the result should be empty`, aspect: 'setup' },
  ])('with $what has not passed', ({ steps, aspect }) => {
    expect(run(steps)).toBe(aspect);
  });
});
