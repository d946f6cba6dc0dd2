// One node of a graph at work: start, what it does, end, the change of state, and now and then a checkpoint.

import { Severity } from "../../src/wire/model.ts";
import type { GraphNode } from "./blueprint.ts";
import { checkpoint } from "./checkpoint.ts";
import type { Draft } from "./draft.ts";
import { event } from "./event-draft.ts";
import { llmCall } from "./llm-call.ts";
import { type Run, timeText } from "./run.ts";
import { type NodeOutput, stateAfter } from "./run-state.ts";
import { stateDiff } from "./state-diff.ts";
import { errorMessage, toolCall } from "./tool-call.ts";

const FAILURE_CHANCE = 0.003;
const IDLE: NodeOutput = { text: "", tokens: 0 };

/** Sets `run.failed` if the node failed for good; then it has no end and changes no state. */
export function* visitNode(run: Run, node: GraphNode): Generator<Draft> {
  const { content, clock } = run;
  const startedAtMs = clock.nowMs();
  const tokensBefore = [run.promptTokens, run.completionTokens] as const;
  yield event("NODE_START", { nodeId: node.name, attributes: configOf(run) });
  const output = yield* work(run, node);
  const failed = content.chance(FAILURE_CHANCE);
  const durationUs = content.durationUs(node.type === "llm" ? 1100 : 300);
  run.durationUs += durationUs;
  record(run, node, { startedAtMs, durationUs, tokensBefore, failed });
  if (failed) {
    yield* failNode(run, node);
    return;
  }
  yield event("NODE_END", { nodeId: node.name, durationUs, attributes: configOf(run) });
  yield* changeState(run, node, output);
}

function* work(run: Run, node: GraphNode): Generator<Draft, NodeOutput> {
  const { content } = run;
  switch (node.type) {
    case "llm":
    case "validator":
    case "router":
      if (content.chance(0.4)) {
        const attributes = { thought: content.sentence(), step: content.between(1, 4) };
        yield event("NODE_THINKING", { nodeId: node.name, attributes });
      }
      return yield* llmCall(run, node.name);
    case "tool":
      return yield* toolCall(run, node.name);
    case "human_in_loop":
      yield event("HUMAN_INTERRUPT", { nodeId: node.name, attributes: { reason: "approval required" } });
      yield event("HUMAN_RESUME", { nodeId: node.name, attributes: { user: content.person() } });
      return IDLE;
    case "aggregator":
    case "transform":
    case "checkpoint":
    case "custom":
      yield event("NODE_PROGRESS", {
        nodeId: node.name,
        attributes: { message: content.sentence(), percent: content.between(10, 90) },
      });
      return IDLE;
  }
}

function* changeState(run: Run, node: GraphNode, output: NodeOutput): Generator<Draft> {
  const before = run.state;
  run.state = stateAfter(before, node, output, run.content);
  yield { kind: "stateDiff", body: stateDiff(before, run.state, run.lastCheckpointId) };
  run.diffs++;
  if (run.checkpointEvery === 0 || run.diffs % run.checkpointEvery !== 0) return;
  run.lastCheckpointId = run.content.random.bytes(16);
  yield { kind: "checkpoint", body: checkpoint(run.state, run.lastCheckpointId) };
}

function* failNode(run: Run, node: GraphNode): Generator<Draft> {
  const message = run.content.sentence();
  const timestamp = timeText(run.clock.nowMs());
  run.failed = true;
  run.errors.push({ node: node.name, message, errorCode: "NODE_FAILED", timestamp, recovered: false });
  yield event("NODE_ERROR", { nodeId: node.name, attributes: { error: message } });
  yield errorMessage(run, node.name, "NODE_FAILED", message, Severity.SEVERITY_ERROR);
}

interface Visit {
  readonly startedAtMs: number;
  readonly durationUs: number;
  readonly tokensBefore: readonly [prompt: number, completion: number];
  readonly failed: boolean;
}

function record(run: Run, node: GraphNode, visit: Visit): void {
  const promptTokens = run.promptTokens - visit.tokensBefore[0];
  const completionTokens = run.completionTokens - visit.tokensBefore[1];
  run.executed.push({
    node: node.name,
    durationMs: Math.round(visit.durationUs / 1000),
    promptTokens,
    completionTokens,
    totalTokens: promptTokens + completionTokens,
    succeeded: !visit.failed,
    startedAt: timeText(visit.startedAtMs),
    endedAt: timeText(run.clock.nowMs()),
  });
}

function configOf(run: Run) {
  return { config_version: run.blueprint.version, config_hash: run.blueprint.schemaId };
}
