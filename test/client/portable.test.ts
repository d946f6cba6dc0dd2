// The library bundled for a browser, as its users bundle it, on each runtime against a real server.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../sim/broker/broker.ts";
import { encodeFramed } from "../../src/wire/encode.ts";
import { type RunningAppliance, startAppliance } from "../support/appliance.ts";
import { outcomeOf } from "../support/child-process.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { DENO, describeReal } from "../support/real-components.ts";

const TOPIC = "telemetry";
const RECORDS = 300;
let broker: Broker;
let running: RunningAppliance;
let folder: string;
let bundle: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dashstream-bundle-"));
  const built = await Bun.build({
    entrypoints: [join(import.meta.dir, "portable-program.ts")],
    target: "browser",
    outdir: folder,
    naming: "bundle.mjs",
  });
  expect(built.logs).toEqual([]);
  bundle = join(folder, "bundle.mjs");
  broker = await startEmbeddedBroker();
  broker.createTopic(TOPIC);
  const values = Array.from({ length: RECORDS }, (_, i) => ({
    timestampMs: 0,
    key: Buffer.from("t"),
    value: encodeFramed({
      event: {
        header: {
          tenantId: i % 3 === 0 ? "other" : "acme",
          threadId: "thread-1",
          sequence: i + 1,
          schemaVersion: 1,
        },
        // Some of the values are compressed by themselves.
        nodeId: "n".repeat(i % 5 === 0 ? 2000 : 20),
      },
    }),
  }));
  broker.append(TOPIC, 0, values);
  running = await startAppliance({ brokers: broker.bootstrap, topic: TOPIC });
  await running.appliance.handledUpTo(new Map(broker.endOffsets(TOPIC).entries()));
});

afterAll(async () => {
  await running.stop();
  await broker.stop();
  rmSync(folder, { recursive: true });
});

const wanted = Array.from({ length: RECORDS }, (_, i) => i).filter((i) => i % 3 !== 0);

async function run(...command: readonly string[]): Promise<unknown> {
  const child = Bun.spawn([...command], { stdout: "pipe", stderr: "pipe" });
  const { code, stdout, stderr } = await outcomeOf(child);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

function reads(...runtime: readonly string[]): void {
  test.each(["v2", "v1", "v2+json"])("reads all that it wants in %s", async (protocol) => {
    const seen = await run(...runtime, bundle, running.wsUrl, protocol, String(wanted.length));
    expect(seen).toEqual({ protocol, offsets: wanted, threads: ["thread-1"] });
  });
}

test("the bundle has nothing that a browser lacks, and does not need much", async () => {
  const code = await Bun.file(bundle).text();
  expect(code).not.toMatch(/\bBuffer\b|["']node:|\brequire\(|\bFunction\(|\beval\(/);
  expect(code.length).toBeLessThan(120_000);
});

describe("Bun", () => reads(process.execPath));
describeReal("deno", "Deno", () => reads(DENO, "run", "-A", "--no-remote", "--no-config"));
// A WebSocket without this flag since version 22.
describeReal("node", "Node", () => reads("node", "--experimental-websocket", "--no-warnings"));
