// What one graph run knows while it goes: its state, and the sums that its quality report and trace are made of.

import type { Clock } from "../../src/runtime/clock.ts";
import { uuidV4 } from "../../src/runtime/random.ts";
import type { ErrorRecordInit, NodeExecutionRecordInit } from "../../src/wire/model.ts";
import type { GraphBlueprint } from "./blueprint.ts";
import type { Content } from "./content.ts";
import { initialState, type RunState } from "./run-state.ts";

/** What a run is asked to be. */
export interface RunOrder {
  readonly blueprint: GraphBlueprint;
  readonly content: Content;
  readonly clock: Clock;
  readonly threadId: string;
  readonly tenantId: string;
  /** A checkpoint after every so many state diffs; 0 = none. */
  readonly checkpointEvery: number;
}

/** Changed by the steps of the run, and by nothing else. */
export interface Run extends RunOrder {
  readonly startedAtMs: number;
  /** The language model that this run calls. */
  readonly model: string;
  state: RunState;
  diffs: number;
  /** Empty before the first checkpoint. */
  lastCheckpointId: Uint8Array;
  promptTokens: number;
  completionTokens: number;
  retries: number;
  durationUs: number;
  failed: boolean;
  readonly executed: NodeExecutionRecordInit[];
  readonly errors: ErrorRecordInit[];
}

export function startRun(order: RunOrder): Run {
  return {
    ...order,
    startedAtMs: order.clock.nowMs(),
    model: order.content.model(),
    state: initialState(order.content),
    diffs: 0,
    lastCheckpointId: new Uint8Array(0),
    promptTokens: 0,
    completionTokens: 0,
    retries: 0,
    durationUs: 0,
    failed: false,
    executed: [],
    errors: [],
  };
}

/** The text of a time in RFC 3339. */
export function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** A short id such as `call_3f9c2a1b`, unique enough within a run. */
export function shortId(run: Run, prefix: string): string {
  return `${prefix}_${uuidV4(run.content.random).slice(0, 8)}`;
}
