/**
 * A checker of a set to which clients add: what was acknowledged is there in the end, what failed is not, and nothing is there twice
 * or from nowhere. What nobody knows the outcome of may be there or not.
 */
export type AddOutcome = 'ok' | 'failed' | 'unknown';

/** What is wrong, in words; nothing where nothing is. */
export function faultsOfSet(added: ReadonlyMap<string, AddOutcome>, final: readonly string[]): string[] {
  const faults: string[] = [];
  const present = new Set<string>();
  for (const element of final) {
    if (present.has(element)) faults.push(`${element} is there twice`);
    present.add(element);
    if (!added.has(element)) faults.push(`${element} is there, and nobody added it`);
  }
  for (const [element, outcome] of added) {
    if (outcome === 'ok' && !present.has(element)) faults.push(`${element} was acknowledged, and is not there`);
    if (outcome === 'failed' && present.has(element)) faults.push(`${element} failed, and is there`);
  }
  return faults;
}
