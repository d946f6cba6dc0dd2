// DescribeGroups: state and members of groups.

import { defineApi } from "../api.ts";
import { array, boolean, bytes, int16, int32, nullableString, since, string, struct } from "../layout.ts";
import { OPERATIONS_OMITTED } from "./metadata.ts";

export const describeGroups = defineApi({
  name: "DescribeGroups",
  key: 15,
  versions: [0, 4],
  request: struct({
    groups: array(string),
    includeAuthorizedOperations: since(3, boolean, false),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    groups: array(
      struct({
        errorCode: int16,
        groupId: string,
        groupState: string,
        protocolType: string,
        protocolData: string,
        members: array(
          struct({
            memberId: string,
            groupInstanceId: since(4, nullableString, null),
            clientId: string,
            clientHost: string,
            memberMetadata: bytes,
            memberAssignment: bytes,
          }),
        ),
        authorizedOperations: since(3, int32, OPERATIONS_OMITTED),
      }),
    ),
  }),
});
