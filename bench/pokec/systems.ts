/** The systems that are measured, by name. A peer is loaded when it is asked for. */
import type { System } from './system.ts';
import { floor } from './systems/floor.ts';
import { grafeo } from './systems/grafeo.ts';
import { graphology } from './systems/graphology.ts';
import { kuzu } from './systems/kuzu.ts';
import { oxigraph } from './systems/oxigraph.ts';
import { skein } from './systems/skein.ts';
import { sqlite } from './systems/sqlite.ts';

export const FLOOR = 'floor';
export const SKEIN = 'skein';
/** A program of its own (cpp-floor.ts), so that it is not among SYSTEMS. */
export const FLOOR_CPP = 'floor-cpp';

export const SYSTEMS: ReadonlyMap<string, () => System> = new Map([
  [FLOOR, floor],
  [SKEIN, skein],
  ['sqlite', sqlite],
  ['graphology', graphology],
  ['kuzu', kuzu],
  ['grafeo', grafeo],
  ['oxigraph', oxigraph],
]);

export const SYSTEM_NAMES: readonly string[] = [FLOOR_CPP, ...SYSTEMS.keys()];

export function isPeer(name: string): boolean {
  return name !== FLOOR && name !== FLOOR_CPP && name !== SKEIN;
}

/** Those whose paths may use a relationship twice, so that some of their answers differ from openCypher's for that reason alone. */
export const WALKING: ReadonlySet<string> = new Set(['sqlite', 'graphology', 'kuzu', 'oxigraph']);
