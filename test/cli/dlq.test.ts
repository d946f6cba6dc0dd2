// What the commands on dead letters print, and what they refuse.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../sim/broker/broker.ts";
import type { CliContext } from "../../src/cli/context.ts";
import { dlqCommand } from "../../src/cli/dlq.ts";
import { createPrinter } from "../../src/cli/printer.ts";
import { CONNECT_HEADERS, OLD_LIBRARY_LETTER } from "../dlq/families/samples.ts";
import { T0 } from "../dlq/records.ts";
import { event } from "../server/pipeline-rig.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { RecordedOutput, runCommand, startCommandLine } from "./cli-rig.ts";

const TOPIC = "telemetry";
const DLQ = `${TOPIC}-dlq`;

let broker: Broker;
let state: string;
beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), "dashstream-cli-dlq-"));
  broker = await startEmbeddedBroker({ autoCreateTopics: false });
  broker.createTopic(TOPIC, { partitions: 4 });
  broker.createTopic(DLQ);
  broker.createTopic("empty-dlq", { partitions: 2 });
  const connect = (value: Buffer | null, changes: Readonly<Record<string, string>> = {}) => ({
    timestampMs: T0 + 1000,
    key: Buffer.from([0xff, 0x00]),
    value,
    headers: Object.entries({ app: "mine", ...CONNECT_HEADERS, ...changes }).map(([key, text]) => ({
      key,
      value: Buffer.from(text),
    })),
  });
  const library = {
    ...OLD_LIBRARY_LETTER,
    source_partition: -1,
    source_offset: -1,
    original_key_base64: null,
  };
  broker.append(DLQ, 0, [
    { timestampMs: T0, key: null, value: Buffer.from(JSON.stringify(library)) },
    connect(event("thread-1", 7)),
    connect(Buffer.from("\u001b[31mred"), {
      "__connect.errors.exception.message": "\u001b]0;title\u0007 bad",
      "__connect.errors.exception.stacktrace": "first\n\tat second\r\n\tat third",
    }),
    { timestampMs: T0 + 2000, key: null, value: null },
  ]);
});
afterAll(async () => {
  await broker.stop();
  rmSync(state, { recursive: true });
});

const env = () => ({ KAFKA_BROKERS: broker.bootstrap, KAFKA_TOPIC: TOPIC, XDG_STATE_HOME: state });

function dlq(...args: readonly string[]) {
  return runCommand([dlqCommand], ["dlq", ...args], { env: env() });
}

function startDlq(args: readonly string[], context: Partial<CliContext>) {
  return startCommandLine([dlqCommand], ["dlq", ...args], { env: env(), context });
}

describe("dlq ls", () => {
  test("prints one letter a line, newest first, in columns", async () => {
    const { exitCode, stdout, stderr } = await dlq("ls");
    const columns = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/ {2,}/));
    expect(columns).toEqual([
      ["TIME (UTC)", "PLACE", "FAMILY", "TYPE", "SOURCE", "TENANT", "THREAD", "HOPS", "ERROR"],
      ["2026-01-01 00:00:02", "0:3", "unknown", "-", "-", "-", "-", "0", ""],
      [
        ...["2026-01-01 00:00:01", "0:2", "connect", "DataException", "telemetry 3:42", "-", "-", "0"],
        "\ufffd]0;title\ufffd bad",
      ],
      [
        ...[
          "2026-01-01 00:00:01",
          "0:1",
          "connect",
          "DataException",
          "telemetry 3:42",
          "acme",
          "thread-1",
          "0",
        ],
        "Converting byte[] to Kafka Connect data failed",
      ],
      [
        ...[
          "2026-01-01 00:00:00",
          "0:0",
          "dashstream",
          "processing_error",
          "telemetry",
          "acme",
          "thread-1",
          "0",
        ],
        "handler failed",
      ],
    ]);
    expect([exitCode, stderr]).toEqual([0, "letters: 4, 1 of them no dead letter that can be told\n"]);
  });

  test("says that there may be more than it was asked for", async () => {
    const { stdout, stderr } = await dlq("ls", "--limit", "1", "--oldest");
    expect(stdout).toContain("0:0");
    expect(stderr).toBe("letters: 1; there may be more (--limit)\n");
  });

  test("says how many its filter left out", async () => {
    for (const order of [[], ["--oldest"]]) {
      const { stderr } = await dlq("ls", "--tenant", "acme", ...order);
      expect(stderr).toBe("letters: 2; filtered out: 2\n");
    }
    const { stdout } = await dlq("ls", "--tenant", "acme", "--json");
    expect(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
      type: "summary",
      read: 4,
      filtered: 2,
      shown: 2,
    });
  });

  test("of a topic without letters prints none", async () => {
    expect(await dlq("ls", "--kafka-dlq-topic", "empty-dlq")).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: "letters: 0\n",
    });
  });

  test("of a topic that does not exist fails", async () => {
    const { exitCode, stderr } = await dlq("ls", "--kafka-dlq-topic", "nope");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: .*topic nope/);
  });

  test("refuses a filter that makes no sense", async () => {
    expect(await dlq("ls", "--since", "soon")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('error: --since is "soon", expected how long ago'),
    });
  });
});

