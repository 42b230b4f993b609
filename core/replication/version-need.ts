/**
 * What a later version brought is written into a log once all who follow that log have told that they understand it. From then on the
 * log needs that version: who cannot follow gets a newer build, and a roll-back cannot go behind it.
 */
import { GraphError } from '../error.ts';
import { toldVersion, VERSION_MIN } from '../version.ts';
import { versionOfAssignment } from './assignment.ts';
import type { InstanceState } from './instance-state.ts';
import type { Turn } from './turn.ts';

/** Instances of whom it is kept which version they understand: many more than a database has. */
const TOLD_MAX = 64;

/** The log holds something that needs this version. */
export function noteLogNeeds(turn: Turn, version: number): void {
  if (version > turn.state.logNeeds) turn.update({ logNeeds: version });
}

/** An instance has told the newest version that it understands. It goes to storage with what is stored next. */
export function noteTold(turn: Turn, name: string, newest: unknown): void {
  const version = toldVersion(newest);
  const { told = [], assignment } = turn.state;
  if (toldBy(turn.state, name) === version || !assignment?.instances.some((instance) => instance.name === name)) return;
  const others = told.filter((one) => one.name !== name).slice(1 - TOLD_MAX);
  turn.update({ told: [...others, { name, newest: version }] });
}

/** The newest version that an instance has told; undefined when it has told none. */
export function toldBy({ told = [] }: Pick<InstanceState, 'told'>, name: string): number | undefined {
  return told.find((one) => one.name === name)?.newest;
}

/** The oldest version that understands all that is stored here. */
export function needsOf({ logNeeds, assignment }: InstanceState): number {
  return Math.max(logNeeds, assignment === undefined ? VERSION_MIN : versionOfAssignment(assignment));
}

/** Why nothing can be written that needs `version`; undefined when it can. */
export function versionRefusalOf(state: InstanceState, version: number): GraphError | undefined {
  if (version <= state.logNeeds) return undefined;
  const { name: self, newest, assignment } = state;
  const others = assignment?.instances.filter(({ name }) => name !== self) ?? [];
  const lacking = others.map(({ name }) => name).filter((name) => (toldBy(state, name) ?? VERSION_MIN) < version);
  if (newest < version) lacking.unshift(self);
  if (lacking.length === 0) return undefined;
  return new GraphError(
    'Neo.TransientError.General.DatabaseUnavailable',
    `This came with version ${version}, and is done when all instances understand that: not yet, as far as is known, ${lacking.join(', ')}. Nothing was done.`,
  );
}
