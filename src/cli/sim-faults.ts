// Faults of `dashstream sim`: what was asked for, put in force, and what it did.

import type { RunningFault } from "../../sim/faults/fault.ts";
import { faultParams } from "../../sim/faults/fault-params.ts";
import type { CheckedFault } from "../../sim/faults/faults.ts";
import type { TrafficControl } from "../../sim/faults/stage.ts";
import { parseTrafficFault, trafficFaults, trafficStage } from "../../sim/faults/traffic-stage.ts";
import type { Config } from "../config/options.ts";
import { DashstreamError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import type { Log } from "../telemetry/log.ts";
import type { Printer } from "./printer.ts";
import { printTable } from "./table.ts";

export interface FaultSurroundings {
  readonly clock: Clock;
  /** Not that of the traffic, so that the same seed gives the same traffic with and without faults. */
  readonly random: Random;
  readonly log: Log;
  readonly config: Config;
}

/** How often each fault took, by name. */
export type FaultHits = ReadonlyMap<string, number>;

/** The faults of one run. */
export class SimFaults {
  readonly #checked: readonly CheckedFault[];
  readonly #running = new Map<string, RunningFault>();

  /**
   * @param texts as given on the command line
   * @throws DashstreamError `scenario_invalid`
   */
  constructor(texts: readonly string[]) {
    this.#checked = texts.map(parseTrafficFault);
    const names = new Set<string>();
    for (const { fault } of this.#checked) {
      const { name } = fault;
      if (names.has(name)) throw new DashstreamError("scenario_invalid", `fault ${name}: given twice`);
      names.add(name);
    }
  }

  /** Puts all in force; they stay until the traffic ends. */
  async apply(traffic: TrafficControl, surroundings: FaultSurroundings): Promise<void> {
    const { clock, random, log, config } = surroundings;
    const kafka = {
      topic: config.kafkaTopic,
      dlqTopic: config.kafkaDlqTopic,
      libraryDlqTopic: config.kafkaDlqTopic,
      serverGroup: config.kafkaGroupId,
    };
    const stage = trafficStage({ clock, random, log, kafka, traffic });
    for (const { fault, params } of this.#checked) {
      this.#running.set(fault.name, await fault.apply(stage, params));
    }
  }

  hits(): FaultHits {
    return new Map([...this.#running].map(([name, fault]) => [name, fault.hits()]));
  }
}

/** The faults that `sim` has, for people or as one object. */
export function printFaults(printer: Printer, json: boolean): void {
  const faults = trafficFaults();
  if (json) {
    const all = faults.map((fault) => ({
      fault: fault.name,
      summary: fault.summary,
      params: faultParams(fault).map(({ name, fallback, expected, meaning }) => ({
        name,
        default: fallback,
        expected,
        meaning,
      })),
      raises: fault.raises,
      may_raise: fault.mayRaise.map(({ alert, because }) => ({ alert, because })),
    }));
    printer.json({ faults: all });
    return;
  }
  printTable(
    printer,
    ["FAULT", "WHAT BREAKS"],
    faults.map(({ name, summary }) => [name, summary]),
  );
  printer.line("");
  printTable(
    printer,
    ["FAULT", "PARAMETER", "DEFAULT", "EXPECTED", "MEANING"],
    faults.flatMap((fault) =>
      faultParams(fault).map(({ name, fallback, expected, meaning }) => [
        fault.name,
        name,
        fallback ?? "",
        expected,
        meaning,
      ]),
    ),
  );
}
