/**
 * The grammar of Neo4j's editor tools (`@neo4j-cypher/language-support`: Cypher 25 and most forms of Cypher 5), asked whether a text
 * is Cypher at all. It knows no variables and no types. Only its generated lexer and parser are loaded, which the package's exports
 * hide: its entry brings a semantic analysis of some megabytes.
 */
import {
  BailErrorStrategy,
  CharStream,
  CommonTokenStream,
  type Lexer,
  ParseCancellationException,
  type Parser,
  PredictionMode,
} from 'antlr4ng';

interface Grammar {
  readonly lexer: new (input: CharStream) => Lexer;
  readonly parser: new (input: CommonTokenStream) => Parser & { statementsOrCommands(): unknown };
}

const folder = new URL('./generated-parser/', import.meta.resolve('@neo4j-cypher/language-support'));
const { CypherCmdLexer } = await import(new URL('CypherCmdLexer.js', folder).href);
const { CypherCmdParser } = await import(new URL('CypherCmdParser.js', folder).href);
const grammar: Grammar = { lexer: CypherCmdLexer, parser: CypherCmdParser };

/** Whether their grammar takes the whole text. Its commands of a console, which start with a colon, do not count. */
export function oracleAccepts(text: string): boolean {
  if (text.trimStart().startsWith(':')) return false;
  // The fast prediction may refuse what the full one accepts, never the other way round.
  return accepts(text, PredictionMode.SLL) || accepts(text, PredictionMode.LL);
}

function accepts(text: string, prediction: number): boolean {
  const lexer = new grammar.lexer(CharStream.fromString(text));
  lexer.removeErrorListeners();
  const parser = new grammar.parser(new CommonTokenStream(lexer));
  parser.removeErrorListeners();
  parser.errorHandler = new BailErrorStrategy();
  parser.interpreter.predictionMode = prediction;
  try {
    parser.statementsOrCommands();
    return true;
  } catch (error) {
    if (error instanceof ParseCancellationException) return false;
    throw error;
  }
}
