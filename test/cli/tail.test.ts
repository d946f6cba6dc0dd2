import { afterEach, describe, expect, test } from "bun:test";
import { tailCommand } from "../../src/cli/tail.ts";
import type { HttpServer, PeerSocket } from "../../src/runtime/http.ts";
import { serveHttp } from "../../src/runtime/serve.ts";
import { EventType } from "../../src/wire/model.ts";
import { encodeRecordFrame } from "../../src/wire/record-frame.ts";
import { runCommand, startCommandLine } from "./cli-rig.ts";
import { header, nodeStart, TIMESTAMP_US, value } from "./messages.ts";

let server: HttpServer | undefined;
afterEach(() => server?.stop());

/** A server that answers each `resume` with `speak`, in a subprotocol if it is given one. */
async function serve(
  speak: (socket: PeerSocket, resume: unknown) => void,
  protocol?: string,
): Promise<string> {
  server = await serveHttp({
    hostname: "127.0.0.1",
    port: 0,
    maxFrameBytes: 65_536,
    maxBufferedBytes: 1024 * 1024,
    fetch: (_request, context) =>
      context.upgrade(
        (socket) => ({
          onText: (text) => speak(socket, JSON.parse(text)),
          onBinary() {},
          onDrain() {},
          onClose() {},
        }),
        protocol === undefined ? {} : { protocol },
      ) ?? new Response(null, { status: 400 }),
  });
  return String(server.port);
}

/** Sends values at rising offsets of partition 0. */
const sending =
  (...values: readonly Uint8Array[]) =>
  (socket: PeerSocket) => {
    for (const [offset, bytes] of values.entries()) {
      socket.send(JSON.stringify({ type: "cursor", partition: 0, offset: String(offset) }));
      socket.send(bytes);
    }
  };

async function tail(port: string, ...args: readonly string[]) {
  const protocol = args.includes("--protocol") ? [] : ["--protocol", "v1"];
  const run = await runCommand([tailCommand], ["tail", "--websocket-port", port, ...protocol, ...args]);
  return { ...run, lines: run.stdout.trimEnd().split("\n") };
}

const batch = value({
  message: "eventBatch",
  eventBatch: {
    header: header({ sequence: 0n }),
    events: [{ header: header({ tenantId: "inner" }), eventType: EventType.EVENT_TYPE_NODE_ERROR }],
  },
});

