// The kinds of toxic by name: what each makes of a direction, of a new connection, and which numbers it takes.

import type { Affliction, Seat } from "./affliction.ts";
import type { Direction, Toxic } from "./toxic.ts";
import { bandwidth } from "./toxics/bandwidth.ts";
import { blackhole } from "./toxics/blackhole.ts";
import { halfOpen } from "./toxics/half-open.ts";
import { latency } from "./toxics/latency.ts";
import { reset } from "./toxics/reset.ts";

/** What becomes of a connection that is opened under a toxic. */
export type Reception = "connect" | "stay silent" | "reset";

const RECEPTIONS: Readonly<Record<Toxic["kind"], Reception>> = {
  latency: "connect",
  bandwidth: "connect",
  reset: "reset",
  "half-open": "stay silent",
  blackhole: "stay silent",
};

export function receptionOf({ kind }: Toxic): Reception {
  return RECEPTIONS[kind];
}

/** Puts a toxic to work; `null` if it does not concern the direction of `seat`. */
export function afflict(toxic: Toxic, seat: Seat): Affliction | null {
  switch (toxic.kind) {
    case "latency":
      return concerns(toxic.direction, seat) ? latency(toxic, seat) : null;
    case "bandwidth":
      return concerns(toxic.direction, seat) ? bandwidth(toxic, seat) : null;
    case "reset":
      return reset(seat);
    case "half-open":
      return halfOpen(seat);
    case "blackhole":
      return blackhole(seat);
  }
}

/** What is wrong with the numbers of a toxic, or `null`. */
export function problemOf(toxic: Toxic): string | null {
  switch (toxic.kind) {
    case "latency":
      return notNegative("latencyMs", toxic.latencyMs) ?? notNegative("jitterMs", toxic.jitterMs ?? 0);
    case "bandwidth":
      if (toxic.bytesPerSecond > 0) return null;
      return `bytesPerSecond is ${toxic.bytesPerSecond}, expected a number above 0`;
    case "reset":
    case "half-open":
    case "blackhole":
      return null;
  }
}

function concerns(direction: Direction | undefined, seat: Seat): boolean {
  return direction === undefined || direction === "both" || direction === seat.direction;
}

function notNegative(name: string, value: number): string | null {
  return value >= 0 ? null : `${name} is ${value}, expected a number of at least 0`;
}
