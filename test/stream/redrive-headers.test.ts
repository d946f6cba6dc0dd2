import { expect, test } from "bun:test";
import { hopsOf, recordIdOf } from "../../src/stream/redrive-headers.ts";

test("a record's id is its place until it carries one", () => {
  expect(recordIdOf(undefined, "t", 2, 7)).toBe("t-2-7");
  expect(recordIdOf({ "dashstream-record-id": Buffer.from("t-0-1") }, "t", 2, 7)).toBe("t-0-1");
  expect(recordIdOf({ "dashstream-record-id": [Buffer.from("a"), Buffer.from("b")] }, "t", 2, 7)).toBe("a");
});

test("what is too long to be an id is none", () => {
  expect(recordIdOf({ "dashstream-record-id": "x".repeat(512) }, "t", 0, 7)).toBe("x".repeat(512));
  expect(recordIdOf({ "dashstream-record-id": "x".repeat(513) }, "t", 0, 7)).toBe("t-0-7");
});

test("hops are counted from the header; what is no number was never redriven by us", () => {
  expect(hopsOf({})).toBe(0);
  expect(hopsOf({ "dashstream-redrive-hops": Buffer.from("3") })).toBe(3);
  expect(hopsOf({ "dashstream-redrive-hops": "-1" })).toBe(0);
  expect(hopsOf({ "dashstream-redrive-hops": "" })).toBe(0);
});

test("a header without a value, which Kafka allows, says nothing", () => {
  const headers = { "dashstream-record-id": null, "dashstream-redrive-hops": [null, Buffer.from("3")] };
  expect(recordIdOf(headers, "t", 0, 7)).toBe("t-0-7");
  expect(hopsOf(headers)).toBe(0);
});
