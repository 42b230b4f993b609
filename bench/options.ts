/** The words behind `npm run bench --`. */
import { parseArgs } from 'node:util';
import { CLASS_ORDER } from './pokec/query-classes.ts';
import { SIZES, type Size } from './pokec/social-graph.ts';
import { SYSTEM_NAMES } from './pokec/systems.ts';

export const USAGE = `usage: npm run bench -- [--quick] [--only core|replication|serve|pokec, or several: core,serve] [--json] [--save]
  of pokec also: [--size small|medium] [--rounds N] [--systems a,b] [--classes a,b]
  systems: ${SYSTEM_NAMES.join(', ')}; \`npm ci --prefix bench\` installs the peers among them`;

const PARTS = ['core', 'replication', 'serve', 'pokec'] as const;
export type Part = (typeof PARTS)[number];

const ROUNDS_MAX = 10;

export interface Options {
  readonly help: boolean;
  readonly quick: boolean;
  readonly parts: readonly Part[];
  readonly json: boolean;
  readonly save: boolean;
  readonly size: Size;
  readonly rounds: number;
  readonly systems: readonly string[];
  readonly classes: readonly string[];
}

/** Errors: what is wrong, in words. */
export function parseOptions(words: readonly string[]): Options {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...words],
    options: {
      help: flag,
      quick: flag,
      json: flag,
      save: flag,
      only: text,
      size: text,
      rounds: text,
      systems: text,
      classes: text,
    },
  });
  const { help, quick, json, save, only } = values;
  const named = only?.split(',') ?? PARTS;
  const parts = PARTS.filter((part) => named.includes(part));
  if (parts.length < named.length) throw new Error(`there is no --only ${only}`);
  const isHalf = parts.includes('core') !== parts.includes('serve');
  if (save && (quick || isHalf || values.classes || values.systems || values.size)) {
    throw new Error('--save keeps the figures of a whole run, or of all of --only core,serve, pokec or replication');
  }
  const size = values.size ?? (quick ? 'small' : 'medium');
  if (!isSize(size)) throw new Error(`there is no --size ${size}`);
  const rounds = Number(values.rounds ?? 1);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > ROUNDS_MAX)
    throw new Error(`--rounds is from 1 to ${ROUNDS_MAX}`);
  const systems = chosen('system', values.systems, SYSTEM_NAMES);
  const classes = chosen('class', values.classes, CLASS_ORDER);
  return { help, quick, parts, json, save, size, rounds, systems, classes };
}

function isSize(text: string): text is Size {
  return text in SIZES;
}

/** Those that are named, in the order in which they are known; all without names. */
function chosen(what: string, text: string | undefined, known: readonly string[]): readonly string[] {
  if (text === undefined) return known;
  const named = text.split(',');
  const unknown = named.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`there is no ${what} ${unknown}`);
  return known.filter((name) => named.includes(name));
}
