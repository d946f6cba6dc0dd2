// Decoding agrees with protobufjs wherever both take the bytes, and needs nothing that a web page may forbid.

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import protobuf from "protobufjs";
import { decodeMessage } from "../../src/wire/decode-message.ts";
import { jsonValue } from "../../src/wire/message-json.ts";
import { encodeMessage } from "../../src/wire/messages.ts";

const Message = protobuf
  .parse(readFileSync(join(import.meta.dir, "../../proto/dashstream.proto"), "utf8"))
  .root.resolveAll()
  .lookupType("dashstream.v1.DashStreamMessage");
const DIR = join(import.meta.dir, "golden");
const golden = readdirSync(DIR)
  .filter((name) => name.endsWith(".bin"))
  .map((name) => readFileSync(join(DIR, name)));

/** As JSON, without what protobufjs writes for messages that are absent. */
function normal(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, jsonValue), (_key, member: unknown) => member ?? undefined);
}

function reference(bytes: Uint8Array): unknown {
  const longs = String;
  return normal(
    Message.toObject(Message.decode(bytes), { longs, bytes: String, defaults: true, oneofs: true }),
  );
}

function decoded(bytes: Uint8Array): unknown {
  const result = decodeMessage(bytes);
  if (!result.ok) throw new Error(result.error);
  return normal(result.message);
}

describe("a decoded message", () => {
  test("is what protobufjs reads in the values of other encoders", () => {
    for (const bytes of golden) expect(decoded(bytes)).toEqual(reference(bytes));
  });

  test("is what protobufjs reads, for any bytes that are a message", () => {
    const flipped = fc.tuple(fc.constantFrom(...golden), fc.nat(), fc.nat(255)).map(([bytes, at, byte]) => {
      const copy = Uint8Array.from(bytes);
      copy[at % copy.length] = byte;
      return copy;
    });
    let accepted = 0;
    fc.assert(
      fc.property(flipped, (bytes) => {
        if (!decodeMessage(bytes).ok) return;
        accepted++;
        expect(decoded(bytes)).toEqual(reference(bytes));
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(300);
  });

  test("has 64-bit integers of every length and sign exactly", () => {
    for (let bits = 0n; bits < 64n; bits++) {
      for (const value of [2n ** bits - 1n, 2n ** bits, 2n ** bits + 1n]) {
        const durationUs = BigInt.asIntN(64, value);
        const sequence = BigInt.asUintN(64, value);
        for (const signed of [durationUs, -durationUs]) {
          if (signed === 2n ** 63n) continue;
          const bytes = encodeMessage({ event: { header: { sequence }, durationUs: signed } });
          expect(decodeMessage(bytes)).toMatchObject({
            message: { event: { header: { sequence }, durationUs: signed } },
          });
        }
      }
    }
  });

  test("merges a message that comes in parts, and keeps the last of several variants", () => {
    const first = encodeMessage({ event: { header: { threadId: "t", sequence: 1 }, nodeId: "a" } });
    const second = encodeMessage({ event: { header: { sequence: 2 }, llmRequestId: "r" } });
    expect(decodeMessage(Buffer.concat([first, second]))).toMatchObject({
      message: { event: { header: { threadId: "t", sequence: 2n }, nodeId: "a", llmRequestId: "r" } },
    });
    const other = encodeMessage({ error: { message: "m" } });
    const last = decodeMessage(Buffer.concat([first, other, second]));
    expect(last).toMatchObject({ message: { message: "event", event: { nodeId: "", llmRequestId: "r" } } });
    expect(last.ok && "error" in last.message).toBe(false);
  });

  test("has a value of its type for a map key that came alone", () => {
    const metrics = Buffer.from([0x32, 5, 0x22, 3, 0x0a, 1, 0x61]);
    expect(decodeMessage(metrics)).toMatchObject({ ok: true, message: { metrics: { metrics: { a: {} } } } });
  });
});

test("decoding generates no code", () => {
  const program = `
    import { decodeMessage } from "${join(import.meta.dir, "../../src/wire/decode-message.ts")}";
    globalThis.Function = () => { throw new EvalError("unsafe-eval"); };
    globalThis.eval = globalThis.Function;
    if (!decodeMessage(Uint8Array.of(0x0a, 0)).ok) throw new Error("not decoded");
  `;
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, "-e", program]);
  expect([exitCode, stderr.toString()]).toEqual([0, ""]);
});
