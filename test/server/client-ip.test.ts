import { describe, expect, test } from "bun:test";
import { canonicalIp, clientIp } from "../../src/server/client-ip.ts";

const trusted = new Set(["10.0.0.1", "10.0.0.2", "2001:db8::1"]);

describe("the address a connection counts for", () => {
  test("is the peer when the peer is no trusted proxy, whatever the header says", () => {
    expect(clientIp("203.0.113.9", "1.2.3.4", trusted)).toBe("203.0.113.9");
  });

  test("is the peer when there is no header", () => {
    expect(clientIp("10.0.0.1", null, trusted)).toBe("10.0.0.1");
  });

  test("is the rightmost address that is not a trusted proxy, so a client cannot choose it", () => {
    expect(clientIp("10.0.0.1", "6.6.6.6, 198.51.100.7, 10.0.0.2", trusted)).toBe("198.51.100.7");
  });

  test("skips items that are not addresses", () => {
    expect(clientIp("10.0.0.1", "198.51.100.7, unknown, ,_hidden", trusted)).toBe("198.51.100.7");
  });

  test("is the peer when the header names trusted proxies only", () => {
    expect(clientIp("10.0.0.1", "10.0.0.2, 10.0.0.1", trusted)).toBe("10.0.0.1");
  });

  test("is found through all header lines, which arrive joined with commas", () => {
    const headers = new Headers([
      ["x-forwarded-for", "6.6.6.6"],
      ["x-forwarded-for", "198.51.100.7, 10.0.0.2"],
    ]);
    expect(clientIp("10.0.0.1", headers.get("x-forwarded-for"), trusted)).toBe("198.51.100.7");
  });

  test("recognises a trusted proxy in every spelling of its address", () => {
    for (const spelling of ["2001:DB8:0:0::1", "[2001:db8::1]:443", "::ffff:10.0.0.1", "::FFFF:0a00:1"]) {
      expect(clientIp("::ffff:10.0.0.2", `198.51.100.7, ${spelling}`, trusted)).toBe("198.51.100.7");
    }
  });
});

describe("canonical addresses", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    [" 192.0.2.1:8080 ", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::ffff:c000:201", "192.0.2.1"],
    ["2001:0DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["::1", "::1"],
  ])("%s is %s", (text, expected) => {
    expect(canonicalIp(text)).toBe(expected);
  });

  test.each(["", "example.org", "300.1.1.1", "1.2.3", "fe80::1%eth0", "[::1", "1.2.3.4:http"])(
    "%p is not an address",
    (text) => {
      expect(canonicalIp(text)).toBeNull();
    },
  );
});
