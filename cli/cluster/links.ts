/** Who reaches whom in a cluster of processes, and where its coordinators stand. */
import type { RegionLinks } from '../workerd.ts';

/** The names of Cloudflare's location hints, as in durable/regions.ts. */
export const REGIONS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'] as const;

export type RegionName = (typeof REGIONS)[number];

const COORDINATOR_COUNT = 3;

/** Three places for coordinators: three regions if there are as many, else the regions in turn. */
export function coordinatorRegions(regions: readonly RegionName[]): RegionName[] {
  return Array.from({ length: COORDINATOR_COUNT }, (_, index) => regions[index % regions.length]!);
}

/** The links of one region when each listens at `addressOf` and nothing stands between. */
export function linksOf(
  region: RegionName,
  regions: readonly RegionName[],
  addressOf: (region: RegionName) => string,
): RegionLinks {
  const others = regions.filter((name) => name !== region);
  return { region, regions, listen: addressOf(region), peers: new Map(others.map((name) => [name, addressOf(name)])) };
}
