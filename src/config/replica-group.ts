// The consumer group in which one server reads everything under KAFKA_GROUP_MODE=per-replica. The name is the same after
// every restart, so that the server goes on where it was.

/** `KAFKA_GROUP_ID-INSTANCE_ID`. */
export function replicaGroupId(groupId: string, instanceId: string): string {
  return `${groupId}-${instanceId}`;
}
