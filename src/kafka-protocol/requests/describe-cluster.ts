// DescribeCluster: the brokers of a cluster, for administrators. All its versions are flexible, so that it stands beside
// the table of APIs that are spoken here: its answers can be read and written, its requests are passed on.

import { compactArray, compactNullableString, compactString, taggedFields } from "../compact.ts";
import { boolean, int8, int16, int32, since, struct } from "../layout.ts";

/** The endpoints of brokers; 2 are those of controllers. */
export const BROKER_ENDPOINTS = 1;

export const describeCluster = {
  key: 60,
  minVersion: 0,
  maxVersion: 2,
  /** With the tagged fields of its header (version 1) in front. */
  response: struct({
    headerTags: taggedFields,
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: compactNullableString,
    endpointType: since(1, int8, BROKER_ENDPOINTS),
    clusterId: compactString,
    controllerId: int32,
    brokers: compactArray(
      struct({
        nodeId: int32,
        host: compactString,
        port: int32,
        rack: compactNullableString,
        isFenced: since(2, boolean, false),
        tags: taggedFields,
      }),
    ),
    clusterAuthorizedOperations: int32,
    tags: taggedFields,
  }),
} as const;
