// One spelling per peer address.

import { expect, test } from "bun:test";
import { normalizePeerAddress } from "../../src/runtime/peer-address.ts";

test("an IPv4 address keeps its form", () => {
  expect(normalizePeerAddress("192.0.2.7")).toBe("192.0.2.7");
});

test("an IPv4-mapped IPv6 address becomes plain IPv4, in either case", () => {
  expect(normalizePeerAddress("::ffff:192.0.2.7")).toBe("192.0.2.7");
  expect(normalizePeerAddress("::FFFF:192.0.2.7")).toBe("192.0.2.7");
});

test("other IPv6 addresses are in lower case", () => {
  expect(normalizePeerAddress("2001:DB8::1")).toBe("2001:db8::1");
});
