// What each stage of the pipeline costs by itself, in CPU seconds per million records.

import { Ring } from "../../src/server/ring.ts";
import { SequenceValidator } from "../../src/stream/sequence.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { Inspector } from "../../src/wire/inspector.ts";
import { report } from "./child.ts";
import { startMeter } from "./cost.ts";
import { benchRecord } from "./records.ts";

const RECORDS = 1_000_000;
const SAMPLES = 6_400;

const values = Array.from({ length: SAMPLES }, (_, index) => benchRecord(index).value);
const value = (index: number) => values[index % SAMPLES] ?? Buffer.alloc(0);
const inspector = new Inspector({ maxPayloadBytes: 1_048_576, schemaPolicy: "exact" });
const ring = new Ring({ maxRecords: 50_000, maxBytes: 64 * 1024 * 1024 });
const latency = createMetrics({
  catalogue: CATALOGUE,
  component: "websocket-server",
}).histogram("websocket_e2e_latency_ms", { stage: "producer_to_consumer" });
const ignore = () => {};
const sequence = new SequenceValidator({
  policy: "warn",
  events: {
    gap: ignore,
    duplicate: ignore,
    reordered: ignore,
    restarted: ignore,
    evicted: ignore,
    halted: ignore,
    haltedThreads: ignore,
  },
});
const threads = Array.from({ length: 64 }, (_, index) => `thread-${index}-8a7e62f0-1d3c`);

const stages: Readonly<Record<string, (index: number) => void>> = {
  inspect: (index) => {
    inspector.inspect(value(index));
    inspector.header(0)?.threadId;
  },
  sequence: (index) => sequence.observe(0, threads[index % 64] ?? "", Math.floor(index / 64) + 1, 0, 0),
  latency: (index) => latency.observe(index & 1023),
  ring: (index) => ring.append(0, index, value(index)),
};

for (const [stage, run] of Object.entries(stages)) {
  for (let i = 0; i < SAMPLES; i++) run(i);
  const meter = startMeter();
  for (let i = SAMPLES; i < SAMPLES + RECORDS; i++) run(i);
  report({ stage, ...meter() });
}
