// The trace at the end of a run: everything that was executed, in one message.

import type { Draft } from "./draft.ts";
import { type Run, shortId, timeText } from "./run.ts";

export function executionTrace(run: Run): Draft {
  return {
    kind: "executionTrace",
    body: {
      threadId: run.threadId,
      executionId: shortId(run, "exec"),
      nodesExecuted: run.executed,
      totalDurationMs: Math.round(run.durationUs / 1000),
      totalTokens: run.promptTokens + run.completionTokens,
      errors: run.errors,
      completed: !run.failed,
      startedAt: timeText(run.startedAtMs),
      endedAt: timeText(run.clock.nowMs()),
      finalState: Buffer.from(JSON.stringify(run.state)),
      metadata: { graph_name: Buffer.from(JSON.stringify(run.blueprint.name)) },
    },
  };
}
