import { expect, test } from "bun:test";
import { hostPortText, isAnyHost, parseHostPort } from "../../src/runtime/address.ts";

test("addresses are read as people write them, and written so again", () => {
  for (const text of ["localhost:9092", "127.0.0.1:1", "kafka-1.example.org:65535", "[::1]:9092"]) {
    const parsed = parseHostPort(text);
    expect(parsed && hostPortText(parsed)).toBe(text);
  }
  expect(parseHostPort("[::1]:9092")).toEqual({ host: "::1", port: 9092 });
});

test("what is none is refused", () => {
  for (const text of [
    "",
    "kafka",
    "kafka:",
    ":9092",
    "kafka:0",
    "kafka:65536",
    "::1:9092",
    "[kafka]:1",
    "a b:1",
    "kafka:1/x",
  ]) {
    expect([text, parseHostPort(text)]).toEqual([text, null]);
  }
  expect(parseHostPort("127.0.0.1:0", 0)).toEqual({ host: "127.0.0.1", port: 0 });
});

test("hosts that stand for all addresses are known", () => {
  expect(["0.0.0.0", "::", "127.0.0.1", "::1"].map(isAnyHost)).toEqual([true, true, false, false]);
});
