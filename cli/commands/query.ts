/** `skein query`: one statement, its rows as a table or as JSON. */
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { paint } from '../colour.ts';
import { Connection, type ConnectionOptions, findToken, type QueryResult, urlOption } from '../connection.ts';
import { CommandFailure } from '../failure.ts';
import { formatTable } from '../table.ts';

interface QueryOptions extends ConnectionOptions {
  readonly database: string;
  readonly param?: ReadonlyMap<string, string>;
  readonly region?: string;
  readonly bookmark?: readonly string[];
  readonly json?: boolean;
}

export function queryCommand(): Command {
  return new Command('query')
    .description('run a statement; without one it is read from standard input')
    .argument('[statement]', 'Cypher')
    .option('-d, --database <name>', 'database, or database@instance', 'flights')
    .option('-p, --param <name=value>', 'parameter: JSON, or else a string; may be repeated', collectParameter)
    .option('--bookmark <text>', 'read no older state than this; may be repeated', collect)
    .option('--region <region>', 'ask as if from there; only in development')
    .option('--json', 'print one JSON object')
    .addOption(urlOption())
    .action(run);
}

async function run(statement: string | undefined, options: QueryOptions): Promise<void> {
  const result = await new Connection(options.url, findToken()).query({
    database: options.database,
    statement: statement ?? (await text(process.stdin)),
    parameters: options.param ?? new Map(),
    bookmarks: options.bookmark ?? [],
    region: options.region,
  });
  process.stdout.write(`${options.json ? JSON.stringify(result) : formatResult(result)}\n`);
}

function formatResult(result: QueryResult): string {
  const { length } = result.values;
  const parts = result.fields.length > 0 ? [formatTable(result.fields, result.values)] : [];
  for (const { title, description } of result.notifications) parts.push(paint('yellow', `${title}: ${description}`));
  if (result.plan !== undefined) parts.push(planText(result.plan));
  const summary = [`${length} ${length === 1 ? 'row' : 'rows'}`, ...changes(result), result.servedBy].filter(Boolean);
  parts.push(paint('dim', summary.join(' · ')));
  return parts.join('\n');
}

/** The plan as the table that comes with it; as JSON when there is none. */
function planText(plan: unknown): string {
  const given = isObject(plan) ? plan.arguments : undefined;
  const table = isObject(given) ? given['string-representation'] : undefined;
  return typeof table === 'string' ? table : JSON.stringify(plan, undefined, 2);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** `nodesCreated` and its like that are not 0, in words. */
function changes(result: QueryResult): string[] {
  return Object.entries(result.counters)
    .map(([name, count]) => ({
      name,
      count: String(count && typeof count === 'object' ? JSON.stringify(count) : count),
    }))
    .filter(({ count }) => /^[1-9]\d*$/.test(count))
    .map(({ name, count }) => {
      const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
      return `${count} ${count === '1' ? singular(words) : words}`;
    });
}

/** `nodes created` as it is said of one: node, relationship, property, label, index. */
function singular(words: string): string {
  return words
    .replace(/^indexes/, 'index')
    .replace(/^properties/, 'property')
    .replace(/s (?=\w+$)/, ' ');
}

function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

function collectParameter(text: string, previous: ReadonlyMap<string, string> = new Map()): Map<string, string> {
  const separator = text.indexOf('=');
  if (separator < 1) throw new CommandFailure('usage', `--param wants name=value, not '${text}'`);
  return new Map(previous).set(text.slice(0, separator), toJson(text.slice(separator + 1)));
}

/** The text itself when it is JSON, so that 1.0 stays a FLOAT; else a string. */
function toJson(value: string): string {
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value);
  }
}
