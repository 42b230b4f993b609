/** The interactive complex reads of LDBC SNB on its small data set, against answers worked out in plain JavaScript. */
import { describe, expect, test } from 'vitest';
import { socialNetwork } from './load.ts';
import { parametersOf } from './parameters.ts';
import { ANSWERS, type Parameters } from './plain-answers.ts';
import { PlainNetwork } from './plain-network.ts';
import { QUERIES } from './queries.ts';

const graph = socialNetwork();
const network = new PlainNetwork();

/** Of each query so many that find something, and what is tried on the way that does not. */
const ANSWERED_COUNT = 12;
const TRIED_MAX = 20_000;
const EMPTY_MAX = 5;

describe.each(Object.entries(QUERIES))('%s', (name, text) => {
  const cases = casesOf(name);

  test(`${ANSWERED_COUNT} of the cases find something`, () => {
    expect(cases.filter(({ rows }) => isAnswer(rows))).toHaveLength(ANSWERED_COUNT);
  });

  test.each(cases)('answers as the tables do: $parameters', ({ parameters, rows }) => {
    expect(graph.run(text, parameters).values).toEqual(rows);
  });
});

function casesOf(name: string) {
  const cases: { readonly parameters: Parameters; readonly rows: readonly (readonly unknown[])[] }[] = [];
  let [answered, empty, tried] = [0, 0, 0];
  for (const parameters of parametersOf(name, network)) {
    if (answered === ANSWERED_COUNT || ++tried > TRIED_MAX) break;
    const rows = ANSWERS[name]!(network, parameters);
    if (isAnswer(rows)) answered++;
    else if (++empty > EMPTY_MAX) continue;
    cases.push({ parameters, rows });
  }
  return cases;
}

/** Persons that are not joined have no row, or the distance -1. */
function isAnswer(rows: readonly (readonly unknown[])[]): boolean {
  return rows.length > 0 && rows[0]![0] !== -1;
}
