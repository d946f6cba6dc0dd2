// `sleep` for the blocks of the runbook, see bin/sleep.

import { openStack } from "../../../compose/processes/open-stack.ts";
import { systemClock } from "../../../src/runtime/clock.ts";

const PAUSE_MS = 50;
const SHARE = 0.1;

/** A server is ready a moment before it has its partitions. */
async function serverWaits(): Promise<boolean> {
  try {
    const answer = await fetch(`http://${stack.addressOf("dashstream-websocket-server", 3002)}/health`);
    return (await answer.json()).status === "waiting";
  } catch {
    // It does not run, which may be what the block is about.
    return false;
  }
}

const askedMs = Number(process.argv[2]) * 1000;
const startedMs = systemClock.monotonicMs();
const stack = openStack(process.env.STACK_DIR ?? "");
for (;;) {
  const elapsedMs = systemClock.monotonicMs() - startedMs;
  if (elapsedMs >= askedMs) break;
  const states = elapsedMs < askedMs * SHARE ? [] : (await stack.status()).map(({ state }) => state);
  if (states.length > 0 && !states.includes("not ready") && !(await serverWaits())) break;
  await systemClock.sleep(Math.min(PAUSE_MS, askedMs - elapsedMs));
}
