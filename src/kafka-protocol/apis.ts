// Every API that is spoken here, in one table.

import { alterConfigs } from "./requests/alter-configs.ts";
import { apiVersions } from "./requests/api-versions.ts";
import { createPartitions } from "./requests/create-partitions.ts";
import { createTopics } from "./requests/create-topics.ts";
import { deleteGroups } from "./requests/delete-groups.ts";
import { deleteRecords } from "./requests/delete-records.ts";
import { deleteTopics } from "./requests/delete-topics.ts";
import { describeConfigs } from "./requests/describe-configs.ts";
import { describeGroups } from "./requests/describe-groups.ts";
import { fetch } from "./requests/fetch.ts";
import { findCoordinator } from "./requests/find-coordinator.ts";
import { heartbeat } from "./requests/heartbeat.ts";
import { incrementalAlterConfigs } from "./requests/incremental-alter-configs.ts";
import { initProducerId } from "./requests/init-producer-id.ts";
import { joinGroup } from "./requests/join-group.ts";
import { leaveGroup } from "./requests/leave-group.ts";
import { listGroups } from "./requests/list-groups.ts";
import { listOffsets } from "./requests/list-offsets.ts";
import { metadata } from "./requests/metadata.ts";
import { offsetCommit } from "./requests/offset-commit.ts";
import { offsetFetch } from "./requests/offset-fetch.ts";
import { produce } from "./requests/produce.ts";
import { syncGroup } from "./requests/sync-group.ts";

export const APIS = {
  Produce: produce,
  Fetch: fetch,
  ListOffsets: listOffsets,
  Metadata: metadata,
  OffsetCommit: offsetCommit,
  OffsetFetch: offsetFetch,
  FindCoordinator: findCoordinator,
  JoinGroup: joinGroup,
  Heartbeat: heartbeat,
  LeaveGroup: leaveGroup,
  SyncGroup: syncGroup,
  DescribeGroups: describeGroups,
  ListGroups: listGroups,
  ApiVersions: apiVersions,
  CreateTopics: createTopics,
  DeleteTopics: deleteTopics,
  DeleteRecords: deleteRecords,
  InitProducerId: initProducerId,
  DescribeConfigs: describeConfigs,
  AlterConfigs: alterConfigs,
  CreatePartitions: createPartitions,
  DeleteGroups: deleteGroups,
  IncrementalAlterConfigs: incrementalAlterConfigs,
} as const;

export type ApiName = keyof typeof APIS;
