/** Which of a database's instances a statement goes to. */
import type { Topology, TopologyInstance } from '../core/coordinator/request.ts';
import { roundTripMs } from '../durable/regions.ts';

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
