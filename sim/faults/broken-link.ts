// Faults of the network: a toxic on the proxy of one link.

import { z } from "zod";
import { DashstreamError } from "../../src/errors.ts";
import type { Toxic } from "../proxy/toxic.ts";
import type { Companion, RunningFault } from "./fault.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { LINK_NAMES, type LinkName, need, type Stage } from "./stage.ts";

export const linkParam = z
  .enum(LINK_NAMES)
  .default("kafka")
  .describe("Which way: to Kafka, to Redis, or of WebSocket clients to the server");

export const directionParam = z
  .enum(["upstream", "downstream", "both"])
  .default("both")
  .describe("What clients send (upstream), what they get (downstream), or both");

/** What comes along if it is the link to Redis on which nothing passes. */
export const REDIS_IS_CUT_OFF: readonly Companion[] = [
  { alert: "WebSocketRedisErrors", because: "With the link redis, replay cannot reach it." },
  { alert: "ReplayBufferRedisWriteFailures", because: "With the link redis, replay cannot write." },
  { alert: "RateLimiterRedisErrors", because: "With the link redis, the shared limits cannot be asked." },
];

/** What comes along if it is the link to Redis that is slow. */
export const REDIS_IS_LATE: readonly Companion[] = [
  { alert: "WebSocketRedisHighLatency", because: "With the link redis, replay waits longer." },
  { alert: "RateLimiterRedisHighLatency", because: "With the link redis, the shared limits answer late." },
  { alert: "RateLimiterRedisErrors", because: "With the link redis, the limiter gives up after 250 ms." },
  { alert: "ReplayBufferRedisWriteFailures", because: "With the link redis, writes give up after 2 s." },
];

/** @throws DashstreamError `scenario_invalid` if the stage has no proxy on that link */
export function breakLink(stage: Stage, link: LinkName, toxic: Toxic): RunningFault {
  const proxy = need(stage, "links").get(link);
  if (proxy) return ruleInForce(proxy.add(toxic));
  throw new DashstreamError(
    "scenario_invalid",
    `this fault needs a proxy on the link ${link}, and there is none here`,
  );
}
