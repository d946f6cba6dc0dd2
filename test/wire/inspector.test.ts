import { describe, expect, test } from "bun:test";
import { RAW_FRAME, withFrame, ZSTD_FRAME } from "../../src/wire/frame.ts";
import { Inspector, type InspectorOptions } from "../../src/wire/inspector.ts";
import { encodeMessage } from "../../src/wire/messages.ts";
import type { HeaderInit } from "../../src/wire/model.ts";
import { compress } from "../../src/wire/zstd.ts";

const MAX_BYTES = 1000;
const open = (options: Partial<InspectorOptions> = {}) =>
  new Inspector({ maxPayloadBytes: MAX_BYTES, schemaPolicy: "exact", ...options });
const event = (header: HeaderInit = {}, padding = 0) =>
  encodeMessage({
    event: { header: { threadId: "t", sequence: 1, ...header }, nodeId: "x".repeat(padding) },
  });

describe("framing", () => {
  test("raw, zstd, unframed and bare zstd values all read", () => {
    for (const value of [
      withFrame(RAW_FRAME, event()),
      withFrame(ZSTD_FRAME, compress(event(), 3)),
      event(),
      compress(event(), 3),
    ]) {
      const inspector = open();
      expect(inspector.inspect(value)).toBeNull();
      expect(inspector.header(0)?.threadId).toBe("t");
    }
  });

  test("strict readers take framed values only, and say what they found", () => {
    const inspector = open({ framing: "strict" });
    expect(inspector.inspect(event())).toBe("invalid_protobuf");
    expect(inspector.error).toContain("Invalid compression header byte: 0x0a");
  });

  test("an empty value is an unknown decode error, a lone framing byte a message that is not sent", () => {
    const inspector = open();
    expect(inspector.inspect(Buffer.alloc(0))).toBe("unknown_decode_error");
    expect(inspector.error).toContain("Empty message payload");
    expect(inspector.inspect(Buffer.from([0]))).toBeNull();
    expect([inspector.kind, inspector.headers, inspector.forward]).toEqual([0, 0, null]);
  });

  test("a variant that this schema does not know is delivered without a header", () => {
    const inspector = open();
    const unknown = Buffer.from([0, 0xfa, 0x01, 0x02, 0x08, 0x01]);
    expect(inspector.inspect(unknown)).toBeNull();
    expect([inspector.kind, inspector.headers]).toEqual([0, 0]);
    expect(inspector.forward).toEqual(unknown);
  });
});

describe("size", () => {
  const exactly = (bytes: number) => {
    const short = event({}, 100).length;
    const body = event({}, 100 + bytes - short - (bytes > 200 ? 2 : 0));
    return body.length === bytes ? body : event({}, 100 + bytes - short - 3);
  };

  test("the limit is of the value without its framing byte", () => {
    const body = exactly(MAX_BYTES);
    expect(body.length).toBe(MAX_BYTES);
    expect(open().inspect(withFrame(RAW_FRAME, body))).toBeNull();
    expect(open().inspect(body)).toBeNull();
    const larger = exactly(MAX_BYTES + 1);
    expect(larger.length).toBe(MAX_BYTES + 1);
    expect(open().inspect(withFrame(RAW_FRAME, larger))).toBe("payload_too_large");
    expect(open().inspect(larger)).toBe("payload_too_large");
  });

  test("of a value that is too large the header is still read", () => {
    const inspector = open();
    expect(inspector.inspect(withFrame(RAW_FRAME, event({ threadId: "big", sequence: 9 }, 2000)))).toBe(
      "payload_too_large",
    );
    expect(inspector.header(0)).toMatchObject({ threadId: "big", sequence: 9 });
    expect(inspector.error).toContain("exceeds maximum 1000");
  });

  test("counts after decompression", () => {
    const bomb = compress(event({}, 50_000), 3);
    expect(bomb.length).toBeLessThan(MAX_BYTES);
    const inspector = open();
    expect(inspector.inspect(withFrame(ZSTD_FRAME, bomb))).toBe("payload_too_large");
    expect(inspector.protobuf.length).toBe(0);
  });
});

