// Halted threads end to end: the embedded broker, a server with SEQUENCE_GAP_POLICY=halt, and the command over HTTP.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { threadsCommand } from "../../src/cli/threads.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";
import { event } from "../server/pipeline-rig.ts";
import { collect, readerOf } from "../stream/range-rig.ts";
import { Reports } from "../stream/stream-rig.ts";
import { type RunningAppliance, startAppliance } from "../support/appliance.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { connectStream, type StreamClient } from "../support/stream-client.ts";
import { runCommand } from "./cli-rig.ts";

const TOPIC = "telemetry";
/** Ids that a path, a shell or a terminal may stumble over. */
const ODD_IDS = [
  "a/b",
  "100%",
  "%2F",
  "..",
  ".",
  "-dash",
  "--all",
  "two words",
  "späth/運行 🙂",
  "q?x=1#y",
  'quote"back\\slash',
  "reset",
  "esc\u001b[31m",
];

let broker: Broker;
let server: RunningAppliance | null;
let errors: string[];
let offsets: number[];
let stream: StreamClient | null;
const reports = new Reports();

beforeEach(async () => {
  [errors, offsets, stream, server] = [[], [], null, null];
  broker = await startEmbeddedBroker();
  broker.createTopic(TOPIC);
  broker.createTopic(`${TOPIC}-dlq`);
});
afterEach(async () => {
  stream?.close();
  await server?.stop();
  await broker.stop();
});

/** A server that halts, and a client that gets what it delivers. */
async function start(env: Record<string, string> = {}): Promise<void> {
  const log: Log = { ...silentLog, error: (text) => errors.push(text) };
  const halting = { SEQUENCE_GAP_POLICY: "halt", ...env };
  server = await startAppliance({ brokers: broker.bootstrap, topic: TOPIC, env: halting, log });
  stream = await connectStream(server.wsUrl, {
    hello: { type: "resume", from: "latest", lastOffsetsByPartition: {} },
    onRecord({ offset }) {
      offsets.push(offset);
      reports.changed();
    },
  });
}

async function restart(): Promise<void> {
  stream?.close();
  await server?.stop();
  await start();
}

/** Appends records of a thread; gives their offsets. */
function append(threadId: string, ...numbers: readonly number[]): readonly number[] {
  return numbers.map((sequence) =>
    broker.append(TOPIC, 0, [
      { timestampMs: 0, key: Buffer.from(threadId), value: event(threadId, sequence) },
    ]),
  );
}

/** Everything appended was handled, with its dead letters. */
async function handled(): Promise<void> {
  await server?.appliance.handledUpTo(new Map(broker.endOffsets(TOPIC).entries()));
}

const delivered = (count: number) => reports.until(() => offsets.length >= count);

async function deadLetters(): Promise<readonly unknown[]> {
  const [end = 0] = broker.endOffsets(`${TOPIC}-dlq`);
  const reader = readerOf(broker.bootstrap);
  const records = await collect(reader.read(`${TOPIC}-dlq`, 0, 0, end));
  await reader.close();
  return records.map(({ value }) => {
    const { error_type, kafka_offset, original_message } = JSON.parse(String(value));
    return [error_type, Number(kafka_offset), original_message.thread_id, original_message.sequence];
  });
}

const haltedGauge = () => server?.appliance.metrics.gauge("dashstream_sequence_halted_threads").value;

const threads = (args: readonly string[], env: Record<string, string> = {}) =>
  runCommand([threadsCommand], ["threads", ...args], {
    env: { WEBSOCKET_PORT: new URL(server?.url ?? "http://x:1").port, ...env },
  });

describe("a gap under policy halt", () => {
  test("ends delivery of its thread only, is logged once, and further records become dead letters", async () => {
    await start();
    const good = [...append("run-17", 1), ...append("other", 1)];
    const lost = append("run-17", 4, 5, 6);
    good.push(...append("other", 2));
    await delivered(3);
    await handled();
    expect(offsets).toEqual(good);
    expect(await deadLetters()).toEqual(lost.map((offset, i) => ["thread_halted", offset, "run-17", i + 4]));
    expect(errors).toEqual(["❌ HALTED thread run-17 due to gap"]);
    expect(haltedGauge()).toBe(1);
    expect(await threads(["ls"])).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: [
        "partition  expected  received  missing  thread",
        "        0         2         4        2  run-17\n",
      ].join("\n"),
    });
  });

  test("is over for a thread that is reset: its next record is a new baseline", async () => {
    await start();
    append("run-17", 1, 3, 4);
    await handled();
    expect(await threads(["reset", "run-17"])).toEqual({
      exitCode: 0,
      stdout: "reset: run-17\n",
      stderr: "",
    });
    expect(haltedGauge()).toBe(0);
    expect((await threads(["ls"])).stdout).toBe("no thread is halted\n");
    const after = append("run-17", 9, 10);
    await delivered(3);
    expect(offsets).toEqual([0, ...after]);
    append("run-17", 12);
    await handled();
    expect(haltedGauge()).toBe(1);
    expect(errors.length).toBe(2);
  });

  test("is over after a restart", async () => {
    await start();
    append("run-17", 1, 3);
    await delivered(1);
    await handled();
    expect(haltedGauge()).toBe(1);
    await restart();
    expect(haltedGauge()).toBe(0);
    const after = append("run-17", 4, 5);
    await delivered(3);
    expect(offsets.slice(-2)).toEqual([...after]);
    expect((await threads(["ls", "--json"])).stdout).toBe('{"threads":[]}\n');
  });
});

