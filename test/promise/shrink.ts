// Cuts a failing schedule down: steps are left out while it still fails, then numbers become smaller.

import type { Schedule, Setup, Step } from "./schedule.ts";

export type Fails = (schedule: Schedule) => Promise<boolean>;

/** Gives a schedule that fails too and of which no part can be left out, within a number of tries. */
export async function shrink(failing: Schedule, fails: Fails, maxTries = 400): Promise<Schedule> {
  let best = failing;
  let tries = 0;
  const attempt = async (candidate: Schedule): Promise<boolean> => {
    if (tries++ >= maxTries || !(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let size = Math.ceil(best.steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < best.steps.length && tries < maxTries; ) {
      const steps = best.steps.filter((_, i) => i < from || i >= from + size);
      if (!(await attempt({ ...best, steps }))) from += size;
    }
  }
  for (const setup of simplerSetups(best.setup))
    await attempt({ ...best, setup: { ...best.setup, ...setup } });
  for (let i = 0; i < best.steps.length; i++) {
    for (let simplified = true; simplified && tries < maxTries; ) {
      simplified = false;
      const step = best.steps[i];
      if (!step) break;
      for (const simpler of simplerSteps(step)) {
        const steps = best.steps.map((other, j) => (j === i ? simpler : other));
        if (await attempt({ ...best, steps })) {
          simplified = true;
          break;
        }
      }
    }
  }
  return best;
}

function simplerSetups(setup: Setup): readonly Partial<Setup>[] {
  return [
    { servers: 1 },
    { redis: false },
    { replayMax: 0 },
    { fingerprints: false },
    { slowThreshold: 0 },
    { maxLag: 100_000 },
    { ttlSecs: 3_600 },
    { clients: setup.clients.map(() => "raw" as const) },
    { clients: setup.clients.slice(0, 1) },
    { partitions: 1 },
    { ringRecords: 2_000 },
  ];
}

function* simplerSteps(step: Step): Iterable<Step> {
  if (step.do === "produce") {
    if (step.kind !== "good") yield { ...step, kind: "good" };
    if (step.bytes > 100) yield { ...step, bytes: 100 };
    if (step.partition > 0) yield { ...step, partition: 0 };
    if (step.count > 1) {
      yield { ...step, count: 1 };
      yield { ...step, count: step.count >> 1 };
      yield { ...step, count: step.count - 1 };
    }
  } else if (step.do === "pass" && step.ms > 1) {
    yield { ...step, ms: step.ms >> 1 };
  } else if (step.do === "recreate" && step.awayMs > 0) {
    yield { ...step, awayMs: 0 };
  } else if ("client" in step && step.client > 0) {
    yield { ...step, client: 0 };
  }
}
