/** The safety properties of figure 3 of the paper, checked from outside after every step of a schedule. */
import type { RaftEffect } from '../../../core/raft/event.ts';
import type { Entry, MemberId } from '../../../core/raft/message.ts';
import { lastIndexOf, termAt } from '../../../core/raft/state.ts';
import type { Group } from './group.ts';

export class RaftInvariants {
  /** Counts of what a schedule brought about, so that a test can tell a strong schedule from a weak one. */
  readonly seen = { leaders: 0, commits: 0, snapshotsInstalled: 0, truncations: 0, reads: 0, rests: 0, changes: 0 };
  readonly #group: Group;
  readonly #leaderOfTerm = new Map<number, MemberId>();
  /** What has been committed anywhere, by index. */
  readonly #committed = new Map<number, { readonly term: number; readonly command: string }>();
  readonly #commitIndexOf = new Map<MemberId, number>();
  #highestCommitted = 0;
  readonly #committedWhenAsked = new Map<string, number>();

  constructor(group: Group) {
    this.#group = group;
    group.onEffect = (name, effect) => this.#observe(name, effect);
  }

  /** A member that restarts begins again at its snapshot. */
  forget(name: MemberId): void {
    this.#commitIndexOf.set(name, this.#group.state(name).commitIndex);
  }

  /** A read must see everything that had been committed when it was asked. */
  asks(id: string): void {
    this.#committedWhenAsked.set(id, this.#highestCommitted);
  }

  check(): void {
    for (const [name, { state, alive }] of this.#group.members) {
      if (!alive) continue;
      const before = this.#commitIndexOf.get(name) ?? 0;
      if (state.commitIndex < before) throw new Error(`the commit index of ${name} fell`);
      this.#commitIndexOf.set(name, state.commitIndex);
    }
    this.#checkLogMatching();
  }

  #observe(name: MemberId, effect: RaftEffect): void {
    if (effect.type === 'becameLeader') this.#checkElection(name, effect.term);
    else if (effect.type === 'commit') for (const entry of effect.entries) this.#checkCommit(name, entry);
    else if (effect.type === 'installSnapshot') this.seen.snapshotsInstalled += 1;
    else if (effect.type === 'persist' && effect.truncateFrom !== undefined) this.seen.truncations += 1;
    else if (effect.type === 'send' && effect.message.type === 'rest') this.seen.rests += 1;
    else if (effect.type === 'readReady') {
      this.seen.reads += 1;
      const needed = this.#committedWhenAsked.get(effect.id) ?? 0;
      if (effect.index < needed) throw new Error(`read ${effect.id} at ${effect.index} misses commit ${needed}`);
    }
  }

  /** Election safety, and leader completeness: a leader holds all that was committed before. */
  #checkElection(name: MemberId, term: number): void {
    this.seen.leaders += 1;
    const other = this.#leaderOfTerm.get(term);
    if (other !== undefined) throw new Error(`${other} and ${name} both lead term ${term}`);
    this.#leaderOfTerm.set(term, name);
    const { state } = this.#group.member(name);
    for (const [index, { term: committedIn }] of this.#committed) {
      if (committedIn >= term || index <= (state.snapshot?.index ?? 0)) continue;
      if (this.#termOf(name, index) !== committedIn) throw new Error(`leader ${name} of term ${term} lacks ${index}`);
    }
  }

  /** The log of a member as it will be after the step that is being carried out. */
  #termOf(name: MemberId, index: number): number | undefined {
    return termAt(this.#group.state(name), index);
  }

  /** State machine safety: nobody applies another entry at the same index. */
  #checkCommit(name: MemberId, entry: Entry): void {
    this.seen.commits += 1;
    const command = wordOf(entry);
    const known = this.#committed.get(entry.index);
    if (known === undefined && entry.group !== undefined) this.seen.changes += 1;
    if (known !== undefined && (known.term !== entry.term || known.command !== command)) {
      throw new Error(`${name} applies ${command} at ${entry.index}, where ${known.command} was applied`);
    }
    this.#committed.set(entry.index, { term: entry.term, command });
    this.#highestCommitted = Math.max(this.#highestCommitted, entry.index);
  }

  /** Log matching: where two logs agree on the term of an index, they agree on all before. */
  #checkLogMatching(): void {
    const states = [...this.#group.members.values()].filter(({ alive }) => alive).map(({ state }) => state);
    for (const [position, left] of states.entries()) {
      for (const right of states.slice(position + 1)) {
        let matching = false;
        const first = Math.max(left.snapshot?.index ?? 0, right.snapshot?.index ?? 0);
        for (let index = Math.min(lastIndexOf(left), lastIndexOf(right)); index >= first; index--) {
          const equal = termAt(left, index) === termAt(right, index);
          if (matching && !equal) throw new Error(`the logs of ${left.self} and ${right.self} part before a match`);
          matching ||= equal;
        }
      }
    }
  }
}

function wordOf({ command, group }: Entry): string {
  if (group !== undefined) return group.members.map(({ id, votes }) => (votes ? id : `(${id})`)).join(' ');
  return command === null ? '-' : new TextDecoder().decode(command);
}
