import { VERSION, VERSION_MIN } from '../core/version.ts';
import type { RegionPeer } from './region-process.ts';

/** The Worker's bindings and variables (wrangler.toml). */
export interface Environment {
  readonly INSTANCE: DurableObjectNamespace;
  readonly COORDINATOR: DurableObjectNamespace;
  /**
   * Regions of the coordinators that the default group begins with, in order, such as `weur,enam,apac`; with their numbers where these
   * are others, `4:oc`. Through them everybody finds those of today.
   */
  readonly SKEIN_COORDINATORS: string;
  /** The secret that clients show. Without it every request is refused. */
  readonly SKEIN_ADMIN_TOKEN?: string;
  /** Beginnings of URLs from which LOAD CSV may read, divided by commas; without it LOAD CSV is off. */
  readonly SKEIN_LOAD_CSV_ALLOW?: string;
  /** Set (to anything but the empty string) it opens /development and believes the header `skein-region`. */
  readonly SKEIN_DEVELOPMENT?: string;
  /**
   * Set to the version before this build's (core/version.ts), the deployment takes part as a build of that version would: it uses, writes and
   * reads nothing newer.
   */
  readonly SKEIN_VERSION?: string;
  /** Of one process of `skein cluster`: the region that it plays, which is also that of whoever asks it. */
  readonly SKEIN_REGION?: string;
  /** The regions of all its processes, divided by commas. */
  readonly SKEIN_REGIONS?: string;
  /** The other processes by their region, such as `PEER_enam`. */
  readonly [peer: `PEER_${string}`]: RegionPeer | undefined;
}

/** The newest version that this deployment understands and writes. Throws when SKEIN_VERSION is none. */
export function newestVersion({ SKEIN_VERSION: text }: Pick<Environment, 'SKEIN_VERSION'>): number {
  if (!text) return VERSION;
  const version = Number(text);
  if (Number.isSafeInteger(version) && version >= VERSION_MIN && version <= VERSION) return version;
  throw new Error(`SKEIN_VERSION is a version from ${VERSION_MIN} to ${VERSION}, not '${text.slice(0, 80)}'`);
}
