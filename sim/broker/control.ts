// The control interface: rules that decide, request by request, whether a broker answers properly, wrongly, late
// or not at all.

import type { ApiName } from "../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS, type KafkaErrorName } from "../../src/kafka-protocol/error-codes.ts";
import { type ControlRule, ControlRules, type ControlStage } from "../control/rules.ts";

export type ControlAction =
  /** Handle the request as if there were no rule. */
  | { readonly kind: "pass" }
  /** Refuse with this error, perhaps late: the partitions that the rule's filter names, or the whole request. */
  | { readonly kind: "error"; readonly error: KafkaErrorName; readonly delayMs?: number }
  /** Wait; requests behind it on the same connection wait too. */
  | { readonly kind: "delay"; readonly delayMs: number; readonly stage?: ControlStage }
  /** Never answer, nor anything behind it on the same connection. */
  | { readonly kind: "hang"; readonly stage?: ControlStage }
  /** Cut the connection instead of answering. */
  | { readonly kind: "drop"; readonly stage?: ControlStage }
  /** Fetch only: the partitions that the filter names look as if nothing were new. */
  | { readonly kind: "withhold" }
  /** Fetch only: of each partition that the filter names no more than one batch is given. */
  | { readonly kind: "ration" };

/** Actions that concern the connection rather than the content of the answer. */
export type Interference = Extract<ControlAction, { readonly kind: "delay" | "hang" | "drop" }>;

/** A topic of a request, with its partitions as far as the request names any. */
export interface RequestTarget {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** What a rule may look at. */
export interface ControlledRequest {
  /** `null`: of an API that has no name here, which a proxy passes on as bytes. */
  readonly api: ApiName | null;
  readonly apiVersion: number;
  readonly clientId: string | null;
  readonly nodeId: number;
  /** The same for all requests of one connection. */
  readonly connectionId: number;
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

/** A Kafka that breaks on command: the embedded one, or a proxy before a real one. */
export interface BrokerControl {
  /** All that are known; a proxy hears of them from the first answer that names them. */
  readonly nodes: readonly { readonly nodeId: number }[];
  /** Connections of clients to all nodes that are open now. */
  readonly connectionCount: number;
  /** Those that were taken since it was up for the first time. */
  readonly acceptedCount: number;
  /**
   * Adds a rule for requests of one API, or of all. `decide` is asked for each request that the filter lets
   * through, until the rule is removed or has decided `times` requests.
   */
  control(
    api: ApiName | "*",
    decide: (request: ControlledRequest) => ControlAction,
    filter?: ControlFilter,
  ): ControlRule;
  /** Takes one node (default all) off the network at once, as a crash would; its data stay. */
  down(nodeId?: number): Promise<void>;
  /** Brings one node (default all) back on its port. */
  up(nodeId?: number): Promise<void>;
  /**
   * Ends the sessions of all members of a group, as if they had timed out.
   * @returns how many it had
   * @throws DashstreamError `kafka_unreachable` or `kafka_request_failed` if a real one cannot be asked
   */
  expireMembers(groupId: string): number | Promise<number>;
}

/** What the rules decided about one request. */
export interface Decision {
  readonly action: ControlAction;
  /** Whether the action concerns this topic and partition. */
  concerns(topic: string | null, partition: number | null): boolean;
}

/** The rules of one cluster. */
export class Controls {
  readonly #rules = new ControlRules<ControlledRequest, Decision>();

  get active(): boolean {
    return this.#rules.active;
  }

  add(
    api: ApiName | "*",
    decide: (request: ControlledRequest) => ControlAction,
    filter: ControlFilter,
  ): ControlRule {
    return this.#rules.add((request) => {
      if (!isMeant(api, filter, request)) return null;
      const action = decide(request);
      return action.kind === "pass" ? null : decisionOf(action, filter);
    }, filter.times);
  }

  /** The first rule's decision that is not to pass, or `null`. */
  decide(request: ControlledRequest): Decision | null {
    return this.#rules.decide(request);
  }
}

function isMeant(
  api: ApiName | "*",
  { topic, partition, clientId, nodeId }: ControlFilter,
  request: ControlledRequest,
): boolean {
  if (api !== "*" && api !== request.api) return false;
  if (clientId !== undefined && clientId !== request.clientId) return false;
  if (nodeId !== undefined && nodeId !== request.nodeId) return false;
  if (topic === undefined && partition === undefined) return true;
  return request.targets.some(
    (target) =>
      (topic === undefined || topic === target.topic) &&
      (partition === undefined || target.partitions.includes(partition)),
  );
}

function decisionOf(action: ControlAction, { topic, partition }: ControlFilter): Decision {
  return {
    action,
    concerns: (ofTopic, ofPartition) =>
      (topic === undefined || ofTopic === null || ofTopic === topic) &&
      (partition === undefined || ofPartition === null || ofPartition === partition),
  };
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
