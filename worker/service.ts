/** Runs statements for all doors: decides by the parsed text where each goes, and says what it came to. */
import type { SystemCommand } from '../core/cypher/ast.ts';
import { GraphError } from '../core/error.ts';
import type { Answer, StatementCall } from './answer.ts';
import { isShowing, runClusterCommand } from './cluster-command.ts';
import type { Coordinators } from './coordinators.ts';
import type { Router } from './router.ts';
import { StatementKinds } from './statement-kind.ts';
import { runSystemCommand, SYSTEM_DATABASE } from './system-database.ts';

export class Service {
  readonly router: Router;
  readonly coordinators: Coordinators;
  readonly #kinds = new StatementKinds();

  constructor(parts: { router: Router; coordinators: Coordinators }) {
    this.router = parts.router;
    this.coordinators = parts.coordinators;
  }

  /** Runs a statement. A failure of any kind is in the answer, or thrown as GraphError when nobody answered. */
  async run(call: StatementCall): Promise<Answer> {
    const kind = this.#kinds.of(call.statement);
    if (kind.type === 'system') {
      if (call.accessMode === 'read' && isChange(kind.command)) throw accessModeError();
      const { coordinators, router } = this;
      const { command } = kind;
      if (command.type === 'cluster') return runClusterCommand(command.command, call, { coordinators, router });
      return runSystemCommand(command, call, { coordinators, changed: (name) => router.forget(name) });
    }
    if (call.database === SYSTEM_DATABASE) {
      throw new GraphError(
        'Neo.ClientError.Statement.NotSupported',
        `The database '${SYSTEM_DATABASE}' has no graph; it takes commands on databases and on the cluster.`,
      );
    }
    if (call.accessMode === 'read' && kind.type === 'write') throw accessModeError();
    return this.router.run(call, call.accessMode ?? kind.type);
  }
}

function isChange(command: SystemCommand): boolean {
  if (command.type === 'cluster') return !isShowing(command.command);
  return command.type === 'createDatabase' || command.type === 'dropDatabase';
}

function accessModeError(): GraphError {
  return new GraphError('Neo.ClientError.Statement.AccessMode', "The statement writes, but 'accessMode' is 'Read'.");
}
