/** The tree's arrows and core's purity, as DESIGN §2 and STYLE draw them. A new room adds its line here and to docs/ARCHITECTURE.md. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** Which folders a folder may import from, itself always included. `core` alone stands for core's own step, assert and error. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'core/value': ['core'],
  'core/graph': ['core', 'core/value'],
  'core/wal': ['core', 'core/value', 'core/graph'],
  'core/replication': ['core', 'core/value', 'core/graph', 'core/wal'],
  'core/raft': ['core'],
  'core/coordinator': ['core', 'core/raft', 'core/replication', 'core/value'],
  'core/capture': ['core', 'core/value', 'core/graph'],
  'core/cypher': ['core', 'core/value'],
  'core/planner': ['core', 'core/value', 'core/graph', 'core/cypher'],
  'core/executor': ['core', 'core/value', 'core/graph', 'core/cypher', 'core/planner'],
  'core/algorithm': ['core', 'core/value', 'core/graph'],
  'core/engine': [
    'core',
    'core/value',
    'core/graph',
    'core/capture',
    'core/algorithm',
    'core/cypher',
    'core/planner',
    'core/executor',
  ],
  'core/subscription': ['core', 'core/value', 'core/graph', 'core/cypher', 'core/engine'],
  durable: ['core', 'core/*'],
  worker: ['core', 'core/value', 'core/cypher', 'core/coordinator', 'core/replication', 'core/engine', 'durable'],
  embedded: ['core', 'core/*'],
  cli: [],
};

/** Packages that a room may name. */
const MAY_USE: Readonly<Record<string, readonly RegExp[]>> = {
  core: [
    /^@msgpack\/msgpack$/,
    /^crc-32\/crc32c\.js$/,
    /^crc-32$/,
    /^temporal-polyfill\/fns\/ZonedDateTime$/,
    /^re2js$/,
    /^minisearch\/SearchableMap$/,
  ],
  durable: [/^cloudflare:workers$/, /^hono/],
  worker: [/^hono/, /^cloudflare:workers$/],
  cli: [/^node:/, /^(commander|cli-progress|esbuild|ws|workerd)$/],
};

const files = Object.keys(MAY_IMPORT).flatMap(sources);

describe('arrows', () => {
  test.each(files)('%s imports only where its room may', (file) => {
    for (const target of imports(file)) {
      const refusal = refusalOf(file, target);
      expect(refusal, refusal).toBeUndefined();
    }
  });
});

describe('core', () => {
  const core = sources('core');

  test.each(core)('%s waits for nothing, has no clock and no dice', (file) => {
    const code = withoutCommentsAndStrings(readFileSync(join(ROOT, file), 'utf8'));

    expect(code).not.toMatch(/\b(await|async|Promise)\b/);
    expect(code).not.toMatch(/\bMath\.random\b|\bnew Date\b|\bDate\.now\b|\bperformance\.now\b|\bsetTimeout\b/);
    expect(code).not.toMatch(/\beval\(|\bnew Function\b/);
  });
});

test('regular expressions are compiled in one place', () => {
  const users = sources('core').filter((file) => imports(file).includes('re2js'));

  expect(users).toEqual(['core/executor/expression/regular-expression.ts']);
});

test('the rules of time zones are asked for in one place', () => {
  const users = sources('core').filter((file) => imports(file).some((name) => name.startsWith('temporal-polyfill')));

  expect(users).toEqual(['core/value/temporal/zone.ts']);
});

test('every room of core is named in the architecture page', () => {
  const page = readFileSync(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');

  for (const room of Object.keys(MAY_IMPORT)) expect(page).toContain(`${room}/`);
});

test('every file that the architecture page names exists', () => {
  const page = readFileSync(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');
  const named = [...page.matchAll(/`((?:core|durable|worker|cli|test)\/[\w/.-]+\.ts)`/g)].map(
    (match) => match[1] ?? '',
  );

  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});

function refusalOf(file: string, target: string): string | undefined {
  if (!target.startsWith('.')) {
    const allowed = MAY_USE[file.split('/')[0] ?? ''] ?? [];
    return allowed.some((pattern) => pattern.test(target)) ? undefined : `${file} uses the package ${target}`;
  }
  if (!/\.(ts|json|html)$/.test(target)) return `${file} imports ${target} without its ending`;
  const own = roomOf(file);
  const other = roomOf(relative(ROOT, normalize(join(ROOT, dirname(file), target))));
  if (own === other) return undefined;
  const allowed = MAY_IMPORT[own] ?? [];
  const open = allowed.some((room) => room === other || (room.endsWith('/*') && other.startsWith(room.slice(0, -1))));
  return open ? undefined : `${own} may not import ${other} (${file} → ${target})`;
}

/** `core/value` for a file of a room, `core` for core's own, else the top folder. */
function roomOf(file: string): string {
  const [top = '', second = '', third] = file.split('/');
  return top === 'core' && third !== undefined ? `${top}/${second}` : top;
}

/** Module names after `from`, and of imports for their effect alone. Statements may span lines, so the text is taken whole. */
function imports(file: string): string[] {
  const code = readFileSync(join(ROOT, file), 'utf8');
  const named = [...code.matchAll(/^(?:import|export)\s[^;'"`]*?\sfrom\s*'([^']+)';/gm)];
  const bare = [...code.matchAll(/^import\s*'([^']+)';/gm)];
  return [...named, ...bare].map((match) => match[1] ?? '');
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => `${folder}/${name}`)
    .sort();
}

function withoutCommentsAndStrings(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, ' ');
}
