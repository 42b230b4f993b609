import type { Step } from '../step.ts';
import type { InstanceEffect, InstanceEvent } from './instance-event.ts';
import type { InstanceState } from './instance-state.ts';
import type { LogReader } from './log.ts';

/** Takes one event. `log` reads the instance's own log as it is before the effects of this step. */
export declare function handle(
  state: InstanceState,
  event: InstanceEvent,
  log: LogReader,
): Step<InstanceState, InstanceEffect>;
