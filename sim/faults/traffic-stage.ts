// A stage on which nothing but the traffic can be controlled: that of a producer to somebody else's Kafka.

import { nearestName } from "../../src/config/nearest.ts";
import { DashstreamError } from "../../src/errors.ts";
import type { Fault } from "./fault.ts";
import { parseFaultText } from "./fault-text.ts";
import { type CheckedFault, FAULTS } from "./faults.ts";
import type { Stage } from "./stage.ts";

export type TrafficStage = Stage & { readonly traffic: NonNullable<Stage["traffic"]> };

export function trafficStage(
  parts: Pick<TrafficStage, "clock" | "random" | "log" | "kafka" | "traffic">,
): TrafficStage {
  const nothing = {
    broker: null,
    redis: null,
    links: null,
    clients: null,
    components: null,
    discovery: null,
  };
  return { ...nothing, ...parts };
}

/** What only means something at a certain time, among other traffic before and after it. */
const OF_A_SCENARIO: ReadonlySet<string> = new Set(["idle", "producer-restart"]);

/** Faults that can be in force from the first record to the last of a producer. */
export function trafficFaults(): readonly Fault[] {
  return [...FAULTS.values()].filter(({ area, name }) => area === "traffic" && !OF_A_SCENARIO.has(name));
}

/** At most this share of a name may be wrong for it to be meant. */
const WRONG_SHARE = 0.4;

/**
 * A fault of `trafficFaults` as people write it on a command line.
 * @throws DashstreamError `scenario_invalid`
 */
export function parseTrafficFault(text: string): CheckedFault {
  const [name = ""] = text.split(":", 1);
  if (FAULTS.has(name)) {
    const checked = parseFaultText(text);
    checkTrafficFault(checked);
    return checked;
  }
  const names = trafficFaults().map((fault) => fault.name);
  const meant = nearestName(name, [...FAULTS.keys()], WRONG_SHARE);
  const wrong = name === "" ? "the name of the fault is empty" : `there is no fault ${JSON.stringify(name)}`;
  const hint = meant === null ? `expected one of ${names.join(", ")}` : `did you mean ${meant}?`;
  throw new DashstreamError("scenario_invalid", `${wrong}; ${hint}`);
}

/** @throws DashstreamError `scenario_invalid` if the fault is none of `trafficFaults` */
export function checkTrafficFault({ fault }: CheckedFault): void {
  if (OF_A_SCENARIO.has(fault.name)) {
    throw new DashstreamError(
      "scenario_invalid",
      `fault ${fault.name}: is a matter of time, so that it belongs into a scenario (dashstream verify)`,
    );
  }
  const others = fault.needs.filter((part) => part !== "traffic");
  if (others.length === 0) return;
  throw new DashstreamError(
    "scenario_invalid",
    `fault ${fault.name}: needs ${others.join(" and ")}, but only traffic can be controlled here; a scenario has it (dashstream verify --scenario)`,
  );
}
