import { expect, test } from "bun:test";
import fc from "fast-check";
import { boundThreadId } from "../../src/stream/thread-id.ts";

const bytesOf = (text: string) => Buffer.byteLength(text, "utf8");

test("an ordinary id is kept as it is", () => {
  expect(boundThreadId("run-7f3a")).toBe("run-7f3a");
  expect(boundThreadId("Größe/日本/🚀")).toBe("Größe/日本/🚀");
});

test("white space around an id is not part of it, and an id of white space is empty", () => {
  expect(boundThreadId("  run-1\n")).toBe("run-1");
  expect(boundThreadId("\u00a0run-1\u3000")).toBe("run-1");
  expect(boundThreadId(" \t ")).toBe("");
  expect(boundThreadId("")).toBe("");
});

test("256 bytes are kept, 257 are shortened to 236, three dots and 16 hex digits of the SHA-256", () => {
  expect(boundThreadId("a".repeat(256))).toBe("a".repeat(256));
  // printf 'a%.0s' $(seq 257) | sha256sum
  const digest = new Bun.CryptoHasher("sha256").update("a".repeat(257)).digest("hex").slice(0, 16);
  expect(boundThreadId("a".repeat(257))).toBe(`${"a".repeat(236)}...${digest}`);
});

test("a character that would be cut in half is left out whole", () => {
  const long = `${"a".repeat(235)}${"€".repeat(10)}`;
  expect(boundThreadId(long)).toStartWith(`${"a".repeat(235)}...`);
  expect(boundThreadId(`${"a".repeat(233)}${"€".repeat(10)}`)).toStartWith(`${"a".repeat(233)}€...`);
});

test("ids that differ only behind the cut stay different", () => {
  const shared = "x".repeat(10_000);
  expect(boundThreadId(`${shared}1`)).not.toBe(boundThreadId(`${shared}2`));
});

test("any id becomes valid text of at most 256 bytes, and doing it twice changes nothing", () => {
  const anyId = fc.string({ unit: "binary", maxLength: 400, size: "max" });
  fc.assert(
    fc.property(anyId, (id) => {
      const bound = boundThreadId(id);
      expect(bytesOf(bound)).toBeLessThanOrEqual(256);
      expect(bound).not.toContain("\ufffd");
      expect(boundThreadId(bound)).toBe(bound);
      if (bytesOf(id.trim()) <= 256) expect(bound).toBe(id.trim());
    }),
    { numRuns: 50 },
  );
});
