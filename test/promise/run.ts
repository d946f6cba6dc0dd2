// Runs one schedule in a world of its own in virtual time.

import { runVirtual } from "../../sim/verify/virtual-world.ts";
import { describeError } from "../../src/errors.ts";
import type { Log } from "../../src/telemetry/log.ts";
import { EmbeddedSite } from "./embedded-site.ts";
import type { Schedule } from "./schedule.ts";
import { World } from "./world.ts";

export interface RunOptions {
  readonly lenient: boolean;
  readonly log?: Log;
  readonly onTrace?: (line: string) => void;
}

/** What became of a schedule. */
export interface Outcome {
  /** What promise was broken, or `null`. */
  readonly violation: string | null;
  readonly delivered: number;
  readonly named: number;
  readonly undetectable: number;
  readonly slow: number;
  readonly nudges: number;
  readonly virtualMs: number;
}

const START_MS = Date.UTC(2026, 0, 1);
/** A client that does not read is felt at once. */
const KERNEL_BYTES = 1_024;

export function runSchedule(schedule: Schedule, options: RunOptions): Promise<Outcome> {
  const { seed, setup } = schedule;
  return runVirtual({ seed, startMs: START_MS, http: { kernelBytes: KERNEL_BYTES } }, async (virtual) => {
    const site = await EmbeddedSite.open(virtual, setup);
    const world = new World({ ...options, site, setup });
    let broken: string | null = null;
    try {
      await world.live(schedule);
    } catch (error) {
      broken = `a defect: ${describeError(error)}\n${error instanceof Error ? error.stack : ""}`;
    }
    const { oracle } = world;
    const violation = oracle.violation ?? broken ?? (await ending(world));
    return {
      violation,
      delivered: oracle.deliveredCount,
      named: oracle.namedCount,
      undetectable: oracle.undetectable,
      slow: oracle.slowCount,
      nudges: world.nudges,
      virtualMs: virtual.clock.monotonicMs(),
    };
  });
}

async function ending(world: World): Promise<string | null> {
  try {
    await world.close();
    return world.oracle.violation;
  } catch (error) {
    return `the world did not end: ${describeError(error)}`;
  }
}
