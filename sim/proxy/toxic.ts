// What can be done to the connections of a link.

import type { ControlRule } from "../control/rules.ts";

/** Upstream is what clients send, downstream what they get. */
export type Direction = "upstream" | "downstream" | "both";

/** What is done to connections. */
export type Toxic =
  /** Every piece of data arrives so much later, give or take a jitter, and in order. */
  | {
      readonly kind: "latency";
      readonly latencyMs: number;
      readonly jitterMs?: number;
      readonly direction?: Direction;
    }
  | { readonly kind: "bandwidth"; readonly bytesPerSecond: number; readonly direction?: Direction }
  /** Connections are cut with a reset as soon as data passes, and new ones at once. */
  | { readonly kind: "reset" }
  /**
   * The client's side stays open, the server's side is gone: writes succeed and nothing comes back. When it is removed,
   * such connections are reset, as by a host that has come back and does not know them.
   */
  | { readonly kind: "half-open" }
  /**
   * Nothing passes, nothing is refused, nothing is closed; new connections are accepted and stay silent. When it is
   * removed, everything that waits goes on, as after a cable was plugged in again.
   */
  | { readonly kind: "blackhole" };

export type ToxicOf<K extends Toxic["kind"]> = Extract<Toxic, { readonly kind: K }>;

/** A toxic of a proxy, with the connections and pieces of data that it acted on. */
export interface AddedToxic {
  readonly toxic: Toxic;
  hits: number;
}

/** A link that breaks on command. Toxics act in the order in which they were added. */
export interface LinkControl {
  /**
   * Acts on open connections and on new ones, at once.
   * `hits` of the rule: connections and pieces of data that it acted on.
   * @throws DashstreamError `config_invalid` for a number that makes no sense
   */
  add(toxic: Toxic): ControlRule;
}
