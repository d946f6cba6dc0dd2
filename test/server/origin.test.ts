import { describe, expect, test } from "bun:test";
import { originAllowed } from "../../src/server/origin.ts";

describe("with no configured origins", () => {
  test.each([
    [null, "localhost:3002", true, "a program that sends no origin"],
    ["http://localhost:3002", "localhost:3002", true, "a page of the same host"],
    ["http://LOCALHOST:3002", "localhost:3002", true, "the same host in capitals"],
    ["https://example.org", "example.org:443", true, "the default port written out"],
    ["http://localhost:5173", "localhost:3002", false, "another port"],
    ["https://evil.example", "localhost:3002", false, "another host"],
    ["null", "localhost:3002", false, "a sandboxed page"],
    ["http://localhost:3002", null, false, "a request without host"],
  ])("origin %p to host %p: %p (%s)", (origin, host, expected) => {
    expect(originAllowed(origin, host, [])).toBe(expected);
  });
});

describe("with configured origins", () => {
  const allowed = ["https://console.example.org", "http://localhost:5173/"];

  test("those are let in, and not even the own host besides", () => {
    expect(originAllowed("https://console.example.org", "x", allowed)).toBe(true);
    expect(originAllowed("http://localhost:5173", "x", allowed)).toBe(true);
    expect(originAllowed("http://console.example.org", "x", allowed)).toBe(false);
    expect(originAllowed("http://localhost:3002", "localhost:3002", allowed)).toBe(false);
  });

  test("a malformed entry lets nobody in", () => {
    expect(originAllowed("null", "x", ["not an origin"])).toBe(false);
  });

  test("a star lets every page in", () => {
    expect(originAllowed("https://evil.example", "x", ["*"])).toBe(true);
  });
});
