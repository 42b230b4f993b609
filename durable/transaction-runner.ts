/**
 * Transactions that live over several requests, on one instance: their beginning, each of their statements, and their end. A
 * statement that fails ends its transaction, as in Neo4j.
 */
import type { Engine } from '../core/engine/engine.ts';
import type { Execution } from '../core/engine/execution.ts';
import { TransactionCommit } from '../core/engine/transaction-commit.ts';
import type { TransactionHost } from '../core/engine/transaction-host.ts';
import type { GraphStore } from '../core/graph/graph-store.ts';
import type { SyncReplicationFailure } from '../core/replication/instance-event.ts';
import type { Admission } from './admission.ts';
import type { ExecutionRunner } from './execution-runner.ts';
import { type OpenTransaction, OpenTransactions, transactionNotFound } from './open-transactions.ts';
import type { TransactionAnswer, TransactionRequest, TransactionStatement, TransactionStep } from './protocol.ts';
import {
  decodeParameters,
  needsMain,
  replicationNotification,
  resultOf,
  writeInReadMode,
} from './statement-answers.ts';

/** What the runner needs of its instance. The graph changes under it, so it is asked for anew. */
export interface RunnerHost {
  /** The instance's name. */
  readonly instance: string;
  readonly admission: Admission;
  readonly executions: ExecutionRunner;
  engine(): Engine;
  store(): GraphStore;
}

interface Committed {
  readonly lsn: number;
  readonly failures: readonly SyncReplicationFailure[];
}

export class TransactionRunner {
  readonly #host: RunnerHost;
  readonly #open: OpenTransactions;

  constructor(host: RunnerHost) {
    this.#host = host;
    this.#open = new OpenTransactions(host.instance, () => host.store());
  }

  /** Takes one step. Never throws: what went wrong is the answer. */
  run(request: TransactionRequest): Promise<TransactionAnswer> {
    const deadlineAtMs = Date.now() + request.deadlineMs;
    return this.#host.admission.serve(async () => {
      const one = await this.#enter(request.step, request.deadlineMs);
      try {
        return await this.#take(one, request, Math.min(deadlineAtMs, one.endsAtMs));
      } catch (error) {
        // What has ended it from outside tells more than how that looked from within.
        const reason = one.ended ?? error;
        this.#open.end(
          one,
          one.ended ?? transactionNotFound('The transaction was rolled back when a statement in it failed.'),
        );
        throw reason;
      }
    });
  }

  /** Ends those that write: the instance is MAIN no longer. */
  endWriters(reason: string): void {
    this.#open.endAll(['write'], reason);
  }

  /** Ends all: the graph is replaced by another one. */
  endAll(reason: string): void {
    this.#open.endAll(['read', 'write'], reason);
  }

  /** Those that are open. */
  get open(): TransactionHost {
    return this.#open;
  }

  /** The graph has changed. */
  relieve(): void {
    this.#open.relieve();
  }

  async #enter(step: TransactionStep, deadlineMs: number): Promise<OpenTransaction> {
    if (step.type !== 'begin') return this.#open.enter(step.id);
    await this.#host.admission.admit({ ...step, needsMain: step.accessMode === 'write', deadlineMs });
    // Also who writes reads what is acknowledged, and right after a start that is not known yet.
    await this.#host.admission.awaitTail(deadlineMs);
    return this.#open.begin(step);
  }

  async #take(
    one: OpenTransaction,
    { step, statement }: TransactionRequest,
    deadlineAtMs: number,
  ): Promise<TransactionAnswer> {
    const { admission } = this.#host;
    const execution = statement && (await this.#execute(one, statement, deadlineAtMs));
    // Somebody may have ended it meanwhile, a statement of its own too.
    expectOpen(one);
    const result = execution && { result: resultOf(execution) };
    switch (step.type) {
      case 'begin':
      case 'run': {
        this.#open.leave(one);
        const { id, expiresAtMs } = one;
        return {
          ok: true,
          ...result,
          transaction: { id, expiresAtMs },
          notifications: [],
          servedBy: admission.servedBy,
        };
      }
      case 'rollback':
        this.#open.end(one, transactionNotFound('The transaction was rolled back, as was asked for.'));
        return { ok: true, ...result, notifications: [], servedBy: admission.servedBy };
      case 'commit': {
        const { lsn, failures } = await this.#commit(one, deadlineAtMs);
        const notifications = failures.map(replicationNotification);
        const bookmark = admission.bookmarkAt(lsn);
        return { ok: true, ...result, bookmark, notifications, servedBy: admission.servedBy };
      }
    }
  }

  /** While nothing has been changed in it, a transaction reads beside everybody else; then its statements take their turns. */
  async #execute(one: OpenTransaction, statement: TransactionStatement, deadlineAtMs: number): Promise<Execution> {
    const { executions } = this.#host;
    const { text } = statement;
    const { graph } = one;
    const writes = needsMain(this.#host.engine().prepare(text));
    if (writes && one.accessMode === 'read') throw writeInReadMode();
    const parameters = decodeParameters(statement.parameters);
    const isEnded = () => one.ended !== undefined;
    const task = { text, parameters, options: { transaction: graph }, deadlineAtMs, isEnded };
    one.statement = text;
    if (!writes && graph.deltas.length === 0) return executions.read(task);
    const written = await executions.write(task);
    // Nothing of it is told yet that could be taken back.
    written.acknowledged.catch(() => undefined);
    return written.execution;
  }

  async #commit(one: OpenTransaction, deadlineAtMs: number): Promise<Committed> {
    const { executions } = this.#host;
    const { graph } = one;
    const committed = transactionNotFound('The transaction has ended: its commit was sent before.');
    if (graph.deltas.length === 0) {
      this.#open.end(one, committed);
      return { lsn: graph.lsn, failures: [] };
    }
    const start = () => {
      expectOpen(one);
      return new TransactionCommit(graph);
    };
    const written = await executions.commit({ start, startMs: one.beganAtMs, deadlineAtMs });
    this.#open.end(one, committed);
    return { lsn: written.lsn, failures: await executions.acknowledged(written, deadlineAtMs) };
  }
}

function expectOpen({ ended }: OpenTransaction): void {
  if (ended) throw ended;
}
