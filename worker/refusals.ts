/** What instances said that did nothing when they were last asked: told to a client for whom nobody does anything. */
import type { Topology } from '../core/coordinator/request.ts';
import type { GraphError } from '../core/error.ts';

/** Instances whose words are kept. */
const REFUSALS_MAX = 1_000;

export class Refusals {
  /** By database and name. */
  readonly #told = new Map<string, GraphError>();

  /** An instance was asked. `told`: why it did nothing, in its words, if it said so. */
  note(database: string, instance: string, told: GraphError | undefined): void {
    const place = `${database}@${instance}`;
    if (told === undefined) {
      this.#told.delete(place);
      return;
    }
    if (this.#told.size >= REFUSALS_MAX) this.#told.clear();
    this.#told.set(place, told);
  }

  /** What is told for a database, damage before all else. */
  of(topology: Topology): GraphError | undefined {
    const refusals = this.#all(topology);
    return refusals.find(isDamage) ?? refusals[0];
  }

  /** What is told when all instances are damaged, so that nobody will take over. */
  ofHopeless(topology: Topology): GraphError | undefined {
    const damages = this.#all(topology).filter(isDamage);
    return damages.length === topology.instances.length ? damages[0] : undefined;
  }

  #all({ database, instances }: Topology): GraphError[] {
    return instances.flatMap(({ name }) => this.#told.get(`${database}@${name}`) ?? []);
  }
}

export function isDamage({ code }: GraphError): boolean {
  return code === 'Neo.DatabaseError.General.StorageDamageDetected';
}
