import type { Step } from '../step.ts';
import type { CoordinatorEffect, CoordinatorEvent } from './coordinator-event.ts';
import type { CoordinatorState } from './coordinator-state.ts';

/** Takes one event. */
export declare function handle(
  state: CoordinatorState,
  event: CoordinatorEvent,
): Step<CoordinatorState, CoordinatorEffect>;
