// The name of "this stream" for whoever stores cursors: browsers key their saved offsets by it and the replay
// tier its keys. It is the same after a restart and on every replica, and changes with cluster, topic and group.

export interface StreamIdentity {
  readonly topic: string;
  readonly groupId: string;
  /** `host:port` of the bootstrap brokers, in any order. */
  readonly brokers: readonly string[];
  /** Id of the Kafka cluster; empty or `null` = not configured. */
  readonly clusterId: string | null;
}

/**
 * `v1_` or, with a cluster id, `v2_`, followed by the identity in unpadded base64url (RFC 4648 section 5).
 * Brokers are sorted, empty ones left out; stored cursors of earlier servers depend on this exact text.
 */
export function resumeNamespace(identity: StreamIdentity): string {
  const brokers = identity.brokers
    .map((broker) => broker.trim())
    .filter((broker) => broker !== "")
    .sort()
    .join(",");
  const base = `topic=${identity.topic};group=${identity.groupId};brokers=${brokers}`;
  if (!identity.clusterId) return `v1_${Buffer.from(base).toString("base64url")}`;
  return `v2_${Buffer.from(`cluster=${identity.clusterId};${base}`).toString("base64url")}`;
}
