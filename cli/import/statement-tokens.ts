/** Cypher's tokens, as far as a loader looks at them. What it does not know for sure it leaves to the server. */

export interface Token {
  /** A `name` is in backticks; a `value` is a string or a number. */
  readonly type: 'word' | 'name' | 'value' | 'symbol';
  readonly text: string;
  /** Of a value: what it is as JSON of the typed form, if that is sure. */
  readonly json: string | undefined;
  /** How many brackets are open around it. */
  readonly depth: number;
  readonly offset: number;
}

const TOKEN =
  /(?<space>\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<word>[\p{L}_][\p{L}\p{N}_]*)|(?<name>`(?:[^`]|``)*`)|(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<number>(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?[\w]*)|(?<symbol>[\s\S])/suy;
const INTEGER = /^(?:0|[1-9]\d*)$/;
const FLOAT = /^(?:\d+\.\d+|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?$/;
const INTEGER_MAX = 2n ** 63n - 1n;
const STRING_LENGTH_MAX = 100_000;
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ...(['\\', "'", '"', '`'].map((character) => [character, character]) as [string, string][]),
  ...([
    ['b', '\b'],
    ['f', '\f'],
    ['n', '\n'],
    ['r', '\r'],
    ['t', '\t'],
  ] as [string, string][]),
]);

/** Undefined when the text has a string too long for a pattern to walk over. */
export function tokensOf(statement: string): Token[] | undefined {
  const tokens: Token[] = [];
  let depth = 0;
  TOKEN.lastIndex = 0;
  if (statement.length > STRING_LENGTH_MAX) return undefined;
  for (let match = TOKEN.exec(statement); match; match = TOKEN.exec(statement)) {
    const { word, name, string, number, symbol } = match.groups ?? {};
    const offset = match.index;
    if (word !== undefined) tokens.push({ type: 'word', text: word, json: undefined, depth, offset });
    else if (name !== undefined) tokens.push({ type: 'name', text: name, json: undefined, depth, offset });
    else if (string !== undefined)
      tokens.push({ type: 'value', text: string, json: stringJson(string), depth, offset });
    else if (number !== undefined)
      tokens.push({ type: 'value', text: number, json: numberJson(number, ''), depth, offset });
    else if (symbol !== undefined) {
      if (')]}'.includes(symbol)) depth -= 1;
      tokens.push({ type: 'symbol', text: symbol, json: undefined, depth, offset });
      if ('([{'.includes(symbol)) depth += 1;
    }
  }
  return withSigns(tokens);
}

/** A minus in front of a number, where it can only be its sign, is part of it. */
function withSigns(tokens: readonly Token[]): Token[] {
  const joined: Token[] = [];
  for (const token of tokens) {
    const [before, minus] = joined.slice(-2);
    const isSign =
      minus?.type === 'symbol' && minus.text === '-' && before?.type === 'symbol' && ':[,(='.includes(before.text);
    if (token.type !== 'value' || !isSign || !/^[\d.]/.test(token.text)) {
      joined.push(token);
      continue;
    }
    joined.pop();
    joined.push({ ...token, text: `-${token.text}`, json: numberJson(token.text, '-'), offset: minus.offset });
  }
  return joined;
}

function numberJson(text: string, sign: string): string | undefined {
  if (INTEGER.test(text)) {
    const isIn = text.length < 19 || (text.length === 19 && BigInt(text) <= INTEGER_MAX + (sign === '-' ? 1n : 0n));
    return isIn ? `${text === '0' ? '' : sign}${text}` : undefined;
  }
  if (!FLOAT.test(text)) return undefined;
  const number = Number(text);
  if (!Number.isFinite(number)) return undefined;
  const shown = String(number);
  return `${sign}${/^\d+$/.test(shown) ? `${shown}.0` : shown}`;
}

/** Undefined when it has an escape that is not known here, or half of a surrogate pair. */
function stringJson(text: string): string | undefined {
  let isKnown = true;
  const inner = text.slice(1, -1);
  const string = !inner.includes('\\')
    ? inner
    : inner.replace(ESCAPE, (_, short?: string, long?: string, character?: string) => {
        const code = short ?? long;
        if (code !== undefined && Number.parseInt(code, 16) <= 0x10_ffff)
          return String.fromCodePoint(Number.parseInt(code, 16));
        const escaped = ESCAPES.get(character ?? '');
        isKnown &&= escaped !== undefined;
        return escaped ?? '';
      });
  return isKnown && string.isWellFormed() ? JSON.stringify(string) : undefined;
}
