// A call to a tool: its events and its execution records. Some calls fail once and succeed when repeated.

import { ExecutionStage, Severity, type ToolExecutionInit } from "../../src/wire/model.ts";
import type { Draft } from "./draft.ts";
import { event } from "./event-draft.ts";
import { type Run, shortId, timeText } from "./run.ts";
import type { NodeOutput } from "./run-state.ts";

const FAILURE_CHANCE = 0.05;

/** The tool bears the name of its node. */
export function* toolCall(run: Run, nodeId: string): Generator<Draft, NodeOutput> {
  const { content } = run;
  const callId = shortId(run, "call");
  const args = json({ query: run.state.query, limit: content.between(3, 20) });
  const attributes = { tool_name: nodeId, call_id: callId };
  const execution = (stage: number, rest: ToolExecutionInit = {}): Draft => ({
    kind: "toolExecution",
    body: { callId, toolName: nodeId, stage, arguments: args, ...rest },
  });
  yield event("TOOL_START", { nodeId, attributes });
  yield execution(ExecutionStage.EXECUTION_STAGE_STARTED);
  const retryCount = content.chance(FAILURE_CHANCE) ? 1 : 0;
  if (retryCount > 0) {
    yield* failedAttempt(run, nodeId, execution);
    yield execution(ExecutionStage.EXECUTION_STAGE_RETRYING, { retryCount });
  }
  const durationUs = content.durationUs(240);
  const result = json({ hits: content.between(1, 40), best: content.source() });
  yield execution(ExecutionStage.EXECUTION_STAGE_COMPLETED, { result, durationUs, retryCount });
  yield event("TOOL_END", { nodeId, durationUs, attributes });
  return { text: "", tokens: 0 };
}

function* failedAttempt(
  run: Run,
  nodeId: string,
  execution: (stage: number, rest?: ToolExecutionInit) => Draft,
): Generator<Draft> {
  const { content, clock } = run;
  const errorCode = content.pick(["TOOL_TIMEOUT", "UPSTREAM_UNAVAILABLE", "RATE_LIMITED"]);
  const message = `${nodeId} failed: ${content.sentence()}`;
  run.retries++;
  run.errors.push({ node: nodeId, message, errorCode, timestamp: timeText(clock.nowMs()), recovered: true });
  yield execution(ExecutionStage.EXECUTION_STAGE_FAILED, {
    error: message,
    durationUs: content.durationUs(5000),
  });
  yield event("TOOL_ERROR", { nodeId, attributes: { error: message } });
  yield errorMessage(run, nodeId, errorCode, message, Severity.SEVERITY_WARNING);
}

/** An `Error` message about a node. */
export function errorMessage(
  run: Run,
  nodeId: string,
  errorCode: string,
  message: string,
  severity: number,
): Draft {
  return {
    kind: "error",
    body: {
      errorCode,
      message,
      severity,
      exceptionType: "NodeExecutionError",
      stackTrace: `NodeExecutionError: ${message}\n    at ${nodeId} (${run.blueprint.name}.py:${run.content.between(20, 400)})`,
      context: { node_id: nodeId, graph_name: run.blueprint.name },
      suggestions: ["Check the upstream service", "Raise the timeout of the node"],
    },
  };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
