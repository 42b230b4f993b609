/** Oxigraph in this process, as WebAssembly: RDF and SPARQL, which has no shortest path. Walks may use a friendship twice. */
import type { Parameters } from '../query-classes.ts';
import { GENDERS, type SocialGraph } from '../social-graph.ts';
import { peerModule, type System } from '../system.ts';

interface Term {
  readonly termType: string;
  readonly value: string;
  readonly datatype: { readonly value: string };
}

interface Store {
  load(triples: string, options: object): void;
  query(text: string): Iterable<ReadonlyMap<string, Term>>;
  add(quad: unknown): void;
}

interface Oxigraph {
  readonly Store: new () => Store;
  namedNode(text: string): unknown;
  literal(text: string): unknown;
  quad(subject: unknown, predicate: unknown, object: unknown): unknown;
}

const BASE = 'http://x/';
const FRIEND = `<${BASE}friend>`;
const AGE = `<${BASE}age>`;
const COMPLETION = `<${BASE}completion>`;
const GENDER = `<${BASE}gender>`;
const INTEGER = '^^<http://www.w3.org/2001/XMLSchema#integer>';
const LINES_PER_LOAD = 100_000;

const user = (id: number | undefined): string => `<${BASE}u${id}>`;

export function oxigraph(): System {
  const library = peerModule<Oxigraph>('oxigraph');
  const store = new library.Store();
  let made = 0;
  const add = (subject: string, predicate: string, object: unknown): void =>
    store.add(library.quad(library.namedNode(BASE + subject), library.namedNode(BASE + predicate), object));
  const writes = new Map<string, (parameters: Parameters) => unknown[]>([
    ['single_vertex_write', ({ id }) => [add(`t${made++}`, 'id', library.literal(String(id)))]],
    ['single_edge_write', ({ from, to }) => [add(`u${from}`, 'temp', library.namedNode(`${BASE}u${to}`))]],
    ['single_vertex_update', ({ id }) => [add(`u${id}`, 'property', library.literal('-1'))]],
  ]);
  return {
    load(graph) {
      const load = (lines: readonly string[]): void =>
        store.load(lines.join(''), { format: 'application/n-triples', no_transaction: true, lenient: true });
      let lines: string[] = [];
      for (const line of triplesOf(graph)) {
        lines.push(line);
        if (lines.length < LINES_PER_LOAD) continue;
        load(lines);
        lines = [];
      }
      load(lines);
      return undefined;
    },
    supports: (name) => SPARQL.has(name) || writes.has(name),
    run(name, parameters) {
      const write = writes.get(name);
      if (write) return write(parameters);
      return Array.from(store.query(SPARQL.get(name)!(parameters)), (row) => [...row.values()].map(plainOf));
    },
    close: () => {},
  };
}

function* triplesOf({ users, friendships, from, to, completion, gender, age }: SocialGraph): Generator<string> {
  for (let id = 1; id <= users; id++) {
    yield `${user(id)} ${COMPLETION} "${completion[id]}"${INTEGER} .\n`;
    yield `${user(id)} ${GENDER} "${GENDERS[gender[id]!]}" .\n`;
    yield `${user(id)} ${AGE} "${age[id]}"${INTEGER} .\n`;
  }
  for (let i = 0; i < friendships; i++) yield `${user(from[i])} ${FRIEND} ${user(to[i])} .\n`;
}

/** A user is the number in its name. */
function plainOf({ termType, value, datatype }: Term): unknown {
  if (termType === 'NamedNode') return Number(value.slice(BASE.length + 1));
  return /integer$|decimal$/.test(datatype.value) ? Number(value) : value;
}

const DATA = `?n ${COMPLETION} ?c ; ${GENDER} ?g ; ${AGE} ?a .`;
const ADULT = `?n ${AGE} ?a . FILTER (?a >= 18)`;

const SPARQL: ReadonlyMap<string, (parameters: Parameters) => string> = new Map<
  string,
  (parameters: Parameters) => string
>([
  ['single_vertex_read', ({ id }) => `SELECT ?c ?g ?a { BIND (${user(id)} AS ?n) ${DATA} }`],
  ['aggregate', () => `SELECT ?a (COUNT(*) AS ?k) { ?n ${AGE} ?a } GROUP BY ?a`],
  ['aggregate_filter', () => `SELECT ?a (COUNT(*) AS ?k) { ${ADULT} } GROUP BY ?a`],
  ['aggregate_distinct', () => `SELECT (COUNT(DISTINCT ?a) AS ?k) { ?n ${AGE} ?a }`],
  ['aggregate_count', () => `SELECT (COUNT(?n) AS ?k) (COUNT(?a) AS ?j) { ?n ${AGE} ?a }`],
  ['min_max_avg', () => `SELECT (MIN(?a) AS ?x) (MAX(?a) AS ?y) (AVG(?a) AS ?z) { ?n ${AGE} ?a }`],
  ['pattern_cycle', ({ id }) => `SELECT ?n ?c ?g ?a { ${user(id)} ${FRIEND} ?n . ?n ${FRIEND} ${user(id)} . ${DATA} }`],
  ['pattern_short', ({ id }) => `SELECT ?n { ${user(id)} ${FRIEND} ?n } LIMIT 1`],
  [
    'pattern_long',
    ({ id }) =>
      `SELECT ?z { ${user(id)} ${FRIEND} ?b . ?b ${FRIEND} ?c . ?c ${FRIEND} ?d . ?z ${FRIEND} ?d FILTER (?z != ?c) } LIMIT 1`,
  ],
  ['top_indegree', () => `SELECT ?n (COUNT(*) AS ?k) { ?m ${FRIEND} ?n } GROUP BY ?n ORDER BY DESC(?k) ?n LIMIT 10`],
  [
    'gender_pairs',
    () =>
      `SELECT ?g ?h (COUNT(*) AS ?k) { ?m ${FRIEND} ?n . ?m ${AGE} ?a FILTER (?a >= 18) ?n ${AGE} ?b FILTER (?b >= 18) ?m ${GENDER} ?g . ?n ${GENDER} ?h } GROUP BY ?g ?h`,
  ],
  ...[1, 2, 3, 4].flatMap((steps): [string, (parameters: Parameters) => string][] => {
    const path = Array.from({ length: steps }, () => FRIEND).join('/');
    const near = FRIEND + `/${FRIEND}?`.repeat(steps - 1);
    const select = (columns: string, inside: string) => `SELECT DISTINCT ${columns} { ${inside} }`;
    return [
      [`expansion_${steps}`, ({ id }) => select('?n', `${user(id)} ${path} ?n`)],
      [`expansion_${steps}_filter`, ({ id }) => select('?n', `${user(id)} ${path} ?n . ${ADULT}`)],
      [`neighbours_${steps}`, ({ id }) => select('?n', `${user(id)} ${near} ?n`)],
      [`neighbours_${steps}_filter`, ({ id }) => select('?n', `${user(id)} ${near} ?n . ${ADULT}`)],
      [`neighbours_${steps}_data`, ({ id }) => select('?n ?c ?g ?a', `${user(id)} ${near} ?n . ${DATA}`)],
      [
        `neighbours_${steps}_data_filter`,
        ({ id }) => select('?n ?c ?g ?a', `${user(id)} ${near} ?n . ${DATA} FILTER (?a >= 18)`),
      ],
    ];
  }),
]);
