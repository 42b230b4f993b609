/** Whether an instance takes writes from clients now. */
import { GraphError } from '../error.ts';
import type { InstanceState } from './instance-state.ts';
import { missingReplica, replicationFailure } from './strict-sync.ts';

/** Why the instance takes no writes; undefined when it does. A NotALeader is sent again to whoever is MAIN then. */
export function writeRefusalOf(state: InstanceState): GraphError | undefined {
  const { role, name, assignment, main } = state;
  if (role !== 'main') {
    const hint = assignment && assignment.main !== name ? ` Send it to ${assignment.main}.` : '';
    return new GraphError('Neo.ClientError.Cluster.NotALeader', `${name} is not MAIN and takes no writes.${hint}`);
  }
  if (assignment?.readOnly) {
    const message = "The cluster is read-only: the coordinator setting 'global_read_only' is true.";
    return new GraphError('Neo.ClientError.General.ForbiddenOnReadOnlyDatabase', message);
  }
  if (main?.isDraining) {
    const message = `${name} is handing over to another instance and takes no writes.`;
    return new GraphError('Neo.ClientError.Cluster.NotALeader', message);
  }
  const missing = missingReplica(state);
  return missing && new GraphError('Neo.TransientError.Cluster.ReplicationFailure', replicationFailure(missing));
}
