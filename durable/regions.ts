/**
 * Regions are Durable Object location hints. The table of distances answers two questions: which instance is
 * nearest to a caller, and how long a message takes when delays are emulated in development.
 */

export const REGIONS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'] as const;

export type Region = (typeof REGIONS)[number];

export function isRegion(text: string): text is Region {
  return (REGIONS as readonly string[]).includes(text);
}

/**
 * Round trips in milliseconds between the middles of two regions, in the order of REGIONS. Rounded from what public
 * cloud providers publish between their own sites; good enough to rank and to emulate.
 */
const ROUND_TRIP_MS: readonly (readonly number[])[] = [
  /* wnam */ [4, 65, 180, 140, 165, 150, 140, 280, 220],
  /* enam */ [65, 4, 120, 80, 110, 200, 200, 220, 170],
  /* sam */ [180, 120, 4, 190, 215, 320, 310, 330, 280],
  /* weur */ [140, 80, 190, 4, 30, 180, 270, 150, 100],
  /* eeur */ [165, 110, 215, 30, 4, 190, 290, 170, 90],
  /* apac */ [150, 200, 320, 180, 190, 4, 100, 280, 120],
  /* oc */ [140, 200, 310, 270, 290, 100, 4, 330, 210],
  /* afr */ [280, 220, 330, 150, 170, 280, 330, 4, 200],
  /* me */ [220, 170, 280, 100, 90, 120, 210, 200, 4],
];

/** Farther than any known pair, for a region that the table does not know. */
const UNKNOWN_ROUND_TRIP_MS = 500;

/** Round trip between two regions in milliseconds. */
export function roundTripMs(from: string, to: string): number {
  const row = ROUND_TRIP_MS[REGIONS.indexOf(from as Region)];
  return row?.[REGIONS.indexOf(to as Region)] ?? UNKNOWN_ROUND_TRIP_MS;
}

/** Where a caller is, as Cloudflare tells it: a continent's code and a longitude in degrees. */
export interface Place {
  readonly continent?: string | undefined;
  readonly longitude?: number | undefined;
}

/** West of this meridian America is `wnam`; it runs through the Great Plains. */
const NORTH_AMERICA_DIVIDE = -100;
/** West of this meridian Europe is `weur`: the Oder. */
const EUROPE_DIVIDE = 15;
/** Asia west of this meridian is `me`: the border of Iran and Pakistan. */
const MIDDLE_EAST_DIVIDE = 61;

/** The region of a place. Without a continent: `weur`, where a laptop's objects pretend to be. */
export function regionOfPlace(place: Place): Region {
  const longitude = place.longitude;
  switch (place.continent) {
    case 'NA':
      return longitude !== undefined && longitude < NORTH_AMERICA_DIVIDE ? 'wnam' : 'enam';
    case 'SA':
      return 'sam';
    case 'AF':
      return 'afr';
    case 'OC':
      return 'oc';
    case 'AS':
      return longitude !== undefined && longitude < MIDDLE_EAST_DIVIDE ? 'me' : 'apac';
    case 'EU':
      return longitude !== undefined && longitude > EUROPE_DIVIDE ? 'eeur' : 'weur';
    default:
      return 'weur';
  }
}
