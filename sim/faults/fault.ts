// A fault: something that breaks, on purpose and reversibly. One file each, named as the fault, with a page of the same
// name beside it.

import type { z } from "zod";
import type { Capability, ComponentName, Stage } from "./stage.ts";

/** An alert that may come along with a fault though it is not the aim, and why. */
export interface Companion {
  readonly alert: string;
  /** A sentence. It is printed in reports. */
  readonly because: string;
}

export type FaultArea = "traffic" | "broker" | "redis" | "network" | "clients" | "processes" | "discovery";

/** In a fast drill traffic is denser by so much: a few records a second are too few for a window of some seconds. */
export const MAX_DENSER = 20;

/** What a running fault can tell and do. */
export interface RunningFault {
  /** Takes it away; resolves when what it did is undone. Safe to call twice. */
  clear(): Promise<void>;
  /**
   * How often it took: records changed, requests decided, connections cut. Not known where clearing it failed. A fault that
   * was on and took nothing is reported: a drill that broke nothing proves nothing.
   */
  hits(): number;
}

/** What a fault takes of all that comes its way. */
export interface Taken {
  /** A noun in the plural. */
  readonly what: string;
  /** Components that it comes from; none = it does not depend on whether they come this way. */
  readonly from: readonly ComponentName[];
}

/** @typeParam P its parameters, as checked */
export interface Fault<P = unknown> {
  /** Kebab case, as its file and its page. */
  readonly name: string;
  readonly area: FaultArea;
  /** One sentence: what breaks. */
  readonly summary: string;
  /** Strict object; every key described (`.describe`) and with a default where one makes sense. */
  readonly params: z.ZodType<P>;
  /** What a stage must be able to do for this fault. */
  readonly needs: readonly Capability[];
  /** Alerts that its default parameters raise in a server with default settings, if held long enough. */
  readonly raises: readonly string[];
  readonly mayRaise: readonly Companion[];
  /** For whoever wonders why it took nothing; default: all that comes its way, whoever sends it. */
  takes?(params: P): Taken;
  /** Its parameters where everything happens `scale` times faster; default: they stay, as rates, shares and latencies do. */
  scaled?(params: P, scale: number): P;
  apply(stage: Stage, params: P): Promise<RunningFault>;
}

/** Keeps the type of the parameters between schema and `apply`. */
export function defineFault<P>(fault: Fault<P>): Fault<P> {
  return fault;
}
