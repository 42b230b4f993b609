/** Who reaches whom in a cluster of processes, and where its coordinators stand. */
import type { Region } from '../../durable/regions.ts';
import type { RegionLinks } from '../workerd.ts';

/** The names of Cloudflare's location hints, as in durable/regions.ts. */
export const REGIONS: readonly Region[] = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'];

const COORDINATOR_COUNT = 3;

/** Three places for coordinators: three regions if there are as many, else the regions in turn. */
export function coordinatorRegions(regions: readonly Region[]): Region[] {
  return Array.from({ length: COORDINATOR_COUNT }, (_, index) => regions[index % regions.length]!);
}

/** The links of one region when each listens at `addressOf` and nothing stands between. */
export function linksOf(
  region: Region,
  regions: readonly Region[],
  addressOf: (region: Region) => string,
): RegionLinks {
  const others = regions.filter((name) => name !== region);
  return { region, regions, listen: addressOf(region), peers: new Map(others.map((name) => [name, addressOf(name)])) };
}
