/** Reads registers linearizably, writes them, and swaps their values. */
import type { RegisterAction, RegisterOperation } from '../../core/history/register.ts';
import type { World } from '../world.ts';
import { HistoryClient, type Told } from './history-client.ts';

export const REGISTERS = ['x', 'y'] as const;

const READ = 'MATCH (r:Register {key: $key}) RETURN r.value';
const WRITE = 'MATCH (r:Register {key: $key}) SET r.value = $value RETURN r.value';
const SWAP = 'MATCH (r:Register {key: $key}) WHERE r.value = $from SET r.value = $value RETURN r.value';

/** What all clients did to one register. */
export class RegisterHistory {
  readonly operations: RegisterOperation[] = [];
  /** The last value that was given out: nobody writes one that somebody else has. */
  lastValue = 0;
}

export class RegisterClient extends HistoryClient {
  readonly #histories: ReadonlyMap<string, RegisterHistory>;
  /** What it has seen last in each register. */
  readonly #known = new Map<string, number>();

  constructor(world: World, name: string, histories: ReadonlyMap<string, RegisterHistory>) {
    super(world, name);
    this.#histories = histories;
  }

  protected override act(done: () => void): void {
    const key = REGISTERS[this.below(REGISTERS.length)] ?? REGISTERS[0];
    const history = this.#histories.get(key);
    if (history === undefined) return done();
    const dice = this.world.dice.histories();
    if (dice < 0.5) return this.#read(key, history, done);
    const from = dice < 0.75 ? this.#known.get(key) : undefined;
    this.#write(key, history, { from, done });
  }

  #read(key: string, history: RegisterHistory, done: () => void): void {
    const calledMs = this.nowMs;
    this.atMain({ text: READ, parameters: { key }, writes: false, isLinearizable: true }, (told) => {
      const value = told.type === 'ok' ? told.rows[0]?.[0] : undefined;
      if (typeof value === 'number') {
        this.world.counts.registerReads += 1;
        this.#known.set(key, value);
        history.operations.push({ action: { type: 'read', value }, calledMs, answeredMs: this.nowMs });
      }
      done();
    });
  }

  #write(key: string, history: RegisterHistory, { from, done }: { from: number | undefined; done: () => void }): void {
    const calledMs = this.nowMs;
    const value = ++history.lastValue;
    const isSwap = from !== undefined;
    const parameters = isSwap ? { key, value, from } : { key, value };
    this.atMain({ text: isSwap ? SWAP : WRITE, parameters, writes: true }, (told) => {
      const action: RegisterAction = isSwap ? { type: 'compareAndSet', from, to: value } : { type: 'write', value };
      const isDone = told.type === 'ok' && told.rows.length > 0;
      if (isDone) this.#known.set(key, value);
      this.#count(told, isSwap);
      if (isDone || told.type === 'unknown') {
        history.operations.push({ action, calledMs, answeredMs: isDone ? this.nowMs : undefined });
      }
      done();
    });
  }

  #count({ type }: Told, isSwap: boolean): void {
    const { counts } = this.world;
    if (type === 'unknown') counts.registersUnknown += 1;
    else if (type === 'ok') counts[isSwap ? 'registerSwaps' : 'registerWrites'] += 1;
  }
}