describe("threads", () => {
  test("names and releases every thread, whatever it is called", async () => {
    await start();
    for (const id of ODD_IDS) append(id, 1, 3);
    await handled();
    const listed = JSON.parse((await threads(["ls", "--json"])).stdout).threads;
    expect(listed).toEqual(
      ODD_IDS.map((thread_id) => ({ partition: 0, thread_id, expected: 2, received: 3, missing: 1 })),
    );
    const shown = (await threads(["ls"])).stdout;
    expect(shown).toContain('  "esc\\u001b[31m"\n');
    expect(shown).toContain("  a/b\n");
    for (const [i, id] of ODD_IDS.entries()) {
      const { exitCode, stdout } = await threads(["reset", "--json", "--", id]);
      expect([exitCode, JSON.parse(stdout)]).toEqual([0, { reset: [id], not_tracked: [] }]);
      expect(haltedGauge()).toBe(ODD_IDS.length - i - 1);
    }
    const before = offsets.length;
    for (const id of ODD_IDS) append(id, 4);
    await delivered(before + ODD_IDS.length);
  });

  test("resets all that are halted, or several at once", async () => {
    await start();
    for (const id of ["a", "b", "c"]) append(id, 1, 3);
    await handled();
    const some = await threads(["reset", "a", "nobody", "c"]);
    expect(some).toEqual({
      exitCode: 1,
      stdout: "reset: a\nreset: c\n",
      stderr: "error: the server knows no thread nobody\n",
    });
    expect((await threads(["reset", "--all"])).stdout).toBe("reset: 1 halted threads\n");
    expect(haltedGauge()).toBe(0);
    expect((await threads(["reset", "--all"])).stdout).toBe("no thread was halted\n");
    expect((await threads(["reset", "--all", "--json"])).stdout).toBe('{"reset_count":0}\n');
  });

  test("presents the admin token, and says so when the server wants one", async () => {
    await start({ ADMIN_TOKEN: "s3cret" });
    const without = await threads(["ls"]);
    expect(without.exitCode).toBe(1);
    expect(without.stderr).toContain("the server wants its admin token; set ADMIN_TOKEN or ADMIN_TOKEN_FILE");
    const wrong = await threads(["reset", "--all"], { ADMIN_TOKEN: "guess" });
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain("the server does not take this admin token");
    expect(await threads(["ls"], { ADMIN_TOKEN: "s3cret" })).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("asks the server at --url, and exits 1 when nobody answers there", async () => {
    await start();
    const url = server?.url ?? "";
    expect((await threads(["ls", "--url", url], { WEBSOCKET_PORT: "1" })).exitCode).toBe(0);
    const nobody = await threads(["ls", "--url", "http://127.0.0.1:1"]);
    expect(nobody.exitCode).toBe(1);
    expect(nobody.stderr).toStartWith(
      "error: http://127.0.0.1:1/admin/threads/halted: the server cannot be reached",
    );
  });

  test("says that what answers at --url is no server with such calls", async () => {
    await start();
    const { exitCode, stderr } = await threads(["ls", "--url", `${server?.url}/other`]);
    expect([exitCode, stderr]).toEqual([
      1,
      `error: ${server?.url}/other/admin/threads/halted: there is no dashstream server with admin calls (not found)\n`,
    ]);
  });

  test("says of too much and of too little what it is", async () => {
    expect((await threads(["reset", "--all", "a"])).stderr).toContain(
      "--all and ids of threads are both given",
    );
    expect((await threads(["reset"])).stderr).toContain("expected ids of threads, or --all");
  });

  test("exits 2 when it is used wrongly", async () => {
    for (const args of [
      ["reset"],
      ["reset", "--all", "a"],
      ["ls", "--url", "server:3002"],
      ["ls", "--url", "x"],
    ]) {
      expect([args, (await threads(args)).exitCode]).toEqual([args, 2]);
    }
  });
});
