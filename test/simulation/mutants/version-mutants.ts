/** Bugs that show only while builds of two versions are in one cluster. */
import { VERSION, VERSION_MIN } from '../../../core/version.ts';
import { PRODUCTION, type WorldOptions } from '../world.ts';
import {
  type CoordinatorHandle,
  coordinatorMutant,
  type InstanceHandle,
  instanceMutant,
  type Mutant,
} from './mutant.ts';

interface Stamped {
  readonly envelope: { readonly version: number };
}

function inNewest<Message extends Stamped>(message: Message): Message {
  return { ...message, envelope: { ...message.envelope, version: VERSION } };
}

/** Everything is said in the newest version that the sender knows, whether or not it needs that. */
function stampsNewest(): Partial<WorldOptions> {
  const instance: InstanceHandle = (state, event, log) => {
    const step = PRODUCTION.instance(state, event, log);
    if (state.newest < VERSION) return step;
    const effects = step.effects.map((effect) =>
      effect.type === 'send' || effect.type === 'reply' ? { ...effect, message: inNewest(effect.message) } : effect,
    );
    // Which of the two kinds of `send` an effect was is lost by the spread.
    return { ...step, effects: effects as typeof step.effects };
  };
  const coordinator: CoordinatorHandle = (state, event) => {
    const step = PRODUCTION.coordinator(state, event);
    if (state.raft.newest < VERSION) return step;
    const effects = step.effects.map((effect) => {
      if (effect.type === 'sendRaft') {
        return { ...effect, message: { ...effect.message, protocolVersion: VERSION } };
      }
      return effect.type === 'send' ? { ...effect, message: inNewest(effect.message) } : effect;
    });
    return { ...step, effects };
  };
  return { machines: { ...PRODUCTION, instance, coordinator } };
}

/** MAIN takes all who follow it for as new as itself. */
const takesReplicasForNew = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  const told = step.state.assignment?.instances.map(({ name }) => ({ name, newest: VERSION })) ?? [];
  return { ...step, state: { ...step.state, told } };
});

/** A leader takes all members for as new as itself. */
const takesMembersForNew = coordinatorMutant((handle) => (state, event) => {
  const told = new Map(state.raft.others.map((other) => [other, VERSION] as const));
  return handle({ ...state, raft: { ...state.raft, told } }, event);
});

/** An instance looks at whatever it is sent, as if its build understood it. */
const readsWhatIsNewer = instanceMutant((handle) => (state, event, log) => {
  if (event.type !== 'request') return handle(state, event, log);
  const { envelope, body } = event.request;
  return handle(state, { ...event, request: { envelope: { ...envelope, version: VERSION_MIN }, body } }, log);
});

/** So does a coordinator. */
const followsWhatIsNewer = coordinatorMutant((handle) => (state, event) => {
  if (event.type !== 'raft') return handle(state, event);
  return handle(state, { ...event, message: { ...event.message, protocolVersion: VERSION_MIN } });
});

const ROLLED_OUT = { isRolledOut: true } as const;

export const VERSION_MUTANTS: readonly Mutant[] = [
  {
    name: 'stamps everything with the newest version',
    found: /refuses what it would understand/,
    options: { ...stampsNewest(), ...ROLLED_OUT },
  },
  {
    name: 'writes what is new before all replicas understand it',
    found: /uses what is new/,
    options: { ...takesReplicasForNew, ...ROLLED_OUT },
  },
  {
    name: 'puts what is new into the log before all coordinators understand it',
    found: /uses what is new/,
    options: { ...takesMembersForNew, ...ROLLED_OUT, isRegrouped: true },
  },
  {
    name: 'stores records of a later version',
    found: /has stored what it does not understand/,
    options: { ...readsWhatIsNewer, ...ROLLED_OUT },
  },
  {
    name: 'stores entries of a later version',
    found: /has stored what it does not understand/,
    options: { ...followsWhatIsNewer, ...ROLLED_OUT, isRegrouped: true },
  },
];
