// Who is in a consumer group, as Kafka tells it.

export interface GroupMember {
  readonly memberId: string;
  readonly clientId: string;
  /** As Kafka gives it, for example `/10.0.0.7`. */
  readonly clientHost: string;
}

export interface GroupDescription {
  /** Kafka's word: `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance`, or `Dead` for an unknown group. */
  readonly state: string;
  readonly members: readonly GroupMember[];
}

/** For people: `dashstream at 10.0.0.7, ...`. */
export function memberNames(members: readonly GroupMember[]): string {
  return members
    .map(({ clientId, clientHost }) => `${clientId} at ${clientHost.replace(/^\//, "")}`)
    .join(", ");
}
