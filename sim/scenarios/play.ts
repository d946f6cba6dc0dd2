// Plays a scenario on a running system, in whatever time its clock has: warm-up, faults, hold, remedies, settling.

import { describeError } from "../../src/errors.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Fault, RunningFault } from "../faults/fault.ts";
import { parseFaultParams } from "../faults/faults.ts";
import { durationMs } from "./duration.ts";
import type { Scenario } from "./scenario.ts";

/** One fault as it was. Times are milliseconds since the Unix epoch. */
export interface PlayedFault {
  readonly fault: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly appliedMs: number;
  readonly clearedMs: number;
  /** 0 also where it could not be cleared, so that nobody knows. */
  readonly hits: number;
}

/** When what happened. */
export interface Played {
  /** End of the warm-up. */
  readonly warmMs: number;
  /** Every fault was cleared. */
  readonly clearedMs: number;
  /** A scrape at this very time may not be taken: rules see what the one before left, as between any two scrapes. */
  readonly endMs: number;
  readonly faults: readonly PlayedFault[];
  /** What went wrong with the faults, in sentences. */
  readonly findings: readonly string[];
}

interface PlannedFault {
  readonly fault: Fault;
  readonly params: unknown;
  readonly afterMs: number;
  readonly forMs: number;
}

/** A scenario whose faults and times are known to be possible. */
export interface Plan {
  readonly faults: readonly PlannedFault[];
  readonly remedies: readonly PlannedFault[];
  readonly warmUpMs: number;
  readonly holdMs: number;
  readonly settleMs: number;
}

export interface Stagehand {
  readonly clock: Clock;
  readonly apply: (fault: Fault, params: unknown) => Promise<RunningFault>;
  /** What is said of a fault that was on and took nothing, in a sentence; default: that nothing was broken by it. */
  readonly missed?: (played: PlayedFault) => string;
  /** Ends the play early: every fault is cleared, and nothing more is waited for. */
  readonly signal?: AbortSignal;
}

/** @throws DashstreamError `scenario_invalid` if it names faults or parameters that do not exist */
export function planOf(scenario: Scenario): Plan {
  const holdMs = durationMs(scenario.hold);
  return {
    faults: scenario.faults.map(({ fault, params, after, for: lasting }) => {
      const afterMs = durationMs(after);
      const forMs = lasting === undefined ? holdMs - afterMs : durationMs(lasting);
      return { ...parseFaultParams(fault, params), afterMs, forMs };
    }),
    remedies: scenario.remedy.map(({ fault, params }) => ({
      ...parseFaultParams(fault, params),
      afterMs: 0,
      forMs: 0,
    })),
    warmUpMs: durationMs(scenario.warm_up),
    holdMs,
    settleMs: durationMs(scenario.settle),
  };
}

/** How long a plan takes, without what faults need to apply and to clear. */
export function planDurationMs({ warmUpMs, holdMs, settleMs }: Plan): number {
  return warmUpMs + holdMs + settleMs;
}

/** To be called when everything runs. A fault that fails is a finding; the others go on. */
export async function play(plan: Plan, stagehand: Stagehand): Promise<Played> {
  const { clock, signal } = stagehand;
  const findings: string[] = [];
  await clock.sleep(plan.warmUpMs, signal);
  const warmMs = clock.nowMs();
  const [faults] = await Promise.all([
    Promise.all(plan.faults.map((fault) => playFault(stagehand, fault, findings))),
    clock.sleep(plan.holdMs, signal),
  ]);
  const clearedMs = clock.nowMs();
  for (const remedy of plan.remedies) await playFault(stagehand, remedy, findings);
  await clock.sleep(plan.settleMs, signal);
  return { warmMs, clearedMs, endMs: clock.nowMs(), faults, findings };
}

async function playFault(
  { clock, apply, missed = tookNothing, signal }: Stagehand,
  { fault, params, afterMs, forMs }: PlannedFault,
  findings: string[],
): Promise<PlayedFault> {
  await clock.sleep(afterMs, signal);
  const appliedMs = clock.nowMs();
  let running: RunningFault | null = null;
  let isOver = false;
  try {
    if (!signal?.aborted) running = await apply(fault, params);
    await clock.sleep(forMs, signal);
    await running?.clear();
    isOver = true;
  } catch (error) {
    findings.push(`fault ${fault.name}: ${describeError(error)}`);
  }
  const played = {
    fault: fault.name,
    params: params as Readonly<Record<string, unknown>>,
    appliedMs,
    clearedMs: clock.nowMs(),
    hits: running?.hits() ?? 0,
  };
  if (played.hits > 0) return played;
  if (running === null) findings.push(tookNothing(played));
  // One that was on and could not be cleared does not tell what it hit.
  else if (isOver) findings.push(missed(played));
  return played;
}

/** A drill that broke nothing proves nothing. */
export function tookNothing({ fault }: Pick<PlayedFault, "fault">): string {
  return `fault ${fault} did not take: nothing was broken by it`;
}
