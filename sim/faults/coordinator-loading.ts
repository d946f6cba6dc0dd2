// The coordinator of the consumer groups is not done with reading their state: it lets nobody join, commit or heartbeat.

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { KAFKA_DOWN } from "./kafka-alerts.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { GROUP_MEMBERS, need } from "./stage.ts";

const REFUSED = ["JoinGroup", "SyncGroup", "Heartbeat", "OffsetCommit", "OffsetFetch"] as const;

export const coordinatorLoading = defineFault({
  name: "coordinator-loading",
  area: "broker",
  summary:
    "The coordinator of the consumer groups is still loading: it lets nobody join, commit or heartbeat.",
  params: z.strictObject({}),
  needs: ["broker"],
  raises: KAFKA_DOWN,
  mayRaise: [],
  takes: () => ({
    what: "requests of members of consumer groups",
    from: GROUP_MEMBERS,
  }),
  async apply(stage) {
    const broker = need(stage, "broker");
    const rules = REFUSED.map((api) =>
      broker.control(api, () => ({ kind: "error", error: "COORDINATOR_LOAD_IN_PROGRESS" })),
    );
    return ruleInForce(...rules);
  },
});
