// The control interface: rules that decide, request by request, whether a broker answers properly, wrongly, late
// or not at all. Rules are asked in the order in which they were added; the first that does not pass decides.

import type { ApiName } from "../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS, type KafkaErrorName } from "../../src/kafka-protocol/error-codes.ts";

/** `request`: before anything is done. `response`: everything is done, only the answer is concerned. */
export type ControlStage = "request" | "response";

export type ControlAction =
  /** Handle the request as if there were no rule. */
  | { readonly kind: "pass" }
  /** Refuse with this error: the partitions that the rule's filter names, or the whole request. */
  | { readonly kind: "error"; readonly error: KafkaErrorName }
  /** Wait; requests behind it on the same connection wait too. */
  | { readonly kind: "delay"; readonly delayMs: number; readonly stage?: ControlStage }
  /** Never answer, nor anything behind it on the same connection. */
  | { readonly kind: "hang"; readonly stage?: ControlStage }
  /** Cut the connection instead of answering. */
  | { readonly kind: "drop"; readonly stage?: ControlStage }
  /** Fetch only: the partitions that the filter names look as if nothing were new. */
  | { readonly kind: "withhold" };

/** Actions that concern the connection rather than the content of the answer. */
export type Interference = Extract<ControlAction, { readonly kind: "delay" | "hang" | "drop" }>;

/** A topic of a request, with its partitions as far as the request names any. */
export interface RequestTarget {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** What a rule may look at. */
export interface ControlledRequest {
  readonly api: ApiName;
  readonly apiVersion: number;
  readonly clientId: string | null;
  readonly nodeId: number;
  readonly targets: readonly RequestTarget[];
}

export interface ControlFilter {
  /** How many requests the rule decides before it is removed by itself; default: until `remove`. */
  readonly times?: number;
  readonly topic?: string;
  readonly partition?: number;
  readonly clientId?: string;
  readonly nodeId?: number;
}

/** A rule in force. */
export interface ControlRule {
  /** Requests that it decided, those it passed not counted. */
  readonly hits: number;
  remove(): void;
}

/** What the rules decided about one request. */
export interface Decision {
  readonly action: ControlAction;
  /** Whether the action concerns this topic and partition. */
  concerns(topic: string | null, partition: number | null): boolean;
}

interface Rule {
  readonly api: ApiName | "*";
  readonly decide: (request: ControlledRequest) => ControlAction;
  readonly filter: ControlFilter;
  hits: number;
}

function matches(rule: Rule, request: ControlledRequest): boolean {
  const { topic, partition, clientId, nodeId } = rule.filter;
  if (rule.api !== "*" && rule.api !== request.api) return false;
  if (clientId !== undefined && clientId !== request.clientId) return false;
  if (nodeId !== undefined && nodeId !== request.nodeId) return false;
  if (topic === undefined && partition === undefined) return true;
  return request.targets.some(
    (target) =>
      (topic === undefined || topic === target.topic) &&
      (partition === undefined || target.partitions.includes(partition)),
  );
}

export class Controls {
  readonly #rules = new Set<Rule>();

  get active(): boolean {
    return this.#rules.size > 0;
  }

  add(
    api: ApiName | "*",
    decide: (request: ControlledRequest) => ControlAction,
    filter: ControlFilter,
  ): ControlRule {
    const rule: Rule = { api, decide, filter, hits: 0 };
    const rules = this.#rules;
    rules.add(rule);
    return {
      get hits() {
        return rule.hits;
      },
      remove: () => void rules.delete(rule),
    };
  }

  /** The first rule's decision that is not to pass, or `null`. */
  decide(request: ControlledRequest): Decision | null {
    for (const rule of this.#rules) {
      if (!matches(rule, request)) continue;
      const action = rule.decide(request);
      if (action.kind === "pass") continue;
      rule.hits++;
      if (rule.filter.times !== undefined && rule.hits >= rule.filter.times) this.#rules.delete(rule);
      const { topic, partition } = rule.filter;
      return {
        action,
        concerns: (ofTopic, ofPartition) =>
          (topic === undefined || ofTopic === null || ofTopic === topic) &&
          (partition === undefined || ofPartition === null || ofPartition === partition),
      };
    }
    return null;
  }
}

/** The error that a decision puts on a partition, a topic or (with nulls) the whole request; 0 for none. */
export function injectedError(
  decision: Decision | null,
  topic: string | null,
  partition: number | null,
): number {
  if (decision?.action.kind !== "error" || !decision.concerns(topic, partition)) return KAFKA_ERRORS.NONE;
  return KAFKA_ERRORS[decision.action.error];
}
