/** The procedures that statements of an engine may call, by name. */
import { assert } from '../assert.ts';
import type { ProcedureSignature, ProcedureSignatures } from '../cypher/procedure-signature.ts';
import type { Procedure, Procedures } from '../executor/procedure.ts';
import { ALGORITHM_PROCEDURES } from './built-in/algorithms.ts';
import { APOC_PROCEDURES } from './built-in/apoc.ts';
import { DATABASE_PROCEDURES } from './built-in/database.ts';
import { DUMP_PROCEDURES } from './built-in/dump.ts';
import { FULL_TEXT_PROCEDURES } from './built-in/full-text.ts';
import { SCHEMA_PROCEDURES } from './built-in/schema.ts';
import { showProcedures } from './built-in/show.ts';
import { SHOW_SCHEMA_PROCEDURES } from './built-in/show-schema.ts';
import { type SystemTables, showSystemProcedures } from './built-in/show-system.ts';
import { VECTOR_PROCEDURES } from './built-in/vector.ts';

export class ProcedureRegistry implements Procedures {
  /** What the semantic check and the planner ask. */
  readonly signatures: ProcedureSignatures;
  readonly #procedures = new Map<string, Procedure>();

  /** With what every engine has. Each procedure has a name of its own. */
  constructor(more: readonly Procedure[], tables: SystemTables | undefined) {
    const builtIn = [
      ...DATABASE_PROCEDURES,
      ...SCHEMA_PROCEDURES,
      ...ALGORITHM_PROCEDURES,
      ...APOC_PROCEDURES,
      ...SHOW_SCHEMA_PROCEDURES,
      ...DUMP_PROCEDURES,
      ...VECTOR_PROCEDURES,
      ...FULL_TEXT_PROCEDURES,
      ...showProcedures(() => this.#list()),
      ...showSystemProcedures(tables),
    ];
    for (const procedure of [...builtIn, ...more]) {
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

  /** Those that CALL can name, in the order of their names. */
  #list(): ProcedureSignature[] {
    const signatures = [...this.#procedures.values()].map(({ signature }) => signature);
    return signatures
      .filter(({ name }) => !name.includes(' '))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }
}
