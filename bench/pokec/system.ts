/** What is measured: one of the floors, Skein, or a peer. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Parameters } from './query-classes.ts';
import type { SocialGraph } from './social-graph.ts';

export interface System {
  /** Loads the graph, and answers with the bytes that the system itself says it takes, if it does. */
  load(graph: SocialGraph): number | undefined | Promise<number | undefined>;
  supports(queryClass: string): boolean;
  /** Runs a query of the class and answers with its rows, in whatever form the system gives them. */
  run(queryClass: string, parameters: Parameters): readonly unknown[] | Promise<readonly unknown[]>;
  close(): void;
}

/** A peer that is not installed; `npm ci --prefix bench` installs them. */
export class MissingPeer extends Error {
  override readonly name = 'MissingPeer';
}

const require = createRequire(join(import.meta.dirname, '../package.json'));

/** The module of a peer. Its type is what the caller knows of it. Errors: MissingPeer. */
export function peerModule<Module>(name: string): Module {
  try {
    return require(name) as Module;
  } catch (error) {
    throw new MissingPeer(`${name} cannot be loaded: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
  }
}
