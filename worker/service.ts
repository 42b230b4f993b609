/** Runs statements for all doors: decides by the parsed text where each goes, and says what it came to. */
import { GraphError } from '../core/error.ts';
import { isDatabaseName } from '../durable/names.ts';
import type { Answer, StatementCall, TransactionAnswer, TransactionCall } from './answer.ts';
import { isShowing, runClusterCommand } from './cluster-command.ts';
import type { Coordinators } from './coordinators.ts';
import type { Router } from './router.ts';
import { type StatementKind, StatementKinds } from './statement-kind.ts';
import { runSystemCommand, withoutRows } from './system-database.ts';
import { runSystemQuery, SYSTEM_DATABASE } from './system-query.ts';
import { runTransaction } from './transactions.ts';

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
    const { coordinators, router } = this;
    if (kind.type === 'system') {
      const { command } = kind;
      const isShow = command.type === 'cluster' && isShowing(command.command);
      if (call.accessMode === 'read' && !isShow) throw accessModeError();
      if (command.type === 'cluster') return runClusterCommand(command.command, call, { coordinators, router });
      return runSystemCommand(command, call, { coordinators, changed: (name) => router.forget(name) });
    }
    if (kind.type === 'alter') {
      if (call.accessMode === 'read') throw accessModeError();
      return call.database === SYSTEM_DATABASE ? this.#alter(call, kind) : router.run(call, 'write');
    }
    if (kind.type === 'show') return runSystemQuery(call, kind.table, coordinators);
    if (call.database === SYSTEM_DATABASE) {
      if (kind.type === 'read') return runSystemQuery(call, undefined, coordinators);
      throw new GraphError(
        'Neo.ClientError.Statement.NotSupported',
        `The database '${SYSTEM_DATABASE}' has no graph to change; it takes commands on databases and on the cluster, and answers questions.`,
      );
    }
    if (call.accessMode === 'read' && kind.type === 'write') throw accessModeError();
    return this.router.run(call, call.accessMode ?? (kind.type === 'storage' ? 'write' : kind.type));
  }

  /** Takes a step of a transaction that lives over several requests. A failure is in the answer, or thrown as with `run`. */
  transact(call: TransactionCall): Promise<TransactionAnswer> {
    const { coordinators, router } = this;
    return runTransaction(call, { coordinators, router, kindOf: (statement) => this.#kinds.of(statement) });
  }

  /** Has the database itself change its options, as they are in its log. */
  async #alter(
    call: StatementCall,
    { database, ifExists }: Extract<StatementKind, { type: 'alter' }>,
  ): Promise<Answer> {
    try {
      if (!isDatabaseName(database) || database === SYSTEM_DATABASE) throw databaseNotFound(database);
      return await this.router.run({ ...call, database }, 'write');
    } catch (error) {
      const isMissing = error instanceof GraphError && error.code === 'Neo.ClientError.Database.DatabaseNotFound';
      if (!isMissing || !ifExists) throw error;
      return withoutRows(undefined);
    }
  }
}

function databaseNotFound(name: string): GraphError {
  const message = `There is no database ${JSON.stringify(name.slice(0, 80))}.`;
  return new GraphError('Neo.ClientError.Database.DatabaseNotFound', message);
}

function accessModeError(): GraphError {
  return new GraphError('Neo.ClientError.Statement.AccessMode', "The statement writes, but 'accessMode' is 'Read'.");
}
