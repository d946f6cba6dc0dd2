// `make bench`: one run, one table. Each figure is also given as a ratio to a bare baseline of the same run, because
// the ratio is what holds on another machine. BENCH_RECORDS sets the size (default 1,000,000).

import { replayCompleteLatest } from "../../src/server/server-frames.ts";
import { follow, startChild } from "./child.ts";
import { frameBytes } from "./frame-bytes.ts";
import { benchRecord } from "./records.ts";

const RECORDS = Number(process.env.BENCH_RECORDS ?? 1_000_000);
/** So that live delivery starts at once. */
const RESUME = '{"type":"resume","from":"latest","lastOffsetsByPartition":{}}';
const VALUE_BYTES = benchRecord(0).value.length;
const rows: string[][] = [
  ["measurement", "records", "seconds", "records/s", "CPU s per million", "ratio to bare", "goal"],
];

const perMillion = (cpuSeconds: number, units: number) => (cpuSeconds / units) * 1e6;

async function bareConsumer(): Promise<number> {
  const broker = startChild("broker-process.ts");
  const { bootstrap } = await broker.next();
  broker.tell(`fill ${RECORDS}`);
  await broker.next();
  const consumer = startChild("bare-consumer.ts", String(bootstrap), RECORDS);
  const { seconds, cpuSeconds } = await consumer.next();
  await Promise.all([consumer.stop(), broker.stop()]);
  const cost = perMillion(Number(cpuSeconds), RECORDS);
  row("bare kafkajs eachBatch", RECORDS, Number(seconds), cost, null, "");
  return cost;
}

async function pipeline(clients: number, records: number, bare: number, goal: string): Promise<void> {
  const broker = startChild("broker-process.ts");
  const { bootstrap } = await broker.next();
  const appliance = startChild("appliance-process.ts", String(bootstrap));
  const { port } = await appliance.next();
  // The answer to `resume` is sent before the records.
  const frames = 2 + replayCompleteLatest(new Map()).length + frameBytes(0, records, VALUE_BYTES);
  const receivers =
    clients > 0
      ? Bun.spawn([
          process.execPath,
          `${import.meta.dir}/raw-clients.ts`,
          String(port),
          String(clients),
          String(frames),
          RESUME,
        ])
      : null;
  for (let connected = 0; connected < clients; ) {
    appliance.tell("clients");
    connected = Number((await appliance.next()).clients);
  }
  appliance.tell(`measure ${records} ${clients}`);
  await appliance.next();
  broker.tell(`fill ${records}`);
  const { seconds, cpuSeconds, dropped, peakBytes } = await appliance.next();
  if (Number(dropped) > 0) throw new Error(`${dropped} records were dropped with ${clients} clients`);
  await receivers?.exited;
  await Promise.all([appliance.stop(), broker.stop()]);
  row(
    `appliance, ${clients} clients`,
    records,
    Number(seconds),
    perMillion(Number(cpuSeconds), records),
    bare,
    goal,
  );
  notes.push(`peak resident memory with ${clients} clients: ${Math.round(Number(peakBytes) / 1e6)} MB`);
}

async function fanOut(
  mode: "hub" | "bare",
  clients: number,
  records: number,
): Promise<{ rate: number; cost: number }> {
  const server = startChild("fan-out-server.ts", mode, clients, records, VALUE_BYTES);
  const { port } = await server.next();
  const bytes = frameBytes(0, records, VALUE_BYTES);
  const receivers = Bun.spawn([
    process.execPath,
    `${import.meta.dir}/raw-clients.ts`,
    String(port),
    String(clients),
    String(bytes),
  ]);
  const { seconds, cpuSeconds } = await server.next();
  await receivers.exited;
  const deliveries = clients * records;
  return { rate: deliveries / Number(seconds), cost: perMillion(Number(cpuSeconds), deliveries) };
}

async function compareFanOut(): Promise<void> {
  const clients = 100;
  const records = Math.max(1000, Math.floor(RECORDS / 25 / 100) * 100);
  // In turn, twice, so that a drift of the machine's speed meets both.
  const runs: { mode: string; rate: number; cost: number }[] = [];
  for (const mode of ["bare", "hub", "bare", "hub"] as const)
    runs.push({ mode, ...(await fanOut(mode, clients, records)) });
  const best = (mode: string) =>
    runs.filter((run) => run.mode === mode).sort((a, b) => b.rate - a.rate)[0] ?? { rate: 0, cost: 0 };
  const [bare, hub] = [best("bare"), best("hub")];
  const line = (name: string, run: { rate: number; cost: number }, ratio: string, goal: string) =>
    rows.push([
      name,
      String(records * clients),
      "",
      Math.round(run.rate).toLocaleString("en"),
      run.cost.toFixed(2),
      ratio,
      goal,
    ]);
  line("bare Bun fan-out, 100 clients (deliveries)", bare, "", "");
  line("fan-out, 100 clients (deliveries)", hub, `${(hub.rate / bare.rate).toFixed(2)} of the rate`, "0.7");
}

async function limiterCosts(): Promise<void> {
  const child = startChild("limiter-costs.ts");
  const next = async () => {
    const { what, units, seconds, cpuSeconds, reason } = await child.next();
    const cost = perMillion(Number(cpuSeconds), Number(units));
    return { what, units: Number(units), seconds: Number(seconds), cost, reason };
  };
  const [checks, slices, bare] = [await next(), await next(), await next()];
  row("tenant limits, single checks", checks.units, checks.seconds, checks.cost, null, "");
  row("tenant limits, records in slices of 500", slices.units, slices.seconds, slices.cost, null, "");
  if (bare.what === "no redis") return void notes.push(`limits in Redis: not measured, ${bare.reason}`);
  const redis = await next();
  row("bare pipelines of 100 scripts, real Redis", bare.units, bare.seconds, bare.cost, null, "");
  rows.push([
    "tenant limits in Redis, 100 tenants a call",
    String(redis.units),
    redis.seconds.toFixed(2),
    Math.round(redis.units / redis.seconds).toLocaleString("en"),
    redis.cost.toFixed(2),
    `${(bare.seconds / redis.seconds).toFixed(2)} of the rate`,
    "",
  ]);
  await child.stop();
}

