// Values made by encoders that are not ours (golden/make.sh) read as what they say.

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeFramed } from "../../src/wire/encode.ts";
import { withFrame, ZSTD_FRAME } from "../../src/wire/frame.ts";
import { Inspector } from "../../src/wire/inspector.ts";
import { type DecodedMessage, decodeMessage, encodeMessage } from "../../src/wire/messages.ts";
import { CompressionType, type DashStreamMessage } from "../../src/wire/model.ts";
import { describeReal, requireReal } from "../support/real-components.ts";

const GOLDEN = join(import.meta.dir, "golden");
const golden = (name: string) => readFileSync(join(GOLDEN, name));
const KINDS = [
  "event",
  "state_diff",
  "token_chunk",
  "tool_execution",
  "checkpoint",
  "metrics",
  "error",
  "event_batch",
  "execution_trace",
];
const inspector = new Inspector({ maxPayloadBytes: 1_048_576, schemaPolicy: "exact" });

function messageOf(decoded: DecodedMessage): DashStreamMessage {
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.message;
}

test("there is a golden value for every kind of message", () => {
  const names = readdirSync(GOLDEN).filter((name) => name.endsWith(".bin"));
  expect(names.sort()).toEqual(KINDS.map((kind) => `${kind}.bin`).sort());
});

for (const [index, kind] of KINDS.entries()) {
  describe(kind, () => {
    test("is deliverable, with its header, and forwarded byte for byte", () => {
      const value = withFrame(0x00, golden(`${kind}.bin`));
      expect(inspector.inspect(value)).toBeNull();
      expect(inspector.kind).toBe(index + 1);
      expect(inspector.forward).toEqual(value);
      if (kind === "event_batch") return;
      expect(inspector.headers).toBe(1);
      expect(inspector.header(0)).toMatchObject({
        threadId: "thread-1",
        tenantId: "acme",
        sequence: 42,
        sequenceText: "42",
        timestampUs: 1_700_000_000_123_456,
        schemaVersion: 1,
        messageType: index + 1,
      });
    });

    test("survives decoding and encoding without loss", () => {
      const decoded = messageOf(decodeMessage(golden(`${kind}.bin`)));
      const again = encodeMessage(decoded);
      expect(messageOf(decodeMessage(again))).toEqual(decoded);
      expect(again.length).toBe(golden(`${kind}.bin`).length);
    });
  });
}

test("fields of every type hold what protoc was told", () => {
  const decoded = messageOf(decodeMessage(golden("event.bin")));
  expect(decoded).toMatchObject({
    message: "event",
    event: {
      nodeId: "nöde",
      durationUs: 9_223_372_036_854_775_807n,
      attributes: {
        i: { value: "intValue", intValue: -5n },
        f: { value: "floatValue", floatValue: 0.5 },
        b: { value: "boolValue", boolValue: true },
        y: { value: "bytesValue" },
        a: { arrayValue: { values: [{ intValue: 1n }, { stringValue: "x" }] } },
        m: { mapValue: { values: { k: { boolValue: false } } } },
      },
    },
  });
  expect(messageOf(decodeMessage(golden("checkpoint.bin")))).toMatchObject({
    checkpoint: { compressionInfo: { uncompressedSize: 2n ** 64n - 1n, compressionRatio: 1.5 } },
  });
});

test("a batch gives the headers of its events and, apart, its own", () => {
  expect(inspector.inspect(withFrame(0x00, golden("event_batch.bin")))).toBeNull();
  expect(inspector.batchHeader).toMatchObject({ tenantId: "acme", sequence: 0 });
  expect([inspector.header(0)?.threadId, inspector.header(1)?.threadId]).toEqual(["thread-1", "thread-2"]);
  expect(inspector.header(1)?.sequenceText).toBe("18446744073709551615");
});

describe("zstd frames of the zstd command", () => {
  test("with a declared size are read, and forwarded byte for byte", () => {
    const value = withFrame(ZSTD_FRAME, golden("state_diff.zst"));
    expect(inspector.inspect(value)).toBeNull();
    expect(Buffer.from(inspector.protobuf)).toEqual(golden("state_diff.bin"));
    expect(inspector.forward).toEqual(value);
  });

  test("without framing byte are framed anew", () => {
    expect(inspector.inspect(golden("state_diff.zst"))).toBeNull();
    expect(inspector.forward).toEqual(withFrame(ZSTD_FRAME, golden("state_diff.zst")));
  });

  for (const [what, frame] of [
    ["a framing byte", withFrame(ZSTD_FRAME, golden("state_diff.stream.zst"))],
    ["no framing byte", golden("state_diff.stream.zst")],
  ] as const) {
    test(`with ${what} and no declared size are forwarded with one, the content unchanged`, () => {
      expect(inspector.inspect(frame)).toBeNull();
      const forwarded = Buffer.from(inspector.forward ?? []);
      const reader = new Inspector({ maxPayloadBytes: 1_048_576, schemaPolicy: "exact" });
      expect(reader.inspect(forwarded)).toBeNull();
      expect(reader.forward).toEqual(forwarded);
      expect(Buffer.from(reader.protobuf)).toEqual(golden("state_diff.bin"));
    });
  }

  test("we compress into what the zstd command reads", () => {
    if (!requireReal("zstd").available) return;
    const message = { event: { header: { threadId: "t" }, nodeId: "ab".repeat(1000) } };
    const framed = encodeFramed(message);
    expect(framed[0]).toBe(ZSTD_FRAME);
    const { stdout, exitCode } = Bun.spawnSync(["zstd", "-d", "-q", "-c"], { stdin: framed.subarray(1) });
    expect(exitCode).toBe(0);
    const compression = CompressionType.COMPRESSION_ZSTD;
    const sent = { event: { ...message.event, header: { threadId: "t", compression } } };
    expect(stdout).toEqual(encodeMessage(sent));
  });
});

describeReal("protoc", "the golden values", () => {
  for (const kind of KINDS) {
    test(`${kind} is what protoc makes of its text today, and protoc reads what we encode`, () => {
      const protoc = (mode: string, stdin: Uint8Array) => {
        const type = `--${mode}=dashstream.v1.DashStreamMessage`;
        const proto = join(import.meta.dir, "../../proto");
        const run = Bun.spawnSync(["protoc", `--proto_path=${proto}`, type, "dashstream.proto"], { stdin });
        expect(run.exitCode).toBe(0);
        return run.stdout;
      };
      const bytes = golden(`${kind}.bin`);
      // Maps have no order on the wire, so messages are compared and not bytes.
      const fresh = protoc("encode", golden(`${kind}.textproto`));
      expect(decodeMessage(fresh)).toEqual(decodeMessage(bytes));
      const ours = encodeMessage(messageOf(decodeMessage(bytes)));
      const again = protoc("encode", protoc("decode", ours));
      expect(decodeMessage(again)).toEqual(decodeMessage(bytes));
    });
  }
});
