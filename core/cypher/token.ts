/**
 * Kinds of tokens, and the words that mean something. Cypher has hardly any reserved words: a keyword
 * is a name whose text happens to be one, so a token is a name first and a keyword beside it.
 */

export const TOKEN = {
  end: 0,
  name: 1,
  quotedName: 2,
  string: 3,
  integer: 4,
  float: 5,
  parameter: 6,
  openParen: 7,
  closeParen: 8,
  openBracket: 9,
  closeBracket: 10,
  openBrace: 11,
  closeBrace: 12,
  comma: 13,
  dot: 14,
  dotDot: 15,
  colon: 16,
  doubleColon: 17,
  semicolon: 18,
  bar: 19,
  doubleBar: 20,
  equal: 21,
  matches: 22,
  notEqual: 23,
  less: 24,
  lessEqual: 25,
  greater: 26,
  greaterEqual: 27,
  plus: 28,
  plusEqual: 29,
  minus: 30,
  star: 31,
  slash: 32,
  percent: 33,
  caret: 34,
  exclamation: 35,
  ampersand: 36,
  dollar: 37,
  bangEqual: 38,
} as const;

export type TokenKind = (typeof TOKEN)[keyof typeof TOKEN];

/** Punctuation by its first character; the longest that fits is taken. */
export const PUNCTUATION: ReadonlyMap<number, readonly (readonly [text: string, kind: TokenKind])[]> = byFirstCharacter(
  [
    ['::', TOKEN.doubleColon],
    ['..', TOKEN.dotDot],
    ['||', TOKEN.doubleBar],
    ['=~', TOKEN.matches],
    ['<>', TOKEN.notEqual],
    ['!=', TOKEN.bangEqual],
    ['<=', TOKEN.lessEqual],
    ['>=', TOKEN.greaterEqual],
    ['+=', TOKEN.plusEqual],
    ['(', TOKEN.openParen],
    [')', TOKEN.closeParen],
    ['[', TOKEN.openBracket],
    [']', TOKEN.closeBracket],
    ['{', TOKEN.openBrace],
    ['}', TOKEN.closeBrace],
    [',', TOKEN.comma],
    ['.', TOKEN.dot],
    [':', TOKEN.colon],
    [';', TOKEN.semicolon],
    ['|', TOKEN.bar],
    ['=', TOKEN.equal],
    ['<', TOKEN.less],
    ['>', TOKEN.greater],
    ['+', TOKEN.plus],
    ['-', TOKEN.minus],
    ['*', TOKEN.star],
    ['/', TOKEN.slash],
    ['%', TOKEN.percent],
    ['^', TOKEN.caret],
    ['!', TOKEN.exclamation],
    ['&', TOKEN.ampersand],
    ['$', TOKEN.dollar],
  ],
);

function byFirstCharacter(table: readonly (readonly [string, TokenKind])[]) {
  const groups = new Map<number, (readonly [string, TokenKind])[]>();
  for (const entry of table) {
    const first = entry[0].charCodeAt(0);
    const group = groups.get(first);
    if (group) group.push(entry);
    else groups.set(first, [entry]);
  }
  return groups;
}

/** Words that the parser looks for, those of refused clauses included. Position 0 is no keyword. */
export const KEYWORDS = [
  '',
  'ALL',
  'ALLSHORTESTPATHS',
  'AND',
  'ANY',
  'AS',
  'ASC',
  'ASCENDING',
  'BY',
  'CALL',
  'CASE',
  'COLLECT',
  'CONTAINS',
  'COUNT',
  'CREATE',
  'CYPHER',
  'DATABASE',
  'DATABASES',
  'DELETE',
  'DESC',
  'DESCENDING',
  'DETACH',
  'DISTINCT',
  'DROP',
  'ELSE',
  'END',
  'ENDS',
  'EXISTS',
  'EXPLAIN',
  'FALSE',
  'FOR',
  'IF',
  'IN',
  'INDEX',
  'INDEXES',
  'INSTANCES',
  'IS',
  'LIMIT',
  'MATCH',
  'MERGE',
  'NONE',
  'NOT',
  'NULL',
  'ON',
  'OPTIONAL',
  'OPTIONS',
  'OR',
  'ORDER',
  'PROFILE',
  'REDUCE',
  'REMOVE',
  'RETURN',
  'SET',
  'SHORTEST',
  'SHORTESTPATH',
  'SHOW',
  'SINGLE',
  'SKIP',
  'STARTS',
  'THEN',
  'TRUE',
  'UNION',
  'UNIQUE',
  'UNWIND',
  'USING',
  'WHEN',
  'WHERE',
  'WITH',
  'XOR',
] as const;

export type Keyword = (typeof KEYWORDS)[number];

/** The longest keyword, in characters: longer names need not be looked up. */
export const KEYWORD_UNITS_MAX = KEYWORDS.reduce((longest, word) => Math.max(longest, word.length), 0);

export const KEYWORD_IDS: ReadonlyMap<string, number> = new Map(KEYWORDS.map((word, id) => [word, id]));

/**
 * Keywords that cannot be the name of a variable without backticks, since a missing word before
 * them would otherwise turn into a misleading error about an unknown variable.
 */
export const RESERVED: ReadonlySet<Keyword> = new Set<Keyword>([
  'AND',
  'AS',
  'CASE',
  'CREATE',
  'DELETE',
  'DETACH',
  'DISTINCT',
  'ELSE',
  'FALSE',
  'IN',
  'IS',
  'MATCH',
  'MERGE',
  'NOT',
  'NULL',
  'OR',
  'RETURN',
  'THEN',
  'TRUE',
  'UNION',
  'UNWIND',
  'WHEN',
  'WHERE',
  'WITH',
  'XOR',
]);
