/**
 * ADD COORDINATOR, REMOVE COORDINATOR, UPDATE CONFIG FOR COORDINATOR: changes of the coordinators' own group, which Raft carries out
 * one at a time (core/raft/membership.ts). Coordinators are numbered; their objects are found by name, and by nothing else.
 */
import type { Member, MemberId, MemberServers } from '../raft/message.ts';
import type { RaftState } from '../raft/state.ts';
import { type Beginning, refusal } from './beginning.ts';
import { REGIONS } from './creation.ts';
import type { OperatorCommand } from './request.ts';
import { unavailable } from './response.ts';
import { NO_SERVERS } from './show.ts';

export type GroupCommand = Extract<OperatorCommand, { readonly coordinator: number }>;

/** Coordinators at most. A majority of them has to answer whenever anything is decided. */
const COORDINATORS_MAX = 7;
const NUMBER_MAX = 999_999;
/** Addresses are kept and shown, and so are bounded. */
const ADDRESS_LENGTH_MAX = 255;

/** The name of a coordinator of the same group. */
export function memberNumbered(self: MemberId, number: number): MemberId {
  return self.replace(/\d+$/, String(number));
}

/** What comes of a command before the log has it. */
export function changeGroup(raft: RaftState, command: GroupCommand): Beginning {
  const { coordinator: number } = command;
  const { members } = raft.configuration;
  const id = memberNumbered(raft.self, number);
  const member = members.find((one) => one.id === id);
  if (command.type === 'addCoordinator') return add(raft, id, command);
  if (member === undefined) return refusal(`there is no coordinator ${number}`);
  return command.type === 'removeCoordinator' ? remove(raft, member, number) : update(raft, member, command);
}

function add(
  raft: RaftState,
  id: MemberId,
  { coordinator: number, config }: Extract<GroupCommand, { config: unknown }>,
) {
  const { members, removed } = raft.configuration;
  if (number < 1 || number > NUMBER_MAX) return refusal(`a coordinator's number is from 1 to ${NUMBER_MAX}`);
  if (members.some((member) => member.id === id)) return refusal(`there is a coordinator ${number} already`);
  if (removed.includes(id)) return refusal(`${number} was a coordinator before, and its number is not given again`);
  if (members.length >= COORDINATORS_MAX)
    return refusal(`there are ${members.length} coordinators, and more are none the safer`);
  const unknown = [...config.keys()].find((key) => !CONFIG_KEYS.includes(key));
  if (unknown !== undefined) return refusal(`CONFIG knows ${CONFIG_KEYS.join(', ')}, not '${unknown.slice(0, 80)}'`);
  const region = config.get('region');
  if (region === undefined) return refusal('CONFIG has to say where it is to stand, such as {"region": "weur"}');
  if (!REGIONS.some((known) => known === region)) {
    return refusal(`'${region.slice(0, 80)}' is no region; there are ${REGIONS.join(', ')}`);
  }
  const servers = serversIn(config);
  return (
    stillChanging(raft, undefined) ??
    ({ type: 'changeMembers', change: { type: 'add', member: { id, region, ...(servers && { servers }) } } } as const)
  );
}

const SERVER_KEYS = ['bolt_server', 'coordinator_server', 'management_server'] as const;
const CONFIG_KEYS: readonly string[] = ['region', ...SERVER_KEYS];

function serversIn(config: ReadonlyMap<string, string>): MemberServers | undefined {
  if (!SERVER_KEYS.some((key) => config.has(key))) return undefined;
  const servers: Record<keyof MemberServers, string> = { ...NO_SERVERS };
  for (const key of SERVER_KEYS) servers[key] = config.get(key)?.slice(0, ADDRESS_LENGTH_MAX) ?? '';
  return servers;
}

function remove(raft: RaftState, member: Member, number: number): Beginning {
  const { id } = member;
  const isOnlyVoter = member.votes && raft.voters.length === 1;
  if (isOnlyVoter) return refusal(`without coordinator ${number} there would be none`);
  if (id === raft.self) return refusal(`coordinator ${number} leads: YIELD LEADERSHIP first`);
  return stillChanging(raft, id) ?? { type: 'changeMembers', change: { type: 'remove', id } };
}

function update(raft: RaftState, member: Member, { config }: Extract<GroupCommand, { config: unknown }>): Beginning {
  const boltServer = config.get('bolt_server');
  if (boltServer === undefined || config.size !== 1) return refusal("only 'bolt_server' can be changed");
  const servers = { ...(member.servers ?? NO_SERVERS), bolt_server: boltServer.slice(0, ADDRESS_LENGTH_MAX) };
  const { id } = member;
  return stillChanging(raft, id) ?? { type: 'changeMembers', change: { type: 'describe', id, servers } };
}

/** One change at a time, up to the vote of the member that comes. Who has second thoughts about that one may let it go. */
function stillChanging({ configuration, commitIndex }: RaftState, about: MemberId | undefined): Beginning | undefined {
  const learner = configuration.members.find(({ votes, id }) => !votes && id !== about);
  const busy = (message: string): Beginning => ({ type: 'respond', response: unavailable(message) });
  if (learner !== undefined) return busy(`Coordinator ${/\d+$/.exec(learner.id)} is not level with the others yet`);
  return configuration.index > commitIndex ? busy('The coordinators are being changed already') : undefined;
}
