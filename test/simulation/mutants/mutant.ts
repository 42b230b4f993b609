/** What a planted bug is, and how one is put around a production machine. */
import { type Machines, PRODUCTION, type World, type WorldOptions } from '../world.ts';

export interface Mutant {
  readonly name: string;
  /** What the violation says, when it is found for the right reason. */
  readonly found: RegExp;
  readonly options: Partial<WorldOptions>;
  /** The worlds in which it is hunted; undefined: the ordinary ones. */
  readonly worldOf?: (seed: number, options: Partial<WorldOptions>) => World;
  /** The seed that found it last time is tried first. */
  readonly seed?: number;
}

export type InstanceHandle = Machines['instance'];
export type CoordinatorHandle = Machines['coordinator'];

export function instanceMutant(wrap: (handle: InstanceHandle) => InstanceHandle): Partial<WorldOptions> {
  return { machines: { ...PRODUCTION, instance: wrap(PRODUCTION.instance) } };
}

export function coordinatorMutant(wrap: (handle: CoordinatorHandle) => CoordinatorHandle): Partial<WorldOptions> {
  return { machines: { ...PRODUCTION, coordinator: wrap(PRODUCTION.coordinator) } };
}
