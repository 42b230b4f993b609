/**
 * Which coordinators there are, for whoever has to find them. The group that a deployment began with is known from its configuration;
 * of what has changed since, every message of a coordinator tells, and the newest that was told is kept.
 */
export interface CoordinatorGroup {
  /** Index of the committed entry of the coordinators' log that made the group so: the higher one is newer. */
  readonly index: number;
  /** `region` is a Durable Object location hint. */
  readonly members: readonly { readonly name: string; readonly region: string }[];
}

/** Whether `candidate` is news to one who knows `known`. */
export function isNewerGroup(candidate: CoordinatorGroup, known: CoordinatorGroup | undefined): boolean {
  return known === undefined || candidate.index > known.index;
}
