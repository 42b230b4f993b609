/** Parameters to ask each of the interactive complex reads with: all that are tried, in a fixed mixed order. */
import { Dice } from '../reference/dice.ts';
import type { Parameters } from './plain-answers.ts';
import type { PlainNetwork } from './plain-network.ts';

const DAY_MS = 86_400_000;
/** Messages of the data set are from this time on, for about a year. */
const FIRST_MS = Date.UTC(2010, 2, 1);
const DAYS = 400;

/** Parameters without end for one of the queries. */
export function* parametersOf(name: string, network: PlainNetwork): Iterable<Parameters> {
  const dice = new Dice(1);
  const persons = [...network.persons.keys()];
  const names = (rows: Iterable<Readonly<Record<string, unknown>>>, key = 'name') =>
    [...rows].map((row) => String(row[key]));
  const countries = names([...network.places.values()].filter(({ type }) => type === 'country'));
  const firstNames = names(network.persons.values(), 'firstName');
  const tags = [...new Set([...network.messages.values()].filter(({ isPost }) => isPost).flatMap(({ tags }) => tags))];
  const tagNames = names(tags.map((tag) => network.tags.get(tag)!));
  const classes = names(network.tagClasses.values());
  for (;;) {
    const person = dice.pick(persons);
    const startDate = FIRST_MS + dice.below(DAYS) * DAY_MS;
    const all: Parameters = {
      personId: person,
      person1Id: person,
      person2Id: dice.pick(persons),
      firstName: dice.pick(firstNames),
      countryX: dice.pick(countries),
      countryY: dice.pick(countries),
      countryName: dice.pick(countries),
      tagName: dice.pick(tagNames),
      tagClassName: dice.pick(classes),
      month: 1 + dice.below(12),
      year: 1995 + dice.below(20),
      startDate,
      endDate: startDate + (10 + dice.below(300)) * DAY_MS,
      maxDate: startDate,
      minDate: startDate,
    };
    const wanted = WANTED[name]!;
    yield Object.fromEntries(wanted.map((key) => [key, all[key]!]));
  }
}

const WANTED: Readonly<Record<string, readonly string[]>> = {
  ic1: ['personId', 'firstName'],
  ic2: ['personId', 'maxDate'],
  ic3: ['personId', 'countryX', 'countryY', 'startDate', 'endDate'],
  ic4: ['personId', 'startDate', 'endDate'],
  ic5: ['personId', 'minDate'],
  ic6: ['personId', 'tagName'],
  ic7: ['personId'],
  ic8: ['personId'],
  ic9: ['personId', 'maxDate'],
  ic10: ['personId', 'month'],
  ic11: ['personId', 'countryName', 'year'],
  ic12: ['personId', 'tagClassName'],
  ic13: ['person1Id', 'person2Id'],
  ic14: ['person1Id', 'person2Id'],
};
