/**
 * Skein's Worker with one more door, at which writers are let loose inside the object of an instance: what a durable commit takes
 * without HTTP, Worker and RPC. Bundled and started by writers-bench.ts.
 */
import { encodeValue } from '../../core/value/codec.ts';
import { InstanceObject } from '../../durable/instance-object.ts';
import worker from '../../worker/index.ts';
import { commitStatement } from '../workload.ts';
import { WRITERS_PATH, type Writing, type Written } from './writing.ts';

export { CoordinatorObject } from '../../durable/coordinator-object.ts';

/** An instance as it is, which can also write by itself. Under the name that the configuration has for it. */
class WritingInstance extends InstanceObject {
  async write({ database, writers, commits, firstNumber }: Writing): Promise<Written> {
    const rowsBefore = this.#lastRow();
    let next = 0;
    const writer = async () => {
      while (next < commits) {
        const { text: statement, parameters } = commitStatement(firstNumber + next);
        next += 1;
        const answer = await this.run({
          ...{ database, statement, accessMode: 'write', bookmarks: [], bookmarkWaitMs: 0, deadlineMs: 10_000 },
          parameters: encodeValue(new Map(Object.entries(parameters))),
          from: { name: 'writers', region: 'weur' },
        });
        if (!answer.ok) throw new Error(answer.error.message);
      }
    };
    await Promise.all(Array.from({ length: writers }, writer));
    return { groups: this.#groupsAfter(rowsBefore) };
  }

  #lastRow(): number {
    return this.ctx.storage.sql.exec<{ row: number }>('SELECT coalesce(max(row), 0) AS row FROM wal').one().row;
  }

  #groupsAfter(row: number): number {
    const query = 'SELECT count(DISTINCT group_start) AS groups FROM wal WHERE row > ?';
    return this.ctx.storage.sql.exec<{ groups: number }>(query, row).one().groups;
  }
}

export { WritingInstance as InstanceObject };

interface WritersEnvironment {
  readonly INSTANCE: DurableObjectNamespace<WritingInstance>;
}

export default {
  async fetch(
    request: Request,
    environment: WritersEnvironment & Parameters<typeof worker.fetch>[1],
  ): Promise<Response> {
    if (new URL(request.url).pathname !== WRITERS_PATH) return worker.fetch(request, environment);
    const writing: Writing = await request.json(); // from writers-bench.ts alone
    const object = environment.INSTANCE.getByName(`${writing.database}/instance/weur-1`);
    return Response.json(await object.write(writing));
  },
};
