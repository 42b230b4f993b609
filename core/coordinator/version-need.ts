/**
 * What came with a later version is used once all coordinators have told that they understand it: one that does not could not read the log
 * any more. When something of it stands in the log already, that has been so, and whoever cannot follow since has to get a newer build.
 */
import { committedConfiguration } from '../raft/configuration.ts';
import { membersBelow } from '../raft/state.ts';
import { VERSION_MIN } from '../version.ts';
import type { Beginning } from './beginning.ts';
import { versionOfCommand } from './command-codec.ts';
import type { CoordinatorState, VersionNeed } from './coordinator-state.ts';

/** Changes of the group came with this version. */
const VERSION_OF_GROUPS = 2;

/** What has to be understood for something to begin. */
export function needOf(beginning: Beginning): VersionNeed {
  if (beginning.type === 'propose') return { version: versionOfCommand(beginning.command) };
  if (beginning.type !== 'changeMembers') return { version: VERSION_MIN };
  const { change } = beginning;
  return { version: VERSION_OF_GROUPS, ...(change.type === 'remove' && { spared: change.id }) };
}

/** The newest version of which anything stands in the log: what members have to understand, and a roll-back cannot go behind. */
export function versionInUse({ cluster, raft }: CoordinatorState): number {
  return committedConfiguration(raft).index > 0 ? Math.max(cluster.version, VERSION_OF_GROUPS) : cluster.version;
}

/** The coordinators that are not known to understand what is needed. */
export function lackingMembers(state: CoordinatorState, { version, spared }: VersionNeed): readonly string[] {
  if (versionInUse(state) >= version) return [];
  const { raft } = state;
  const self = raft.newest < version ? [raft.self] : [];
  return [...self, ...membersBelow(raft, version).filter((id) => id !== spared)];
}

/** Whether some of them have just not been heard yet. */
export function mayYetTell({ raft }: CoordinatorState, lacking: readonly string[]): boolean {
  return lacking.every((id) => id !== raft.self && !raft.told.has(id));
}

/** Why it cannot begin, as a sentence without its end. */
export function lackMessage({ raft }: CoordinatorState, { version }: VersionNeed, lacking: readonly string[]): string {
  const names = lacking.map((id) => (id === raft.self || raft.told.has(id) ? id : `${id}, which has not been heard`));
  return `This came with version ${version}, and is done when all coordinators understand that: not yet ${names.join('; ')}`;
}
