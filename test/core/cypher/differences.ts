/** Where this parser and Neo4j's grammar differ on purpose, each with its reason. Everything else that the two judge differently is a bug. */
import type { Statement } from '../../../core/cypher/ast.ts';
import { RESERVED } from '../../../core/cypher/token.ts';
import type { GraphError } from '../../../core/error.ts';

/** What we refuse and they take. */
export interface Refusal {
  readonly reason: string;
  readonly message: RegExp;
  /** What the whole text must look like. */
  readonly within?: RegExp;
  /** How the text can be changed so that only this difference goes away; one of what comes out must be taken in the end. */
  readonly repair?: (text: string, error: GraphError) => readonly (string | undefined)[];
}

/** What we take and they refuse. */
export interface Acceptance {
  readonly reason: string;
  readonly applies: (statement: Statement) => boolean;
}

const RESERVED_WORDS: ReadonlySet<string> = RESERVED;

export const REFUSALS: readonly Refusal[] = [
  {
    reason: 'SHOW as a clause among others is younger than Cypher 5',
    message: /^Expected a clause or the end of the statement/,
    within: /^\s*(?:EXPLAIN\s+|PROFILE\s+)?SHOW\b/i,
  },
  { reason: 'Cypher that this version has not; docs/CYPHER.md lists it', message: /is not in this version of Skein/ },
  {
    reason:
      'Words that start or join clauses are no names without backticks, so that a forgotten word is not taken for a variable',
    message: /^Expected (?:an expression|a variable|WHEN|WHEN, ELSE or END)/,
    repair: (text, error) => [
      quoteWord(text, error.position?.offset ?? 0),
      quoteWordBefore(text, error.position?.offset ?? 0),
    ],
  },
  {
    reason: 'Neo4j refuses two patterns side by side after parsing; a comma is missing',
    message: /^Expected a clause or the end of the statement, found "\("/,
    repair: (text, error) => [
      quoteWordBefore(text, error.position?.offset ?? 0),
      insert(text, error.position?.offset ?? 0, ','),
    ],
  },
  {
    reason: 'Neo4j checks numbers after parsing',
    message: /does not fit in 64 bits|is too large|is not a number|has leading zeros/,
  },
  { reason: 'Neo4j checks escapes after parsing', message: /must be followed by \d hexadecimal digits|escape/ },
  {
    reason: 'Neo4j refuses the mixture after parsing',
    message: /^UNION and UNION ALL may not be mixed|^Labels joined by colons may not be mixed/,
  },
  {
    reason: 'Neo4j refuses these patterns after parsing',
    message:
      /^(?:A quantified path pattern|The upper bound of a quantifier|A path pattern in brackets that stands among others|A relationship has either a variable length|WHERE may not stand inside a relationship|The pattern in (?:shortestPath|allShortestPaths))/i,
  },
  {
    reason:
      'A label test belongs to what stands right before it, as in openCypher 9; younger Neo4j takes it after operators',
    message: /^Expected a clause or the end of the statement, found ":"/,
  },
  { reason: 'SHOW as a clause among others is younger than Cypher 5', message: /^Expected a clause .*, found "SHOW"/i },
  {
    reason: 'A database that is named YIELD needs backticks, so that forgotten columns are not taken for its name',
    message: /^Expected the name of a column, found the end/,
    within: /\bSHOW\s+DATABASES?\s+YIELD\s*;?\s*$/i,
  },
  {
    reason: 'RETURN ALL and WITH ALL, which say the default, are younger than Cypher 5',
    message: /^Expected a clause or the end of the statement/,
    within: /\b(?:RETURN|WITH)\s+ALL\b/i,
  },
  {
    reason: 'COLLECT, COUNT and EXISTS before a brace are subqueries, never map projections',
    message: /^Expected a clause such as MATCH, CREATE or RETURN, found/,
    within: /\b(?:COLLECT|COUNT|EXISTS)\s*\{/i,
  },
  {
    reason: 'Neo4j refuses such versions of Cypher after parsing',
    message: /^Expected a clause such as .*, found "\d/,
  },
  { reason: 'Names are written out, never given as parameters', message: /^Expected FOR, found "\$/ },
  { reason: 'NEXT is younger than Cypher 5', message: /^Expected a clause .*, found "NEXT"/i },
  {
    reason: 'Neo4j refuses two patterns in a MERGE after parsing',
    message: /^Expected a clause or the end of the statement, found "\("/,
    within: /\bMERGE\b/i,
  },
  {
    reason: 'all, any, none and single with brackets are quantifiers, never functions',
    message: /^Expected (?:IN|a variable), found/,
    within: /\b(?:all|any|none|single)\s*\(/i,
  },
  {
    reason: 'true, false and null are literals, never functions or variables',
    message: /found "[({]"/,
    within: /\b(?:true|false|null)\s*[({]/i,
  },
  {
    reason: 'DISTINCT before a star is no variable that is multiplied',
    message: /^Expected a clause or the end of the statement/,
    within: /\bDISTINCT\s*\*/i,
  },
  {
    reason: 'Neo4j refuses a USE that does not stand first after parsing',
    message: /^Expected a clause or the end of the statement, found "USE"/i,
  },
  { reason: 'A request is one statement', message: /^A request holds one statement/ },
  {
    reason: 'ORDER BY, SKIP and LIMIT as clauses of their own are younger than Cypher 5',
    message: /^(?:ORDER|SKIP|OFFSET|LIMIT) may stand only after/,
  },
  { reason: 'Neo4j refuses != after parsing', message: /Inequality is written <>/ },
  { reason: 'Neo4j refuses a quantifier without WHERE after parsing', message: /^Expected WHERE, found "\)"/ },
  { reason: 'Options are plain values here', message: /^Expected a string, a number, true, false, a list or a map/ },
  {
    reason: 'Neo4j looks for the variable of an index or a constraint after parsing',
    message: /^The variable \S+ is not defined/,
  },
  {
    reason: 'Neo4j counts the properties of a constraint after parsing',
    message: /^A constraint on the existence or the type of a property is on one property/,
  },
  { reason: 'Neo4j checks the types of properties after parsing', message: /^A property cannot be of type/ },
  { reason: 'Such names are those of commands', message: /^The name of a procedure has no blanks/ },
  {
    reason: 'The negation of labels, n IS NOT A, is younger than Cypher 5',
    message: /^Expected NULL, "::" and a type, or NORMALIZED/,
  },
  {
    reason: 'A statement in braces is younger than Cypher 5',
    message: /^Expected a clause such as MATCH, CREATE or RETURN, found "(?:\{|WHEN|DEFINE)"/,
  },
  {
    reason: 'Nothing is explained twice',
    message: /^Expected a clause such as MATCH, CREATE or RETURN, found "(?:EXPLAIN|PROFILE)"/i,
  },
  {
    reason: 'Neo4j refuses REMOVE of a whole node after parsing',
    message: /^Expected a property such as n\.name, or a label/,
  },
  {
    reason: 'DISTINCT after RETURN and WITH is the keyword, never the name of a variable',
    message: /^Expected a clause or the end of the statement, found "BY"/i,
    within: /\bDISTINCT\s+ORDER\s+BY\b/i,
  },
  { reason: 'Neo4j checks the normal form after parsing', message: /^Expected NFC, NFD, NFKC or NFKD/ },
  {
    reason: 'A pattern that is compared or counted with: Neo4j refuses it outside of predicates after parsing',
    message: /^Expected "[|-]"/,
  },
  {
    reason: 'Two signs and brackets after an operand are the start of a pattern',
    message: /^Expected "\)"/,
    within: /-\s*-\s*\(/,
  },
  { reason: 'A second CASE is an expression, never a variable', message: /^Expected WHEN/, within: /\bCASE\s+CASE\b/i },
  { reason: 'Typographic dashes and brackets are no signs', message: /has no meaning in Cypher/ },
];

export const ACCEPTANCES: readonly Acceptance[] = [
  {
    reason: "Memgraph's traversals",
    applies: (statement) => some(statement.body, (node) => node.traversal !== undefined),
  },
  {
    reason: "Memgraph's commands on storage",
    applies: ({ text }) =>
      /^\s*(?:(?:EXPLAIN|PROFILE)\s+)?(?:SHOW\s+(?:NEXT\s+)?SNAPSHOTS?|CREATE\s+SNAPSHOT|RECOVER|DUMP\s+DATABASE)\b/is.test(
        text,
      ),
  },
  {
    reason: "Memgraph's commands on indexes and constraints, and the cluster's instances",
    applies: ({ text }) =>
      /^\s*(?:CREATE|DROP)\s+(?:(?:EDGE\s+)?INDEX\s+ON\s*:|CONSTRAINT\b.*\bASSERT\b|TEXT\s+(?:EDGE\s+)?INDEX\b)|^\s*SHOW\s+(?:\w+\s+INFO|INSTANCES?)\b/is.test(
        text,
      ),
  },
  { reason: "Memgraph's commands on the cluster", applies: ({ body }) => body.type === 'cluster' },
  {
    reason: 'Names of databases with hyphens, as the coordinators take them',
    applies: ({ body }) => (body.type === 'createDatabase' || body.type === 'dropDatabase') && /[-.]/.test(body.name),
  },
  {
    reason: 'Predicates after predicates, as openCypher 9 has them; a label test binds as tightly as in Cypher 5',
    applies: (statement) => some(statement.body, isPredicateOfPredicate),
  },
  {
    reason: 'Several signs in a row, as openCypher 9 has them',
    applies: ({ text }) =>
      /[-+]\s*[-+]\s*(?:[^\s>[(-]|[-+]\s*\()|(?:\b(?:RETURN|WITH|WHERE|BY)|[,=(])\s*-\s*-\s*\(/i.test(text),
  },
];

interface Node {
  readonly [field: string]: unknown;
}

const PREDICATES = new Set(['string', 'in', 'isNull', 'isTyped', 'isNormalized', 'hasLabels']);
const TIGHTER = new Set([...PREDICATES, 'arithmetic', 'negate']);

/** An operand is written without brackets where it starts with its operator, and a right one where the two end together. */
function isPredicateOfPredicate(node: Node): boolean {
  if (!TIGHTER.has(String(node.type))) return false;
  const isUnbracketed = (operand: unknown, edge: 'offset' | 'endOffset') =>
    isNode(operand) && PREDICATES.has(String(operand.type)) && edgeOf(operand, edge) === edgeOf(node, edge);
  return (
    [node.left, node.operand, node.subject].some((operand) => isUnbracketed(operand, 'offset')) ||
    isUnbracketed(node.right, 'endOffset')
  );
}

function edgeOf(node: Node, edge: 'offset' | 'endOffset'): unknown {
  return isNode(node.span) ? node.span[edge] : undefined;
}

function some(value: unknown, test: (node: Node) => boolean): boolean {
  if (Array.isArray(value)) return value.some((item) => some(item, test));
  return isNode(value) && (test(value) || Object.values(value).some((field) => some(field, test)));
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

function insert(text: string, offset: number, what: string): string {
  return `${text.slice(0, offset)}${what}${text.slice(offset)}`;
}

/** The reserved word that starts here, in backticks. */
function quoteWord(text: string, offset: number): string | undefined {
  const word = /^[a-z]+/i.exec(text.slice(offset))?.[0] ?? '';
  if (!RESERVED_WORDS.has(word.toUpperCase())) return undefined;
  return `${text.slice(0, offset)}\`${word}\`${text.slice(offset + word.length)}`;
}

/** The reserved word that ends before this place, blanks aside, in backticks. */
function quoteWordBefore(text: string, offset: number): string | undefined {
  const word = /(?<![\w`])([a-z]+)\s*$/i.exec(text.slice(0, offset));
  return word ? quoteWord(text, word.index) : undefined;
}
