/** What a state machine hands back: its next state, and what the host must do for it, in order. */
export interface Step<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}
