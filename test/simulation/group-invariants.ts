/**
 * What must hold while coordinators come and go, from outside: a leader has committed only what a majority of its group holds, by the
 * newest configuration in its log; and of two groups in a row that were committed, majorities meet.
 */
import { configurationIn } from '../../core/raft/configuration.ts';
import type { Configuration } from '../../core/raft/message.ts';
import { type PersistedState, type RaftState, termAt } from '../../core/raft/state.ts';
import type { SimCoordinator } from './coordinator-object.ts';
import type { World } from './world.ts';

export class GroupInvariants {
  readonly #world: World;
  /** The newest configuration in the log of each, after its last step. */
  readonly #configurationOf = new Map<SimCoordinator, Configuration>();
  readonly #commitIndexOf = new Map<SimCoordinator, number>();
  #committed: Configuration | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** The newest group that was committed. */
  get newest(): Configuration | undefined {
    return this.#committed;
  }

  booted(coordinator: SimCoordinator): void {
    const { raft } = coordinator.state;
    this.#configurationOf.set(coordinator, configurationIn(raft));
    this.#commitIndexOf.set(coordinator, raft.commitIndex);
  }

  stepped(coordinator: SimCoordinator): void {
    const { raft } = coordinator.state;
    const before = this.#configurationOf.get(coordinator);
    const after = configurationIn(raft);
    const hasCommitted = raft.commitIndex > (this.#commitIndexOf.get(coordinator) ?? 0);
    this.#configurationOf.set(coordinator, after);
    this.#commitIndexOf.set(coordinator, raft.commitIndex);
    if (!hasCommitted) return;
    // What was appended in the same step may have been appended before or after.
    const groups = before === undefined || before.index === after.index ? [after] : [before, after];
    if (raft.role === 'leader') this.#checkMajority(raft, groups);
    this.#checkSuccession(raft);
  }

  #checkMajority(raft: RaftState, groups: readonly Configuration[]): void {
    const { commitIndex, self } = raft;
    const term = termAt(raft, commitIndex);
    if (term === undefined || term < raft.term) return;
    // One that has lost what it held did hold it when it said so.
    const { invariants } = this.#world;
    const holds = (id: string) => {
      return (
        id === self || invariants.hasForgotten(id) || isHeld(this.#world.coordinator(id).durable, commitIndex, term)
      );
    };
    const isMajority = ({ members }: Configuration) => {
      const voters = members.filter(({ votes }) => votes);
      return voters.filter(({ id }) => holds(id)).length > voters.length / 2;
    };
    if (!groups.some(isMajority)) {
      this.#world.invariants.violate(`${self} commits ${commitIndex}, which no majority of its group holds`);
    }
  }

  #checkSuccession(raft: RaftState): void {
    const configuration = configurationIn(raft, raft.commitIndex);
    const before = this.#committed;
    if (before !== undefined && configuration.index <= before.index) return;
    this.#committed = configuration;
    if (before === undefined) return;
    this.#world.counts.groupChanges += 1;
    // A snapshot may have brought several at once.
    if (raft.snapshot !== undefined && raft.snapshot.index > before.index) return;
    const was = votersOf(before);
    const is = votersOf(configuration);
    const changed = [...was.filter((id) => !is.includes(id)), ...is.filter((id) => !was.includes(id))];
    if (changed.length > 1) this.#world.invariants.violate(`the group changes by ${changed.join(' and ')} at once`);
  }
}

function votersOf({ members }: Configuration): readonly string[] {
  return members.filter(({ votes }) => votes).map(({ id }) => id);
}

function isHeld(stored: PersistedState, index: number, term: number): boolean {
  return (stored.snapshot?.index ?? 0) >= index || termAt(stored, index) === term;
}