describe("dlq stats", () => {
  test("prints a table for each thing it counts by", async () => {
    const { exitCode, stdout } = await dlq("stats", "--family", "connect");
    expect(exitCode).toBe(0);
    expect(stdout.split("\n").map((line) => line.trim())).toEqual([
      "2 dead letters in telemetry-dlq",
      "from 2026-01-01T00:00:01.000Z to 2026-01-01T00:00:01.000Z",
      ...["", "letters  family", "2  connect"],
      ...["", "letters  error type", "2  org.apache.kafka.connect.errors.DataException"],
      ...["", "letters  tenant", "1  acme", "1  (none)"],
      ...["", "letters  hour (UTC)", "2  2026-01-01T00"],
      ...["", "letters  redrives before", "2  0"],
      "",
    ]);
  });

  test("say in their help that a record may count more than once", async () => {
    const text = (await dlq("stats", "--help")).stdout.replaceAll(/\s+/g, " ");
    expect(text).toContain("one that failed again has a letter for each time, and counts as often");
  });

  test("of one letter say so", async () => {
    expect((await dlq("stats", "--offset", "1")).stdout).toStartWith("1 dead letter in telemetry-dlq\n");
  });

  test("of nothing say so", async () => {
    const { stdout } = await dlq("stats", "--kafka-dlq-topic", "empty-dlq");
    expect(stdout).toBe("0 dead letters in empty-dlq\n");
  });
});

describe("a filter that means nothing", () => {
  test.each([
    [["ls", "--partition", "7"]],
    [["ls", "--partition", "0,7", "--since", "1h"]],
    [["stats", "--partition", "7"]],
    [["redrive", "--partition", "7"]],
    [["purge", "--before", "1", "--partition", "7"]],
  ])("because there is no such partition is refused: %j", async (args) => {
    expect(await dlq(...args)).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringContaining("--partition is 7, expected for topic telemetry-dlq 0, its only one"),
    });
  });

  test.each([["ls"], ["stats"], ["redrive"]])(
    "because it ends before it begins is refused: %s",
    async (name) => {
      expect(await dlq(name, "--since", "30m", "--until", "1h")).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('--until is "1h", expected a time after that of --since "30m"'),
      });
    },
  );

  test.each([[["ls"]], [["ls", "--oldest", "--json"]], [["stats"]], [["redrive"]]])(
    "because no letter has its type is told which types there are: %j",
    async (args) => {
      const { exitCode, stderr } = await dlq(...args, "--type", "DataExeption,processing_error");
      expect(exitCode).toBe(0);
      expect(stderr).toMatch(
        /^note: no letter that was read has --type "DataExeption"; read: .*DataException/m,
      );
    },
  );
});

describe("dlq show", () => {
  test("prints what the letter says, and the message in it", async () => {
    const { exitCode, stdout } = await dlq("show", "0:1");
    expect(exitCode).toBe(0);
    const fields = stdout
      .trimEnd()
      .split("\n")
      .map((line) => [line.slice(0, 16).trim(), line.slice(18)]);
    expect(fields).toContainEqual(["letter", "0:1 of telemetry-dlq"]);
    expect(fields).toContainEqual(["source", "telemetry 3:42"]);
    expect(fields).toContainEqual(["connector", "sink"]);
    expect(fields).toContainEqual(["record id", "telemetry-3-42"]);
    expect(fields).toContainEqual(["key", "/wA= (base64)"]);
    expect(fields).toContainEqual(["header", 'app: "mine"']);
    expect(fields).toContainEqual(["value", `${event("thread-1", 7).length} bytes, in the letter`]);
    expect(fields).toContainEqual(["message", "event EVENT_TYPE_UNSPECIFIED n".replace("EVENT_TYPE_", "")]);
  });

  test("lets no control character through, and dumps what it cannot decode", async () => {
    const { stdout } = await dlq("show", "0:2");
    expect(stdout).toContain("first\n");
    expect(stdout).toContain(`${" ".repeat(18)}  at third\n`);
    expect(stdout).toMatch(/message +not decodable: \w+/);
    expect(stdout).toContain("  000000  1b 5b 33 31 6d 72 65 64                          .[31mred\n");
    expect(stdout.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  });

  test("of a letter of a producer tells what is assumed", async () => {
    const { stdout } = await dlq("show", "0:0");
    expect(stdout).toMatch(/^source +telemetry$/m);
    expect(stdout).toMatch(/^record id +telemetry-dlq-0-0$/m);
    expect(stdout).toMatch(/^headers +not known$/m);
  });

  test("of what is no letter says so", async () => {
    const { exitCode, stdout } = await dlq("show", "0:3");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^family +unknown$/m);
    expect(stdout).toMatch(/^record +no_payload: 0:3 is no dead letter that can be told$/m);
  });

  test.each([
    [["show", "17"], 2, 'the place is "17", expected PARTITION:OFFSET'],
    [["show"], 2, "missing required argument"],
    [["show", "0:99"], 1, "topic telemetry-dlq has no record at 0:99"],
    [["show", "9:0"], 1, "telemetry-dlq"],
  ])("%j fails", async (args, code, message) => {
    expect(await dlq(...args)).toMatchObject({ exitCode: code, stderr: expect.stringContaining(message) });
  });
});

