// How far a drill is, in words: a line that replaces the one before where somebody is looking, and a line for each step
// where there is a log. What it waits for is said, because it waits for minutes.

import { durationText } from "../scenarios/duration.ts";
import type { VerifyProgress } from "../verify/report/report.ts";
import { createProgressText } from "../verify/report/text.ts";

/** What is going on in a scenario, and how long that takes, in real milliseconds. */
export type Phase =
  | { readonly kind: "waiting for a quiet stack"; readonly atMostMs: number }
  | { readonly kind: "still not quiet"; readonly troubles: readonly string[] }
  | { readonly kind: "playing"; readonly forMs: number }
  | { readonly kind: "waiting for notifications"; readonly atMostMs: number };

/** A step of the drill, or of the scenario that is going on. */
export type DrillProgress =
  | VerifyProgress
  | (Omit<VerifyProgress, "state"> & { readonly state: "phase"; readonly phase: Phase });

/** A stack that starts has dozens. */
const SHOWN_TROUBLES = 3;

export interface ProgressTexts {
  /** How far everything is. */
  readonly line: string;
  /** What is new. */
  readonly note: string;
}

export function createDrillProgressTexts(): (progress: DrillProgress) => ProgressTexts {
  const lineOf = createProgressText();
  let line = "";
  return (progress) => {
    const { scenario, state, done, total } = progress;
    if (state === "phase") {
      const phase = phaseText(progress.phase);
      return { line: `${line} ${phase}`, note: `${scenario} ${phase}` };
    }
    line = lineOf(progress);
    const note = state === "started" ? `${scenario} begins, ${done + 1} of ${total}` : `${scenario} ${state}`;
    return { line, note };
  };
}

function phaseText(phase: Phase): string {
  switch (phase.kind) {
    case "waiting for a quiet stack":
      return `waits for the stack to be quiet, at most ${timeText(phase.atMostMs)}`;
    case "still not quiet":
      return `waits, the stack is not quiet: ${troublesText(phase.troubles)}`;
    case "playing":
      return `is being played, ${timeText(phase.forMs)}`;
    case "waiting for notifications":
      return `waits for people to be told, at most ${timeText(phase.atMostMs)}`;
  }
}

function troublesText(troubles: readonly string[]): string {
  const shown = troubles.slice(0, SHOWN_TROUBLES).join("; ");
  const more = troubles.length - SHOWN_TROUBLES;
  return more > 0 ? `${shown}; and ${more} more` : shown;
}

function timeText(ms: number): string {
  return durationText(Math.ceil(ms / 1000));
}
