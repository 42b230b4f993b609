/**
 * Which coordinators there are, for whoever has to find them. The group that a deployment began with is known from its configuration;
 * of what has changed since, every message of a coordinator tells, and the newest that was told is kept.
 */
export interface CoordinatorGroup {
  /** Where the coordinators' log made the group so. Of two, the one of the later term, and then of the higher index, is newer. */
  readonly term: number;
  readonly index: number;
  /** `region` is a Durable Object location hint. */
  readonly members: readonly { readonly name: string; readonly region: string }[];
}

/** Whether `candidate` is news to one who knows `known`. */
export function isNewerGroup(candidate: CoordinatorGroup, known: CoordinatorGroup | undefined): boolean {
  if (known === undefined) return true;
  return candidate.term > known.term || (candidate.term === known.term && candidate.index > known.index);
}
