// A TCP proxy that breaks connections on command. Passes everything on unchanged until it is told otherwise.

import type { Clock } from "../../src/runtime/clock.ts";
import type { Network } from "../../src/runtime/network.ts";
import type { ControlRule } from "../control/rules.ts";

export type Direction = "upstream" | "downstream" | "both";

/** What is done to connections. */
export type Toxic =
  /** Every piece of data arrives so much later, give or take a jitter. */
  | {
      readonly kind: "latency";
      readonly latencyMs: number;
      readonly jitterMs?: number;
      readonly direction?: Direction;
    }
  | { readonly kind: "bandwidth"; readonly bytesPerSecond: number; readonly direction?: Direction }
  /** Connections are cut with a reset as soon as data passes, and new ones at once. */
  | { readonly kind: "reset" }
  /** The client's side stays open, the server's side is gone: writes succeed and nothing comes back. */
  | { readonly kind: "half-open" }
  /** Nothing passes, nothing is refused, nothing is closed; new connections are accepted and stay silent. */
  | { readonly kind: "blackhole" };

export interface FaultProxyOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly listen: { readonly host: string; readonly port: number };
  readonly upstream: { readonly host: string; readonly port: number };
}

/** Toxics act in the order in which they were added. */
export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** `hits` of the rule: connections and pieces of data that it acted on. */
  add(toxic: Toxic): ControlRule;
}