describe("dlq redrive", () => {
  test("says what it would send, and what not and why", async () => {
    const { exitCode, stdout } = await dlq("redrive");
    expect(exitCode).toBe(1);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.trim()),
    ).toEqual([
      "dry run: 3 of 4 letters would be sent; add --execute to send them",
      "1  unknown_family",
      "0:3",
      "1  sent with the thread id for a key",
      "1  sent without their original headers",
      "to send  skipped  failed  error type",
      "2        0       0  org.apache.kafka.connect.errors.DataException",
      "0        1       0  (none)",
      "1        0       0  processing_error",
      `ledger: ${state}/dashstream/redrive/dashstream-embedded.telemetry-dlq.jsonl (not written)`,
    ]);
  });

  test.each([
    [["--rate", "0"], "--rate"],
    [["--batch", "0"], "--batch"],
    [["--max-hops", "x"], "--max-hops"],
    [["--family", "kafka"], '--family is "kafka"'],
    [["--to-topic", "a/b"], "--to-topic"],
  ])("%j is refused", async (args, message) => {
    expect(await dlq("redrive", ...args)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(message),
    });
  });
});

describe("dlq redrive --rate", () => {
  const slowly = ["redrive", "--execute", "--rate", "1", "--family", "connect"];

  test("shows on a terminal what was sent while it waits for its rate", async () => {
    const stdout = new RecordedOutput(true);
    const ended = new AbortController();
    const run = startDlq([...slowly, "--ledger", join(state, "slow.jsonl")], {
      printer: createPrinter(stdout, new RecordedOutput(true), {}),
      interrupted: ended.signal,
    });
    await stdout.shows(/read \d of 4, sent 1\b/);
    expect(stdout.text).not.toContain("letters in");
    ended.abort();
    await run.exitCode;
  });

  test("prints nothing of it elsewhere", async () => {
    const { stdout, stderr } = await dlq(...slowly, "--ledger", join(state, "quiet.jsonl"));
    expect(stdout).toStartWith("sent 2 of 4 letters in ");
    expect(stderr).toBe("");
  });
});

describe("dlq purge", () => {
  test("says what it would delete in each partition, and deletes nothing", async () => {
    const { exitCode, stdout } = await dlq("purge", "--before", "2026-01-01T00:00:01Z");
    expect(exitCode).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.trim().split(/ {2,}/)),
    ).toEqual([
      ["partition", "from", "before", "to delete", "left"],
      ["0", "0", "1", "1", "3"],
      ["dry run: 1 dead letter of telemetry-dlq would be deleted; add --execute to delete"],
    ]);
    expect(broker.startOffsets(DLQ)).toEqual([0]);
  });

  test("tells where it stops", async () => {
    const { stdout } = await dlq("purge", "--redriven");
    expect(stdout).toContain("stops: 0:0 was not redriven to telemetry");
  });

  test.each([
    [["purge"], "either --before or --redriven"],
    [["purge", "--before", "1", "--redriven"], "either --before or --redriven"],
    [["purge", "--before", "1", "--to-topic", "x"], "--to-topic says nothing with --before"],
    [["purge", "--before", "1", "--ledger", "x"], "--ledger says nothing with --before"],
    [["purge", "--before", "soon"], '--before is "soon", expected an offset, how long ago'],
  ])("%j is refused", async (args, message) => {
    expect(await dlq(...args)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) });
  });
});

describe("help", () => {
  test("lists the commands in a line each, and explains one at length", async () => {
    const { stdout } = await dlq("--help");
    expect(stdout).toMatch(/^ {2}redrive .*Send dead letters back where they came$/m);
    expect(stdout).not.toContain("ledger");
    expect((await dlq("redrive", "--help")).stdout).toContain("at least once: a ledger keeps what was sent");
    expect((await dlq("purge", "--help")).stdout).toContain("Kafka deletes from the start of a partition");
  });
});
