// A group that does not begin anew faster than is good for Kafka. The client library answers a fetch that is refused
// because the leader moved by joining the group again, at once, for as long as the election lasts; a member that is alone
// would do so some hundred times a second. Whoever leads the group divides the partitions, which is where one can wait.

import type { PartitionAssigner } from "kafkajs";

/** Divides as `inner` does, after `pause`. */
export function pacedAssigner(inner: PartitionAssigner, pause: () => Promise<unknown>): PartitionAssigner {
  return (config) => {
    const assigner = inner(config);
    return {
      ...assigner,
      async assign(group) {
        await pause();
        return assigner.assign(group);
      },
    };
  };
}