describe("a frame that lies about its content", () => {
  const frame = () => Buffer.from(compress(event({}, 600), 3));

  test("is a decompression failure", () => {
    const lying = frame();
    // The content size of a single-segment frame of 256 to 65,791 bytes: two bytes behind the descriptor.
    lying.writeUInt16LE(lying.readUInt16LE(5) - 1, 5);
    expect(open().inspect(withFrame(ZSTD_FRAME, lying))).toBe("decompression_failed");
  });

  test("so are trailing bytes and a second frame", () => {
    for (const bytes of [Buffer.concat([frame(), Buffer.from([0])]), Buffer.concat([frame(), frame()])]) {
      expect(open().inspect(withFrame(ZSTD_FRAME, bytes))).toBe("decompression_failed");
    }
  });
});

describe("malformed bytes are never called a schema mismatch", () => {
  const cases: [string, number[], string][] = [
    ["a wrong wire type for a known field", [0x08, 0x01], "invalid_protobuf"],
    ["field number 0", [0x02, 0x00], "invalid_protobuf"],
    ["a group", [0x0b, 0x0c], "invalid_protobuf"],
    ["the end of a group", [0x0c], "invalid_protobuf"],
    ["a varint of 65 bits", [0x0a, 0x0b, 0x28, ...Array(9).fill(0xff), 0x02], "invalid_protobuf"],
    ["a length beyond the end", [0x0a, 0x05, 0x0a], "buffer_underflow"],
    [
      "a varint of eleven bytes",
      [0x0a, 0x0d, 0x0a, 0x0b, 0x28, ...Array(10).fill(0xff), 0x01],
      "invalid_protobuf",
    ],
    ["text that is not UTF-8", [0x0a, 0x06, 0x0a, 0x04, 0x22, 0x02, 0xc3, 0x28], "invalid_protobuf"],
    ["JSON", [...Buffer.from('{"thread_id":"a"}')], "buffer_underflow"],
  ];
  for (const [what, bytes, code] of cases) {
    test(`${what}: ${code}, with the place in words`, () => {
      const inspector = open();
      const verdict = inspector.inspect(Buffer.from([0, ...bytes]));
      if (what === "JSON") expect(["invalid_protobuf", "buffer_underflow"]).toContain(verdict ?? "");
      else expect(verdict).toBe(code as typeof verdict);
      expect(inspector.error).toMatch(/at byte \d+: /);
    });
  }
});

describe("schema version", () => {
  const judge = (
    schemaVersion: number,
    schemaPolicy: InspectorOptions["schemaPolicy"],
    expectedSchemaVersion = 1,
  ) => open({ schemaPolicy, expectedSchemaVersion }).inspect(withFrame(RAW_FRAME, event({ schemaVersion })));

  test("0 counts as 1; exact takes nothing else", () => {
    expect([judge(0, "exact"), judge(1, "exact"), judge(2, "exact")]).toEqual([
      null,
      null,
      "schema_mismatch",
    ]);
  });

  test("forward also takes newer ones, backward older ones", () => {
    expect([judge(3, "forward", 2), judge(1, "forward", 2)]).toEqual([null, "schema_mismatch"]);
    expect([judge(1, "backward", 2), judge(3, "backward", 2)]).toEqual([null, "schema_mismatch"]);
  });

  test("is checked in a batch's own header too", () => {
    const batch = encodeMessage({ eventBatch: { header: { schemaVersion: 2 }, events: [{}] } });
    expect(open().inspect(withFrame(RAW_FRAME, batch))).toBe("schema_mismatch");
  });

  test("is checked in every header of a batch, and the error says in which", () => {
    const batch = encodeMessage({
      eventBatch: {
        header: { schemaVersion: 1 },
        events: [{ header: { schemaVersion: 1 } }, { header: { schemaVersion: 2 } }],
      },
    });
    const inspector = open();
    expect(inspector.inspect(withFrame(RAW_FRAME, batch))).toBe("schema_mismatch");
    expect(inspector.error).toContain("event[1]");
    expect(inspector.error).toContain("expected v1, got v2");
    expect(inspector.headers).toBe(2);
  });
});
