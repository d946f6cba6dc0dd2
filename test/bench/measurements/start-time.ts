// How long the executable takes from its start to its first answer.

import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";
import { follow } from "../child.ts";
import type { Results } from "../results.ts";

const BINARY = join(import.meta.dir, "../../../dist/dashstream");
/** Nobody listens there. */
const NO_KAFKA = "127.0.0.1:1";

export async function startTime(results: Results): Promise<void> {
  if (!(await Bun.file(BINARY).exists())) {
    results.note("time from start to first answer: not measured, run `make build` first");
    return;
  }
  const port = String(await freePort());
  const flags = ["--websocket-port", port, "--kafka-brokers", NO_KAFKA, "--log-level", "silent"];
  const startMs = performance.now();
  const server = follow([BINARY, "serve", ...flags]);
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
    if (answer?.ok) break;
    await Bun.sleep(2);
  }
  const ms = Math.round(performance.now() - startMs);
  results.note(`time from start of the binary to the first answer: ${ms} ms`);
  await server.stop();
}
