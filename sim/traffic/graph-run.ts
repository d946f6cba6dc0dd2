// One graph run from GRAPH_START to its trace, as a lazy sequence of messages: the caller sets the pace.

import type { GraphEdge, GraphNode } from "./blueprint.ts";
import type { Draft } from "./draft.ts";
import { event } from "./event-draft.ts";
import { visitNode } from "./node-visit.ts";
import { qualityReport } from "./quality.ts";
import { type Run, type RunOrder, startRun } from "./run.ts";
import { executionTrace } from "./trace.ts";

/** A conditional edge leads back to the same node at most so often. */
const MAX_VISITS = 3;

export function* graphRun(order: RunOrder): Generator<Draft> {
  const run = startRun(order);
  const { blueprint } = run;
  yield event("GRAPH_START", {
    attributes: {
      graph_name: blueprint.name,
      graph_entry_point: blueprint.entryPoint,
      graph_node_count: blueprint.nodes.length,
      graph_edge_count: blueprint.edges.length,
      graph_manifest: blueprint.manifestJson,
      graph_schema_json: blueprint.schemaJson,
      schema_id: blueprint.schemaId,
      initial_state_json: JSON.stringify(run.state),
    },
  });
  yield* walk(run);
  if (run.failed) {
    yield event("GRAPH_ERROR", { durationUs: run.durationUs, attributes: { error: "a node failed" } });
  } else {
    yield event("GRAPH_END", { durationUs: run.durationUs });
  }
  yield qualityReport(run);
  yield executionTrace(run);
}

/** Follows the edges from the entry point until a node has none or fails. */
function* walk(run: Run): Generator<Draft> {
  const { blueprint } = run;
  const visits = new Map<string, number>();
  let node = blueprint.nodeByName.get(blueprint.entryPoint);
  while (node !== undefined) {
    visits.set(node.name, (visits.get(node.name) ?? 0) + 1);
    yield* visitNode(run, node);
    const edges: readonly GraphEdge[] = blueprint.edgesFrom.get(node.name) ?? [];
    if (run.failed || edges.length === 0) return;
    const next: string | undefined = yield* follow(run, edges, visits);
    node = next === undefined ? undefined : blueprint.nodeByName.get(next);
  }
}

/** Gives the name of the next node. What leaves a node together is of one type. */
function* follow(
  run: Run,
  edges: readonly GraphEdge[],
  visits: ReadonlyMap<string, number>,
): Generator<Draft, string | undefined> {
  const [first] = edges;
  const nodeId = first?.from ?? "";
  switch (first?.type) {
    case "parallel":
      return yield* fanOut(run, edges);
    case "conditional": {
      yield event("CONDITIONAL_BRANCH", { nodeId });
      const chosen = edges.find(
        ({ to }) => (visits.get(to) ?? 0) < MAX_VISITS && run.content.chance(1 / edges.length),
      );
      return (chosen ?? edges.at(-1))?.to;
    }
    default:
      yield event("EDGE_TRAVERSAL", { nodeId });
      return first?.to;
  }
}

/** Runs the targets side by side, then goes on where the first one leads. */
function* fanOut(run: Run, edges: readonly GraphEdge[]): Generator<Draft, string | undefined> {
  const { nodeByName, edgesFrom } = run.blueprint;
  const targets = edges
    .map(({ to }) => nodeByName.get(to))
    .filter((node): node is GraphNode => node !== undefined);
  const nodeId = targets.map((node) => node.name).join(",");
  yield event("PARALLEL_START", { nodeId });
  yield* interleave(targets.map((node) => visitNode(run, node)));
  yield event("PARALLEL_END", { nodeId });
  const [join] = edgesFrom.get(targets[0]?.name ?? "") ?? [];
  return run.failed ? undefined : join?.to;
}

/** Takes one message from each branch in turn until all have ended. */
function* interleave(branches: readonly Generator<Draft>[]): Generator<Draft> {
  let running = branches;
  while (running.length > 0) {
    const stillRunning: Generator<Draft>[] = [];
    for (const branch of running) {
      const step = branch.next();
      if (step.done) continue;
      yield step.value;
      stillRunning.push(branch);
    }
    running = stillRunning;
  }
}
