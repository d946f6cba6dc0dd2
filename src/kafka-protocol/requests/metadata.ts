// Metadata: the brokers, and which of them leads each partition.

import { defineApi } from "../api.ts";
import {
  array,
  boolean,
  int16,
  int32,
  nullableArray,
  nullableString,
  since,
  string,
  struct,
} from "../layout.ts";

/** "Not asked for" in the fields of authorized operations. */
export const OPERATIONS_OMITTED = -2147483648;

export const metadata = defineApi({
  name: "Metadata",
  key: 3,
  versions: [0, 8],
  request: struct({
    /** Null asks for all topics; so does an empty list in version 0. */
    topics: nullableArray(string),
    allowAutoTopicCreation: since(4, boolean, true),
    includeClusterAuthorizedOperations: since(8, boolean, false),
    includeTopicAuthorizedOperations: since(8, boolean, false),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    brokers: array(
      struct({ nodeId: int32, host: string, port: int32, rack: since(1, nullableString, null) }),
    ),
    clusterId: since(2, nullableString, null),
    controllerId: since(1, int32, -1),
    topics: array(
      struct({
        errorCode: int16,
        name: string,
        isInternal: since(1, boolean, false),
        partitions: array(
          struct({
            errorCode: int16,
            partitionIndex: int32,
            leaderId: int32,
            leaderEpoch: since(7, int32, -1),
            replicaNodes: array(int32),
            isrNodes: array(int32),
            offlineReplicas: since(5, array(int32), []),
          }),
        ),
        authorizedOperations: since(8, int32, OPERATIONS_OMITTED),
      }),
    ),
    clusterAuthorizedOperations: since(8, int32, OPERATIONS_OMITTED),
  }),
});
