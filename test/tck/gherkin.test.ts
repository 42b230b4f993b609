import { describe, expect, test } from 'vitest';
import { readFeature } from './gherkin.ts';

describe('reading a feature file', () => {
  test('gives each scenario with its steps, the background first', () => {
    const cases = readFeature(`
      #encoding: utf-8
      Feature: One
        Free text.

        Background:
          Given any graph

        @tag
        Scenario: [1] First
          # a remark
          When executing query:
            """
            MATCH (n)
              RETURN n # not a remark

            """
          Then the result should be empty

        Scenario: [2] Second
          And no side effects
    `);

    expect(cases).toEqual([
      {
        scenario: '[1] First',
        example: undefined,
        steps: [
          { text: 'any graph' },
          { text: 'executing query:', docString: 'MATCH (n)\n  RETURN n # not a remark\n' },
          { text: 'the result should be empty' },
        ],
      },
      { scenario: '[2] Second', example: undefined, steps: [{ text: 'any graph' }, { text: 'no side effects' }] },
    ]);
  });

  test('makes a case of each row of the examples, and leaves alone what is no name of theirs', () => {
    const cases = readFeature(`
      Feature: One
        Scenario Outline: [1] Outline
          When executing query:
            """
            RETURN <a> <b AND a> <-[x]-> <a>
            """
          Then a <b> should be:
            | <a> |
          Examples:
            | a | b |
            | 1 | x |
          Examples: more
            | b | a |
            | y | 2 |
    `);

    expect(cases.map(({ example, steps }) => [example, steps[0]?.docString, steps[1]?.text, steps[1]?.table])).toEqual([
      [1, 'RETURN 1 <b AND a> <-[x]-> 1', 'a x should be:', [['1']]],
      [2, 'RETURN 2 <b AND a> <-[x]-> 2', 'a y should be:', [['2']]],
    ]);
  });

  test.each([
    { line: '| a | b |', cells: ['a', 'b'] },
    { line: '|', cells: [] },
    { line: '|   |', cells: [''] },
    { line: String.raw`| a\|b | c\\d | e\nf | g\'h |`, cells: ['a|b', 'c\\d', 'e\nf', "g\\'h"] },
  ])('$line has the cells $cells', ({ line, cells }) => {
    const [read] = readFeature(`Feature: F\nScenario: S\nGiven a table:\n${line}`);

    expect(read?.steps[0]?.table).toEqual([cells]);
  });

  test.each([
    { what: 'a heading that it does not know', text: 'Feature: F\nScenario: S\nGiven x\nRule: R' },
    { what: 'a step with a keyword that it does not know', text: 'Feature: F\nScenario: S\nGiven x\nSuppose y' },
    { what: 'a doc string without an end', text: 'Feature: F\nScenario: S\nGiven x\n"""\nRETURN 1' },
    { what: 'examples of a scenario', text: 'Feature: F\nScenario: S\nGiven x\nExamples:\n| a |\n| 1 |' },
    { what: 'a table without its last bar', text: 'Feature: F\nScenario: S\nGiven x\n| a | b' },
    { what: 'a short row of examples', text: 'Feature: F\nScenario Outline: S\nGiven x\nExamples:\n|a|b|\n|1|' },
  ])('refuses $what', ({ text }) => {
    expect(() => readFeature(text)).toThrow();
  });
});
