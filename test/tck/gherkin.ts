/**
 * Reads feature files: what the kit uses of Gherkin (features, backgrounds, scenarios, outlines with examples, tables, doc
 * strings, tags, comments), and nothing else. Anything that is not understood is an error, so that no case gets lost.
 */

/** A step as it is written, with the table or the doc string below it. */
export interface FeatureStep {
  readonly text: string;
  readonly table: Table | undefined;
  readonly docString: string | undefined;
}

export type Table = readonly (readonly string[])[];

/** A scenario, or one row of an outline's examples. */
export interface FeatureCase {
  readonly scenario: string;
  /** The row of the examples, from 1; undefined in a scenario that is no outline. */
  readonly example: number | undefined;
  readonly steps: readonly FeatureStep[];
}

const HEADER = /^(Feature|Background|Scenario Outline|Scenario|Examples):\s*(.*)$/;
const STEP = /^(?:Given|When|Then|And|But|\*) (.*)$/;
const QUOTES = '"""';

interface ScenarioDraft {
  readonly name: string;
  readonly isOutline: boolean;
  readonly steps: FeatureStep[];
  readonly examples: Table[];
}

/** The cases of a feature file, in its order. Errors: what this reader does not know, with its line. */
export function readFeature(text: string): FeatureCase[] {
  return new FeatureReader(text).read().flatMap(casesOf);
}

class FeatureReader {
  readonly #lines: readonly string[];
  readonly #background: FeatureStep[] = [];
  readonly #scenarios: ScenarioDraft[] = [];
  #position = 0;

  constructor(text: string) {
    this.#lines = text.split(/\r?\n/);
  }

  read(): readonly ScenarioDraft[] {
    for (;;) {
      const line = this.#skipBlank();
      if (line === undefined) return this.#scenarios;
      const [, keyword, name = ''] = HEADER.exec(line) ?? [];
      if (keyword === undefined) throw this.#error(`not a heading: ${line}`);
      this.#position += 1;
      this.#skipDescription();
      this.#readSection(keyword, name);
    }
  }

  #readSection(keyword: string, name: string): void {
    const latest = this.#scenarios.at(-1);
    switch (keyword) {
      case 'Feature':
        return;
      case 'Background':
        this.#background.push(...this.#readSteps());
        return;
      case 'Examples':
        if (!latest?.isOutline) throw this.#error('examples without an outline');
        latest.examples.push(this.#readTable());
        return;
      default:
        this.#scenarios.push({
          name,
          isOutline: keyword === 'Scenario Outline',
          steps: [...this.#background, ...this.#readSteps()],
          examples: [],
        });
    }
  }

  #readSteps(): FeatureStep[] {
    const steps: FeatureStep[] = [];
    for (;;) {
      const [, text] = STEP.exec(this.#skipBlank() ?? '') ?? [];
      if (text === undefined) return steps;
      this.#position += 1;
      const below = this.#skipBlank();
      const table = below?.startsWith('|') ? this.#readTable() : undefined;
      const docString = below?.startsWith(QUOTES) ? this.#readDocString() : undefined;
      steps.push({ text: text.trim(), table, docString });
    }
  }

  #readTable(): Table {
    const rows: string[][] = [];
    for (;;) {
      const line = this.#skipBlank();
      if (!line?.startsWith('|')) return rows;
      rows.push(cellsOf(line));
      this.#position += 1;
    }
  }

  /** The indentation of the opening quotes is no part of the text. */
  #readDocString(): string {
    const opening = this.#lines[this.#position] ?? '';
    const indentation = opening.length - opening.trimStart().length;
    const first = this.#position + 1;
    const end = this.#lines.findIndex((line, number) => number >= first && line.trim() === QUOTES);
    if (end === -1) throw this.#error('a doc string without an end');
    this.#position = end + 1;
    const lines = this.#lines.slice(first, end).map((line) => withoutIndentation(line, indentation));
    return lines.join('\n').replaceAll('\\"\\"\\"', QUOTES);
  }

  /** Free text below a heading. */
  #skipDescription(): void {
    for (;;) {
      const line = this.#skipBlank();
      if (line === undefined || HEADER.test(line) || STEP.test(line) || line.startsWith('|')) return;
      this.#position += 1;
    }
  }

  /** Goes to the next line that is not empty, a comment or tags, and gives it trimmed. Tags say nothing to this runner. */
  #skipBlank(): string | undefined {
    for (; this.#position < this.#lines.length; this.#position += 1) {
      const line = (this.#lines[this.#position] ?? '').trim();
      if (line !== '' && !line.startsWith('#') && !line.startsWith('@')) return line;
    }
    return undefined;
  }

  #error(message: string): Error {
    return new Error(`feature file, line ${this.#position + 1}: ${message}`);
  }
}

function withoutIndentation(line: string, indentation: number): string {
  const own = line.length - line.trimStart().length;
  return line.slice(Math.min(own, indentation));
}

/** The cells of a table's line. In a cell `\|`, `\\` and `\n` stand for a bar, a backslash and a line's end. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  let cell = '';
  for (let i = 1; i < line.length; i += 1) {
    const character = line[i]!;
    const next = line[i + 1];
    if (character === '|') {
      cells.push(cell.trim());
      cell = '';
    } else if (character === '\\' && (next === '|' || next === '\\' || next === 'n')) {
      cell += next === 'n' ? '\n' : next;
      i += 1;
    } else {
      cell += character;
    }
  }
  if (cell.trim() !== '') throw new Error(`a table's line without a bar at its end: ${line}`);
  return cells;
}

/** A scenario is one case; an outline is one for each row of its examples, with the row's values in place. */
function casesOf(scenario: ScenarioDraft): FeatureCase[] {
  const { name, isOutline, steps, examples } = scenario;
  if (!isOutline) return [{ scenario: name, example: undefined, steps }];
  const rows = examples.flatMap(([header = [], ...body]) => body.map((row) => rowByName(name, header, row)));
  return rows.map((row, position) => ({
    scenario: name,
    example: position + 1,
    steps: steps.map((step) => filledIn(step, row)),
  }));
}

function rowByName(scenario: string, header: readonly string[], row: readonly string[]): ReadonlyMap<string, string> {
  if (row.length !== header.length) throw new Error(`examples of "${scenario}": a row of another length`);
  return new Map(header.map((column, i) => [column, row[i]!]));
}

function filledIn(step: FeatureStep, row: ReadonlyMap<string, string>): FeatureStep {
  const fill = (text: string): string => text.replace(/<([^<>]+)>/g, (whole, name: string) => row.get(name) ?? whole);
  return {
    text: fill(step.text),
    table: step.table?.map((cells) => cells.map(fill)),
    docString: step.docString === undefined ? undefined : fill(step.docString),
  };
}
