/** Which of a database's instances a statement goes to. */
import type { Topology, TopologyInstance } from '../core/coordinator/request.ts';
import { manualMessage } from '../core/coordinator/response.ts';
import { GraphError } from '../core/error.ts';
import { instanceAddress, instanceObjectName } from '../durable/names.ts';
import { roundTripMs } from '../durable/regions.ts';

/** The topology, where it says who does what. Throws where roles are given by hand, since nobody knows then whom to ask. */
export function routed(topology: Topology): Topology {
  if (!topology.manual) return topology;
  const message = manualMessage(topology.database, topology.instances);
  throw new GraphError('Neo.ClientError.Statement.NotSupported', message);
}

/** What the name of an instance tells of it, when nobody else does; undefined when it cannot name one. */
export function namedInstance(database: string, name: string): TopologyInstance | undefined {
  try {
    const { region } = instanceAddress(instanceObjectName({ database, instance: name }));
    return { name, region, mode: 'SYNC', inSync: false, health: 'unknown', lag: undefined, reads: true };
  } catch {
    return undefined;
  }
}

/** The instance that takes writes, or undefined during a failover. */
export function mainOf(topology: Topology): TopologyInstance | undefined {
  return topology.instances.find((instance) => instance.name === topology.main);
}

/**
 * Instances that may answer a read in the order in which to ask: living ones first, near before far, then by name. Those that the
 * settings leave out are not asked while there are others.
 */
export function readersOf(topology: Topology, region: string): TopologyInstance[] {
  const wanted = topology.instances.filter(({ reads, health }) => reads && health !== 'down');
  const isDown = (instance: TopologyInstance) => Number(instance.health === 'down');
  const distance = (instance: TopologyInstance) => roundTripMs(region, instance.region);
  return (wanted.length > 0 ? wanted : topology.instances).toSorted(
    (left, right) =>
      isDown(left) - isDown(right) || distance(left) - distance(right) || (left.name < right.name ? -1 : 1),
  );
}