describe("tail", () => {
  test("says when a cursor is stale because the log was made anew, and prints what there is", async () => {
    const stale = {
      type: "cursor_stale",
      partition: 0,
      requested: "99",
      oldest: "0",
      logEndOffset: "1",
      message: "made anew",
    };
    const port = await serve((socket) => {
      socket.send(JSON.stringify(stale));
      sending(nodeStart())(socket);
    });
    const { exitCode, stdout, stderr } = await tail(port, "--from", "0:99", "--limit", "1");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("0:0  acme");
    expect(stderr).toContain("cursor is stale: made anew");
  });

  test("prints records and ends after --limit of them", async () => {
    const port = await serve(sending(nodeStart(), nodeStart({ sequence: 8n }), nodeStart({ sequence: 9n })));
    const { exitCode, stdout, stderr } = await tail(port, "--limit", "2");
    expect([exitCode, stdout]).toEqual([
      0,
      "03:04:05.678  0:0  acme  thread-1  #7  event  NODE_START plan\n" +
        "03:04:05.678  0:1  acme  thread-1  #8  event  NODE_START plan\n",
    ]);
    expect(stderr).toBe("connected\nrecords received: 2, shown: 2, missed: 0\n");
  });

  test.each([
    [["--from", "earliest"], "earliest", {}],
    [[], "latest", {}],
    [["--from", "0:12,3:4"], "cursor", { 0: "12", 3: "4" }],
  ])("with %p begins there", async (args, from, lastOffsetsByPartition) => {
    const resumed = Promise.withResolvers<unknown>();
    const port = await serve((socket, resume) => {
      resumed.resolve(resume);
      sending(...Array.from({ length: 20 }, () => nodeStart()))(socket);
    });
    await tail(port, "--limit", "1", ...args);
    expect(await resumed.promise).toEqual({
      type: "resume",
      mode: "partition",
      from,
      lastOffsetsByPartition,
    });
  });

  test.each([
    [["--tenant", "other"], ["0:1"]],
    [
      ["--tenant", "other,inner"],
      ["0:1", "0:2"],
    ],
    [["--thread", "thread-2"], ["0:3"]],
    [["--type", "event_batch"], ["0:2"]],
    [["--type", "node_error"], ["0:2"]],
    [
      ["--type", "NODE_START", "--tenant", "acme"],
      ["0:0", "0:3"],
    ],
  ])("with %p shows only those", async (args, places) => {
    const values = [
      nodeStart(),
      nodeStart({ tenantId: "other" }),
      batch,
      nodeStart({ threadId: "thread-2" }),
    ];
    const port = await serve(sending(...values));
    const { lines } = await tail(port, "--limit", String(places.length), ...args);
    expect(lines.map((line) => line.split("  ")[1])).toEqual(places);
  });

  test("writes one JSON object a line for programs, and last a summary", async () => {
    const port = await serve((socket) => {
      const range = { partition: 1, fromOffset: "5", toOffset: "6", count: 2 };
      socket.send(
        JSON.stringify({ type: "gap", count: 2, severity: "info", message: "slow", ranges: [range] }),
      );
      sending(nodeStart(), Uint8Array.of(0, 255))(socket);
    });
    const { exitCode, lines, stderr } = await tail(port, "--limit", "2", "--json");
    expect([exitCode, stderr]).toEqual([0, "connected\n"]);
    const [gap, record, bad, summary] = lines.map((line) => JSON.parse(line));
    expect(gap).toMatchObject({
      type: "gap",
      count: 2,
      ranges: [{ partition: 1, fromOffset: 5, toOffset: 6 }],
    });
    expect(record).toMatchObject({ type: "record", partition: 0, offset: 0, kind: "event" });
    expect(record.message).toMatchObject({ eventType: 10, eventTypeName: "NODE_START" });
    expect(record.message.header).toMatchObject({
      messageId: "AQEBAQEBAQEBAQEBAQEBAQ==",
      timestampUs: String(TIMESTAMP_US),
      sequence: "7",
    });
    expect(bad).toMatchObject({ type: "record", offset: 1, kind: null, value: "AP8=" });
    expect(bad.error.code).toBeString();
    expect(summary).toEqual({ type: "summary", records: 2, shown: 2, gaps: 1, missed: 2, duplicates: 0 });
  });

  test("leaves filtering to a server that can, and shows only events of the types that were asked for", async () => {
    const resumed = Promise.withResolvers<unknown>();
    const values = [nodeStart(), batch];
    const port = await serve((socket, resume) => {
      resumed.resolve(resume);
      const records = values.map((value, offset) => ({ offset, value }));
      socket.send(encodeRecordFrame([{ partition: 0, records, lastOffset: 1 }]));
    }, "dashstream.v2");
    const args = [
      "--tenant",
      "acme,inner",
      "--thread",
      "thread-1",
      "--type",
      "node_error,error",
      "--sample",
      ".5",
    ];
    const { lines, stderr } = await tail(port, "--protocol", "v2", "--limit", "1", ...args);
    expect(lines.map((line) => line.split("  ")[1])).toEqual(["0:1"]);
    expect(stderr).toBe("connected\nrecords received: 2, shown: 1, missed: 0\n");
    expect(await resumed.promise).toMatchObject({
      filter: {
        tenants: ["acme", "inner"],
        threads: ["thread-1"],
        types: ["error", "event", "event_batch"],
        sample: 0.5,
      },
    });
  });

  test("says so when the server speaks the original protocol only", async () => {
    const port = await serve(sending(nodeStart()));
    const { lines, stderr } = await tail(port, "--protocol", "v2", "--limit", "1");
    expect(lines).toHaveLength(1);
    expect(stderr).toContain("connected\nthe server speaks v1 only\n");
  });

  test("shows what the server decoded", async () => {
    const partitions = [
      {
        partition: 3,
        lastOffset: "6",
        records: [
          { offset: "4", kind: "event", message: { eventTypeName: "NODE_START" } },
          { offset: "5", kind: "event_batch", message: { events: [{ eventTypeName: "NODE_ERROR" }] } },
          { offset: "6", kind: "error", message: {} },
        ],
      },
    ];
    const port = await serve(
      (socket) => socket.send(JSON.stringify({ type: "records", partitions })),
      "dashstream.v2+json",
    );
    const args = ["--protocol", "v2+json", "--json", "--limit", "2", "--type", "NODE_ERROR,error"];
    const { lines } = await tail(port, ...args);
    expect(lines.slice(0, 2).map((line) => JSON.parse(line))).toEqual([
      {
        type: "record",
        partition: 3,
        offset: 5,
        kind: "event_batch",
        message: { events: [{ eventTypeName: "NODE_ERROR" }] },
      },
      { type: "record", partition: 3, offset: 6, kind: "error", message: {} },
    ]);
  });

  test("shows gaps and what cannot be decoded between the records", async () => {
    const port = await serve((socket) => {
      const range = { partition: 0, fromOffset: "5", toOffset: "6", count: 2 };
      socket.send(JSON.stringify({ type: "gap", severity: "info", message: "too slow", ...range }));
      sending(Uint8Array.of(0, 255))(socket);
    });
    const { lines, stderr } = await tail(port, "--limit", "1");
    expect(lines[0]).toBe("--- gap: 2 records missing (0:5-6): too slow");
    expect(lines[1]).toStartWith("0:0  not decodable: ");
    expect(stderr).toEndWith("records received: 1, shown: 1, missed: 2\n");
  });

  test("ends with 0 on Ctrl-C", async () => {
    const port = await serve(() => {});
    const run = startCommandLine([tailCommand], ["tail", "--websocket-port", port, "--json"]);
    await run.stderr.shows(/connected/);
    run.interrupt();
    expect(await run.exitCode).toBe(0);
    expect(JSON.parse(run.stdout.text)).toMatchObject({ type: "summary", records: 0 });
  });

  test("ends with 1 and the reason when it cannot connect", async () => {
    const args = ["tail", "--url", "ws://127.0.0.1:1/ws", "--retries", "0"];
    const { exitCode, stdout, stderr } = await runCommand([tailCommand], args);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("error: ws://127.0.0.1:1/ws: ");
    expect(stderr).toEndWith("(after 1 failed attempt)\n");
  });

  test.each([
    [["--from", "yesterday"], '--from is "yesterday"'],
    [["--from", "0:x"], '--from is "0:x"'],
    [["--type", "bogus"], '--type is "bogus"'],
    [["--limit", "0"], "'0' is invalid"],
    [["--sample", "1.5"], "expected a number from 0 to 1"],
    [["--protocol", "v3"], "Allowed choices are v2, v1, v2+json"],
    [["--protocol", "v2+json"], '--protocol is "v2+json", which needs --json'],
    [["--url", "http://x/ws"], '--url is "http://x/ws", expected ws://'],
  ])("refuses %p with exit code 2", async (args, message) => {
    const { exitCode, stderr } = await runCommand([tailCommand], ["tail", ...args]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});
