import { describe, expect, test } from "bun:test";
import {
  carriedState,
  NO_PARENT,
  NOT_SAMPLED,
  parseTraceparent,
  peekTraceparent,
} from "../../../src/telemetry/tracing/traceparent.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

describe("traceparent", () => {
  test.each([
    ["sampled", `00-${TRACE}-${SPAN}-01`, true],
    ["not sampled", `00-${TRACE}-${SPAN}-00`, false],
    ["sampled, with a flag of later versions", `00-${TRACE}-${SPAN}-03`, true],
    ["of a later version, with more behind it", `01-${TRACE}-${SPAN}-01-what-is-to-come`, true],
  ])("%s", (_, text, sampled) => {
    expect(parseTraceparent(text)).toEqual({ traceId: TRACE, spanId: SPAN, sampled });
  });

  const INVALID: readonly (readonly [string, string | null])[] = [
    ["absent", null],
    ["empty", ""],
    ["a trace id of zeros", `00-${"0".repeat(32)}-${SPAN}-01`],
    ["a span id of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
    ["capital letters", `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ["version ff", `ff-${TRACE}-${SPAN}-01`],
    ["version 00 with more behind it", `00-${TRACE}-${SPAN}-01-x`],
    ["later version with more and no hyphen", `01-${TRACE}-${SPAN}-01x`],
    ["too short", `00-${TRACE}-${SPAN}-0`],
    ["no hyphens", `00${TRACE}${SPAN}01`.padEnd(55, "0")],
  ];
  test.each(INVALID)("%s counts as none", (_, text) => {
    expect(parseTraceparent(text)).toBeNull();
  });
});

describe("what sampling reads from the bytes", () => {
  test("is the number of the deciding digits, the upper half of the random part of the id", () => {
    expect(peekTraceparent(Buffer.from(`00-${TRACE}-${SPAN}-01`))).toBe(0x48eb211c);
  });

  test("is that its sender did not record", () => {
    expect(peekTraceparent(Buffer.from(`00-${TRACE}-${SPAN}-00`))).toBe(NOT_SAMPLED);
    expect(peekTraceparent(Buffer.from(`00-${TRACE}-${SPAN}-02`))).toBe(NOT_SAMPLED);
  });

  test.each(["", "x", `00-${TRACE}-${SPAN}-0`, `00-${TRACE}-${SPAN}-0x`, `00_${TRACE}_${SPAN}_01`])(
    "is that there is no parent in %j",
    (text) => expect(peekTraceparent(Buffer.from(text))).toBe(NO_PARENT),
  );
});

describe("tracestate", () => {
  test("is kept as it came, in any form of a header", () => {
    for (const value of ["a=1,b=2", Buffer.from("a=1,b=2"), [Buffer.from("a=1,b=2"), "c=3"]]) {
      expect(carriedState({ tracestate: value })).toBe("a=1,b=2");
    }
  });

  test("that is empty, absent or too long is none", () => {
    expect(carriedState({ tracestate: "" })).toBeNull();
    expect(carriedState({})).toBeNull();
    expect(carriedState(undefined)).toBeNull();
    expect(carriedState({ tracestate: "x".repeat(513) })).toBeNull();
  });
});