/** The ratio is that of the rates, because most of the time both wait: for Kafka, and redriving for the disk too. */
async function redriving(): Promise<void> {
  const letters = Math.max(1_000, Math.floor(RECORDS / 10));
  const broker = startChild("broker-process.ts");
  const { bootstrap } = await broker.next();
  broker.tell(`letters ${letters}`);
  await broker.next();
  const copy = startChild("bare-copy.ts", String(bootstrap), letters);
  const bareRun = await copy.next();
  await copy.stop();
  const redrive = startChild("redrive-process.ts", String(bootstrap));
  const run = await redrive.next();
  await Promise.all([redrive.stop(), broker.stop()]);
  if (run.sent !== letters) throw new Error(`${run.sent} of ${letters} dead letters were redriven`);
  const line = (name: string, { seconds, cpuSeconds }: typeof run, ratio: string) =>
    rows.push([
      name,
      String(letters),
      Number(seconds).toFixed(2),
      Math.round(letters / Number(seconds)).toLocaleString("en"),
      perMillion(Number(cpuSeconds), letters).toFixed(2),
      ratio,
      "",
    ]);
  line("bare kafkajs copy of dead letters, 100 at a time", bareRun, "");
  const ratio = Number(bareRun.seconds) / Number(run.seconds);
  line("redrive of dead letters, 100 at a time", run, `${ratio.toFixed(2)} of the rate`);
}

async function latencyAndMemory(): Promise<void> {
  const broker = startChild("broker-process.ts");
  const { bootstrap } = await broker.next();
  const appliance = startChild("appliance-process.ts", String(bootstrap));
  const { port } = await appliance.next();
  appliance.tell("memory");
  const idle = Number((await appliance.next()).bytes);
  const crowd = Bun.spawn([process.execPath, `${import.meta.dir}/raw-clients.ts`, String(port), "1000", "1"]);
  for (let connected = 0; connected < 1000; ) {
    appliance.tell("clients");
    connected = Number((await appliance.next()).clients);
  }
  appliance.tell("memory");
  const crowded = Number((await appliance.next()).bytes);
  crowd.kill();
  const latency = startChild("latency-process.ts", String(bootstrap), String(port), 1000, 10);
  const { p50Ms, p99Ms } = await latency.next();
  await Promise.all([latency.stop(), appliance.stop(), broker.stop()]);
  notes.push(
    `latency producer to client at 1,000 records/s: p50 ${Number(p50Ms).toFixed(1)} ms, p99 ${Number(p99Ms).toFixed(1)} ms (goal p99 below 20)`,
  );
  notes.push(
    `resident memory idle: ${Math.round(idle / 1e6)} MB (goal below 120); per idle client: ${((crowded - idle) / 1000 / 1e3).toFixed(1)} kB`,
  );
}

async function stageCosts(): Promise<void> {
  const child = startChild("stage-costs.ts");
  const stages = [await child.next(), await child.next(), await child.next(), await child.next()];
  const texts = stages.map(({ stage, cpuSeconds }) => `${stage} ${Number(cpuSeconds).toFixed(2)}`);
  notes.push(`each stage by itself, CPU s per million records: ${texts.join(", ")}`);
}

async function virtualTime(): Promise<void> {
  const child = startChild("virtual-time.ts");
  const { seconds } = await child.next();
  notes.push(
    `ten virtual minutes of broker, producer, appliance and client: ${Number(seconds).toFixed(2)} s (aim below 2)`,
  );
}

async function startTime(): Promise<void> {
  const binary = `${import.meta.dir}/../../dist/dashstream`;
  if (!(await Bun.file(binary).exists())) {
    notes.push("time from start to first answer: not measured, run `make build` first");
    return;
  }
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const startMs = performance.now();
  const server = follow([
    binary,
    "serve",
    "--websocket-port",
    String(port),
    "--kafka-brokers",
    "127.0.0.1:1",
    "--log-level",
    "silent",
  ]);
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
    if (answer?.ok) break;
    await Bun.sleep(2);
  }
  notes.push(
    `time from start of the binary to the first answer: ${Math.round(performance.now() - startMs)} ms`,
  );
  await server.stop();
}

function row(
  name: string,
  records: number,
  seconds: number,
  cost: number,
  bare: number | null,
  goal: string,
): void {
  const rate = Math.round(records / seconds).toLocaleString("en");
  rows.push([
    name,
    String(records),
    seconds.toFixed(2),
    rate,
    cost.toFixed(2),
    bare === null ? "" : (cost / bare).toFixed(2),
    goal,
  ]);
}

const notes: string[] = [];
const bare = await bareConsumer();
await pipeline(0, RECORDS, bare, "5");
await pipeline(1, RECORDS, bare, "7");
await pipeline(10, RECORDS, bare, "17");
await pipeline(100, Math.floor(RECORDS / 10), bare, "");
await compareFanOut();
await redriving();
await stageCosts();
await limiterCosts();
await latencyAndMemory();
await virtualTime();
await startTime();
const widths =
  rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
const table = rows.map(
  (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`,
);
const setting = `values of ${VALUE_BYTES} bytes, one partition, embedded broker in a process of its own`;
process.stdout.write([...table, "", setting, ...notes, ""].join("\n"));
