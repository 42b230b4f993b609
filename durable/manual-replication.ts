/** Roles given by hand: what an operator says to this one instance, and what it shows of its replicas. */
import { GraphError } from '../core/error.ts';
import type { ReplicationCommand } from '../core/replication/instance-event.ts';
import type { InstanceState } from '../core/replication/instance-state.ts';
import { manualRefusalOf, notMain } from '../core/replication/manual.ts';
import { REPLICA_COLUMNS, replicaRows } from '../core/replication/replica-table.ts';
import { reportOf } from '../core/replication/report.ts';
import { encodeResult } from '../core/value/codec.ts';
import type { ResultValue } from '../core/value/value.ts';
import type { Admission } from './admission.ts';
import type { ReplicationAnswer, ReplicationRequest } from './protocol.ts';

/** The machine gives up what cannot be done long before. */
const WAIT_MS_MAX = 15_000;

export interface ManualHost {
  readonly admission: Admission;
  state(): InstanceState;
  /** Hands the command to the machine, which answers by `operated`. */
  operate(id: number, command: ReplicationCommand): void;
}

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ResultValue[])[];
}

const NOTHING: Table = { columns: [], rows: [] };

export class ManualReplication {
  readonly #host: ManualHost;
  readonly #waiters = new Map<number, (error: GraphError | undefined) => void>();
  #nextId = 1;

  constructor(host: ManualHost) {
    this.#host = host;
  }

  /** Carries out a command. Never throws: what went wrong is the answer. */
  run({ command }: ReplicationRequest): Promise<ReplicationAnswer> {
    const { admission } = this.#host;
    return admission.serve(async () => {
      const { columns, rows } = await this.#carryOut(command);
      return { ok: true, columns, rows: encodeResult({ columns, rows }), servedBy: admission.servedBy };
    });
  }

  /** The machine has done what the operator wanted, or says why not. */
  operated(id: number, error: GraphError | undefined): void {
    this.#waiters.get(id)?.(error);
  }

  async #carryOut(command: ReplicationRequest['command']): Promise<Table> {
    switch (command.type) {
      case 'showReplicas':
        return this.#replicas();
      case 'showRole': {
        const { role } = this.#manual();
        return { columns: ['replication role'], rows: [[role]] };
      }
      default:
        await this.#operate(command);
        return NOTHING;
    }
  }

  #replicas(): Table {
    const state = this.#manual();
    const { role, name, assignment } = state;
    if (role !== 'main' || assignment === undefined) throw notMain(name);
    return { columns: REPLICA_COLUMNS, rows: replicaRows(assignment, reportOf(state, Date.now())) };
  }

  /** The state of an instance whose role is given by hand. */
  #manual(): InstanceState {
    const state = this.#host.state();
    const refusal = manualRefusalOf(state);
    if (refusal) throw refusal;
    return state;
  }

  async #operate(command: ReplicationCommand): Promise<void> {
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<GraphError | undefined>();
    this.#waiters.set(id, resolve);
    const tooLong = new GraphError(
      'Neo.TransientError.General.DatabaseUnavailable',
      'It has taken too long. SHOW REPLICATION ROLE and SHOW REPLICAS tell whether it was done.',
    );
    const timer = setTimeout(() => resolve(tooLong), WAIT_MS_MAX);
    try {
      this.#host.operate(id, command);
      const error = await promise;
      if (error) throw error;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(id);
    }
  }
}
