// `make bench`: one run, one table. Each figure is also given as a ratio to a bare baseline of the same run, because
// the ratio is what holds on another machine. BENCH_RECORDS sets the size (default 1,000,000).

import { bytesOnTheWire } from "./measurements/bytes-on-the-wire.ts";
import { deadLetters } from "./measurements/dead-letters.ts";
import { fanOut } from "./measurements/fan-out.ts";
import { latencyAndMemory } from "./measurements/latency-and-memory.ts";
import { pipeline } from "./measurements/pipeline.ts";
import { redrive } from "./measurements/redrive.ts";
import { replayInRedis } from "./measurements/replay-in-redis.ts";
import { replayRates } from "./measurements/replay-rates.ts";
import { stages } from "./measurements/stages.ts";
import { stampede } from "./measurements/stampede.ts";
import { startTime } from "./measurements/start-time.ts";
import { tenantLimits } from "./measurements/tenant-limits.ts";
import { virtualMinutes } from "./measurements/virtual-minutes.ts";
import { VALUE_BYTES } from "./records.ts";
import { Results } from "./results.ts";

const RECORDS = Number(process.env.BENCH_RECORDS ?? 1_000_000);
const MEASUREMENTS: readonly ((results: Results, records: number) => Promise<void>)[] = [
  pipeline,
  replayInRedis,
  replayRates,
  stampede,
  fanOut,
  bytesOnTheWire,
  deadLetters,
  redrive,
  stages,
  tenantLimits,
  latencyAndMemory,
  virtualMinutes,
  startTime,
];

const results = new Results();
results.note(`values of ${VALUE_BYTES} bytes, one partition, embedded broker in a process of its own`);
for (const measure of MEASUREMENTS) await measure(results, RECORDS);
process.stdout.write(results.toString());
