/** Statements that are sent on their own, on one instance: each is a transaction by itself. */
import type { Engine } from '../core/engine/engine.ts';
import type { GraphStore } from '../core/graph/graph-store.ts';
import type { Admission } from './admission.ts';
import type { ExecutionRunner, Task } from './execution-runner.ts';
import type { StatementAnswer, StatementRequest } from './protocol.ts';
import {
  decodeParameters,
  needsMain as needsMainOf,
  replicationNotification,
  resultOf,
  writeInReadMode,
} from './statement-answers.ts';

/** What the runner needs of its instance. The graph changes under it, so it is asked for anew. */
export interface StatementHost {
  readonly admission: Admission;
  readonly executions: ExecutionRunner;
  engine(): Engine;
  store(): GraphStore;
}

type Question = Pick<Task, 'text' | 'parameters' | 'deadlineAtMs'>;

export class StatementRunner {
  readonly #host: StatementHost;

  constructor(host: StatementHost) {
    this.#host = host;
  }

  /** Runs a statement. Never throws: what went wrong is the answer. */
  run(request: StatementRequest): Promise<StatementAnswer> {
    const deadlineAtMs = Date.now() + request.deadlineMs;
    const { admission } = this.#host;
    return admission.serve(async () => {
      const text = request.statement;
      const needsMain = needsMainOf(this.#host.engine().prepare(text));
      if (needsMain && request.accessMode === 'read') throw writeInReadMode();
      await admission.admit({ ...request, needsMain });
      const question = { text, parameters: decodeParameters(request.parameters), deadlineAtMs };
      return needsMain ? this.#write(question) : this.#read(question);
    });
  }

  async #read(question: Question): Promise<StatementAnswer> {
    const { admission, executions } = this.#host;
    const snapshot = this.#host.store().openSnapshot();
    try {
      const execution = await executions.read({ ...question, options: { snapshot } });
      const bookmark = admission.bookmarkAt(snapshot.lsn);
      return { ok: true, ...resultOf(execution), bookmark, notifications: [], servedBy: admission.servedBy };
    } finally {
      snapshot.close();
    }
  }

  async #write(question: Question): Promise<StatementAnswer> {
    const { admission, executions } = this.#host;
    const written = await executions.write({ ...question, options: { commitsOnTheWay: true } });
    const failures = await executions.acknowledged(written, question.deadlineAtMs);
    const bookmark = admission.bookmarkAt(written.lsn);
    const notifications = failures.map(replicationNotification);
    return { ok: true, ...resultOf(written.execution), bookmark, notifications, servedBy: admission.servedBy };
  }
}
