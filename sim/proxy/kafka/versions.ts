// Which versions clients may use through the proxy: those that Kafka speaks and that can be read here. What is not read
// here passes as bytes, except APIs whose answers or rules lead clients past the proxy.

import type { ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { APIS } from "../../../src/kafka-protocol/apis.ts";
import { describeCluster } from "../../../src/kafka-protocol/requests/describe-cluster.ts";

type Versions = ResponseOf<typeof APIS.ApiVersions>;
type Range = Versions["apiKeys"][number];

/**
 * Not offered. Groups of the new protocols (KIP-848, 932, 1071) need topic ids, which come with versions of Metadata and
 * Fetch that are not read here, and their answers name addresses.
 */
export const NOT_OFFERED: ReadonlyMap<number, string> = new Map([
  [55, "DescribeQuorum"],
  [68, "ConsumerGroupHeartbeat"],
  [76, "ShareGroupHeartbeat"],
  [78, "ShareFetch"],
  [79, "ShareAcknowledge"],
  [88, "StreamsGroupHeartbeat"],
  [89, "StreamsGroupDescribe"],
]);

/** Version 0 sends what follows without a header, so that nobody can tell what it is. */
const SASL_HANDSHAKE = { apiKey: 17, minVersion: 1, maxVersion: 1 };

const READ_HERE: ReadonlyMap<number, Range> = new Map(
  [
    ...Object.values(APIS).map(({ key, advertisedMinVersion, maxVersion }) => ({
      apiKey: key,
      minVersion: advertisedMinVersion,
      maxVersion,
    })),
    {
      apiKey: describeCluster.key,
      minVersion: describeCluster.minVersion,
      maxVersion: describeCluster.maxVersion,
    },
    SASL_HANDSHAKE,
  ].map((range) => [range.apiKey, range]),
);

/** Kafka's answer, less what cannot pass. */
export function limitVersions(answer: Versions): Versions {
  const apiKeys = answer.apiKeys.flatMap((offered): readonly Range[] => {
    const { apiKey } = offered;
    if (NOT_OFFERED.has(apiKey)) return [];
    const limit = READ_HERE.get(apiKey);
    if (limit === undefined) return [offered];
    const minVersion = Math.max(offered.minVersion, limit.minVersion);
    const maxVersion = Math.min(offered.maxVersion, limit.maxVersion);
    return minVersion > maxVersion ? [] : [{ apiKey, minVersion, maxVersion }];
  });
  return { ...answer, apiKeys };
}
