/** The procedures that statements of an engine may call, by name. */
import { assert } from '../assert.ts';
import type { ProcedureSignature, ProcedureSignatures } from '../cypher/procedure-signature.ts';
import type { Procedure, Procedures } from '../executor/procedure.ts';

export class ProcedureRegistry implements Procedures {
  /** What the semantic check and the planner ask. */
  readonly signatures: ProcedureSignatures;
  readonly #procedures = new Map<string, Procedure>();

  /** Each procedure has a name of its own. */
  constructor(procedures: readonly Procedure[]) {
    for (const procedure of procedures) {
      const { name } = procedure.signature;
      assert(!this.#procedures.has(name), `procedure ${name} is there already`);
      this.#procedures.set(name, procedure);
    }
    this.signatures = {
      find: (name) => this.#procedures.get(name)?.signature,
      names: () => this.#procedures.keys(),
    };
  }

  find(name: string): Procedure | undefined {
    return this.#procedures.get(name);
  }

  /** All signatures, in the order of their names. */
  list(): ProcedureSignature[] {
    const signatures = [...this.#procedures.values()].map(({ signature }) => signature);
    return signatures.sort((left, right) => (left.name < right.name ? -1 : 1));
  }
}
