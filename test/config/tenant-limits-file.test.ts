import { describe, expect, test } from "bun:test";
import { load, problemsOf } from "./load-config.ts";

const PATH = "/etc/limits.json";
const ENV = { TENANT_RATE_LIMIT_PER_SEC: "10", TENANT_RATE_LIMITS_FILE: PATH };
const fileOf = (json: unknown) => ({ [PATH]: JSON.stringify(json) });
const GOOD = { messages_per_second: 0.5, burst_capacity: 3 };

describe("the file of limits", () => {
  test("gives each of its tenants a limit, whatever its id", () => {
    const text = `{"acme": ${JSON.stringify(GOOD)}, "": {"messages_per_second": 0, "burst_capacity": 0}, "__proto__": ${JSON.stringify(GOOD)}}`;
    const { config } = load(ENV, {}, { [PATH]: text });
    expect(config.tenantRateLimitsFile).toEqual({
      path: PATH,
      limits: new Map([
        ["acme", { messagesPerSecond: 0.5, burstCapacity: 3 }],
        ["", { messagesPerSecond: 0, burstCapacity: 0 }],
        ["__proto__", { messagesPerSecond: 0.5, burstCapacity: 3 }],
      ]),
    });
  });

  const RATE = "expected a number from 0 to 1000000000";
  const BURST = "expected a whole number from 0 to 1000000000";
  const FIELDS = "messages_per_second and burst_capacity";

  test.each([
    [{ acme: { ...GOOD, messages_per_second: "9" } }, `tenant "acme": messages_per_second is "9", ${RATE}`],
    [{ acme: { ...GOOD, messages_per_second: -1 } }, `tenant "acme": messages_per_second is -1, ${RATE}`],
    [{ acme: { ...GOOD, burst_capacity: 1.5 } }, `tenant "acme": burst_capacity is 1.5, ${BURST}`],
    [{ acme: { ...GOOD, burst_capacity: 1e10 } }, `tenant "acme": burst_capacity is 10000000000, ${BURST}`],
    [{ acme: { burst_capacity: 1 } }, `tenant "acme": messages_per_second is missing, ${RATE}`],
    [{ acme: { ...GOOD, burst: 3 } }, `tenant "acme": burst is not known, expected ${FIELDS}`],
    [{ good: GOOD, acme: 5 }, `tenant "acme": is 5, expected an object with ${FIELDS}`],
    [{ acme: null }, `tenant "acme": is null, expected an object with ${FIELDS}`],
    [[GOOD], 'it holds [{"messages_per_second":0.5,"burst_capacity":3}] and no object'],
    ["acme", 'it holds "acme" and no object'],
    [
      Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`t${i}`, GOOD])),
      "10001 tenants, 10000 expected at most",
    ],
  ])(
    "%#: what is wrong is said with the file, the tenant, the field, the value and what was expected",
    (json, why) => {
      expect(problemsOf(ENV, {}, fileOf(json))).toEqual([
        `TENANT_RATE_LIMITS_FILE is "${PATH}", expected the path of a JSON file with limits by tenant (${why})`,
      ]);
    },
  );

  test("every mistake of a tenant is named, and of a file with many the first five", () => {
    const [both = ""] = problemsOf(ENV, {}, fileOf({ a: { messages_per_second: "x", burst_capacity: "y" } }));
    expect(both).toContain(
      `messages_per_second is "x", ${RATE}; tenant "a": burst_capacity is "y", ${BURST})`,
    );
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`t${i}`, i]));
    const [text = ""] = problemsOf(ENV, {}, fileOf(many));
    expect(text.match(/tenant "t\d"/g)).toHaveLength(5);
    expect(text).toEndWith("; and 4 more)");
  });

  test("that is not there or not JSON is refused with the reason", () => {
    expect(problemsOf(ENV)[0]).toEndWith(`(no such file: ${PATH})`);
    expect(problemsOf(ENV, {}, { [PATH]: '{"acme": ' })[0]).toMatch(/limits by tenant \(.*JSON/);
  });
});
