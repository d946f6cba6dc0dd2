// Faults of the network: a toxic on the proxy of one link.

import { z } from "zod";
import { DashstreamError } from "../../src/errors.ts";
import type { Toxic } from "../proxy/proxy.ts";
import type { RunningFault } from "./fault.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { type LinkName, need, type Stage } from "./stage.ts";

export const linkParam = z
  .enum(["kafka", "redis", "websocket"])
  .default("kafka")
  .describe("Which way: to Kafka, to Redis, or of WebSocket clients to the server");

export const directionParam = z
  .enum(["upstream", "downstream", "both"])
  .default("both")
  .describe("What clients send (upstream), what they get (downstream), or both");

/** @throws DashstreamError `scenario_invalid` if the stage has no proxy on that link */
export function breakLink(stage: Stage, link: LinkName, toxic: Toxic): RunningFault {
  const proxy = need(stage, "links").get(link);
  if (proxy) return ruleInForce(proxy.add(toxic));
  throw new DashstreamError(
    "scenario_invalid",
    `this fault needs a proxy on the link ${link}, and there is none here`,
  );
}
