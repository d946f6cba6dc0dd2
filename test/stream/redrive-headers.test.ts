import { expect, test } from "bun:test";
import { hopsOf, recordIdOf } from "../../src/stream/redrive-headers.ts";

test("a record's id is its place until it carries one", () => {
  expect(recordIdOf(undefined, "t", 2, 7)).toBe("t-2-7");
  expect(recordIdOf({ "dashstream-record-id": Buffer.from("t-0-1") }, "t", 2, 7)).toBe("t-0-1");
  expect(recordIdOf({ "dashstream-record-id": [Buffer.from("a"), Buffer.from("b")] }, "t", 2, 7)).toBe("a");
});

test("hops are counted from the header; what is no number was never redriven by us", () => {
  expect(hopsOf({})).toBe(0);
  expect(hopsOf({ "dashstream-redrive-hops": Buffer.from("3") })).toBe(3);
  expect(hopsOf({ "dashstream-redrive-hops": "-1" })).toBe(0);
  expect(hopsOf({ "dashstream-redrive-hops": "" })).toBe(0);
});
