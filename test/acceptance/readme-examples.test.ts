// The programs of the README run as they stand there, with only their addresses changed, and print what it says: the
// same lines, or as many where they depend on the traffic.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Broker } from "../../sim/broker/broker.ts";
import { benchRecord } from "../bench/records.ts";
import { type RunningAppliance, startAppliance } from "../support/appliance.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";

const ROOT = join(import.meta.dir, "..", "..");
const TOPIC = "dashstream-quality";

interface Example {
  readonly program: string;
  readonly output: string;
}

/** Each block of TypeScript with the block of output that follows it. */
function examples(readme: string): readonly Example[] {
  const blocks = /```ts\n(.*?)```\s*```console\n(.*?)```/gs;
  return [...readme.matchAll(blocks)].map(([, program = "", output = ""]) => ({ program, output }));
}

const EXAMPLES = examples(readFileSync(join(ROOT, "README.md"), "utf8"));

let broker: Broker;
let running: RunningAppliance;
beforeAll(async () => {
  broker = await startEmbeddedBroker();
  broker.createTopic(TOPIC);
  const records = Array.from({ length: 10 }, (_, i) => ({ ...benchRecord(i), timestampMs: 0 }));
  broker.append(TOPIC, 0, records);
  running = await startAppliance({ brokers: broker.bootstrap, topic: TOPIC });
});
afterAll(async () => {
  await running.stop();
  await broker.stop();
});

test("the README has programs to run", () => {
  expect(EXAMPLES.length).toBeGreaterThanOrEqual(2);
});

for (const [index, { program, output }] of EXAMPLES.entries()) {
  test(`example ${index + 1} runs and prints what the README shows`, async () => {
    const run = Bun.spawn([process.execPath, "run", "-"], {
      cwd: ROOT,
      stdin: Buffer.from(
        program
          .replaceAll("127.0.0.1:9092", broker.bootstrap)
          .replaceAll("ws://127.0.0.1:3002/ws", running.wsUrl),
      ),
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr] = await Promise.all([
      new Response(run.stdout).text(),
      new Response(run.stderr).text(),
    ]);
    expect(stderr).toBe("");
    expect(await run.exited).toBe(0);
    const depends = /^\d+:\d+ /;
    const fixed = (text: string) => text.split("\n").map((line) => (depends.test(line) ? "varies" : line));
    expect(fixed(stdout)).toEqual(fixed(output));
  });
}
