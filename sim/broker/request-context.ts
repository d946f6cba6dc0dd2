// What a handler knows besides the request itself.

import type { Cluster } from "./cluster.ts";
import { type Decision, injectedError } from "./control.ts";

export interface RequestContext {
  readonly cluster: Cluster;
  /** The node that was asked. */
  readonly nodeId: number;
  readonly apiVersion: number;
  readonly clientId: string;
  readonly clientHost: string;
  /** Aborts when the connection is gone; whoever waits must stop then. */
  readonly connection: AbortSignal;
  /** What a control rule decided, if any did. */
  readonly decision: Decision | null;
}

/** Error code that a control rule puts on the whole request; 0 for none. */
export function faultOf(context: RequestContext): number {
  return context.decision === null ? 0 : injectedError(context.decision, null, null);
}

/** Error code that a control rule puts on a topic; 0 for none. */
export function faultOfTopic(context: RequestContext, topic: string): number {
  return context.decision === null ? 0 : injectedError(context.decision, topic, null);
}

/** Error code that a control rule puts on a partition; 0 for none. */
export function faultOfPartition(context: RequestContext, topic: string, partition: number): number {
  return context.decision === null ? 0 : injectedError(context.decision, topic, partition);
}

/** Whether a control rule hides the new records of a partition (`withhold`), or all but one batch (`ration`). */
export function isCurtailed(
  context: RequestContext,
  how: "withhold" | "ration",
  topic: string,
  partition: number,
): boolean {
  const { decision } = context;
  return decision?.action.kind === how && decision.concerns(topic, partition);
}
