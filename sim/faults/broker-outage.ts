// Kafka is off the network: connections are cut, new ones are refused, and its data are there when it comes back.

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { KAFKA_DOWN } from "./kafka-alerts.ts";
import { offNetwork } from "./off-network.ts";
import { need } from "./stage.ts";

export const brokerOutage = defineFault({
  name: "broker-outage",
  area: "broker",
  summary:
    "Kafka is off the network: connections are cut, new ones are refused, and its data are there when it comes back.",
  params: z.strictObject({}),
  needs: ["broker"],
  raises: KAFKA_DOWN,
  mayRaise: [],
  apply: (stage) => offNetwork(need(stage, "broker")),
});
