import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  canonicalFilter,
  parseStreamFilter,
  recordFilter,
  type StreamFilter,
} from "../../src/wire/stream-filter.ts";
import { fnv1a32, inSample } from "../../src/wire/thread-sample.ts";

const header = (tenantId: string, threadId: string) => ({ tenantId, threadId });
const [EVENT, STATE_DIFF, EVENT_BATCH] = [1, 2, 8];

describe("a filter", () => {
  test.each<[StreamFilter]>([
    [{}],
    [{ tenants: ["a", ""], threads: ["t"], types: ["event", "state_diff"], sample: 0.1 }],
    [{ sample: 0 }],
    [{ sample: 1 }],
  ])("is %p as it was given", (filter) => {
    expect(parseStreamFilter(filter)).toEqual({ ok: true, filter });
  });

  test.each([
    [null, "filter is null, expected an object with any of tenants, threads, types, sample"],
    [["a"], 'filter is ["a"], expected an object'],
    [{ tenant: ["a"] }, 'filter.tenant is ["a"], expected no such key; there are tenants,'],
    [{ tenants: "a" }, 'filter.tenants is "a", expected a list of 1 to 1000 entries'],
    [{ tenants: [] }, "filter.tenants has 0 entries, expected a list of 1 to 1000 entries"],
    [{ threads: Array(1001).fill("t") }, "filter.threads has 1001 entries"],
    [{ threads: ["t", 7] }, "filter.threads[1] is 7, expected a text"],
    [
      { types: ["event", "stateDiff"] },
      'filter.types[1] is "stateDiff", expected one of event, state_diff, token_chunk',
    ],
    [{ types: ["x".repeat(500)] }, `filter.types[0] is "${"x".repeat(59)}..., expected`],
    [{ sample: 1.01 }, "filter.sample is 1.01, expected a number from 0 to 1"],
    [{ sample: -0.1 }, "filter.sample is -0.1"],
    [{ sample: "0.5" }, 'filter.sample is "0.5"'],
    [{ sample: Number.NaN }, "filter.sample is null"],
    [{ tenants: null }, "filter.tenants is null"],
  ])("that is wrong is refused, naming field, value and expectation: %p", (value, message) => {
    const parsed = parseStreamFilter(value);
    expect(parsed.ok ? "" : parsed.error).toStartWith(message);
  });

  test("is the same as another that lets the same pass", () => {
    const one: StreamFilter = { types: ["event", "error"], tenants: ["b", "a", "b"], sample: 0.5 };
    const other: StreamFilter = { sample: 0.5, tenants: ["a", "b"], types: ["error", "event", "event"] };
    expect(canonicalFilter(one)).toBe(canonicalFilter(other));
    expect(canonicalFilter({})).toBe("");
    expect(canonicalFilter({ sample: 1 })).toBe("");
    const different: readonly StreamFilter[] = [
      {},
      { tenants: ["a"] },
      { threads: ["a"] },
      { tenants: ["a", "b"] },
      { tenants: ["a,b"] },
      { sample: 0 },
      { sample: 0.5 },
      { types: ["event"] },
    ];
    expect(new Set(different.map(canonicalFilter)).size).toBe(different.length);
  });
});

describe("a record passes", () => {
  const passes = (filter: StreamFilter, kind: number, ...headers: { tenantId: string; threadId: string }[]) =>
    recordFilter(filter)(kind, headers);

  test("a filter without restrictions, even without headers or of an unknown kind", () => {
    expect(passes({}, EVENT, header("a", "t"))).toBe(true);
    expect(passes({}, 0)).toBe(true);
    expect(passes({}, 99)).toBe(true);
  });

  test("if any of its headers is of the tenant, and any of the thread", () => {
    const batch = [header("a", "1"), header("b", "2")];
    expect(passes({ tenants: ["b"] }, EVENT_BATCH, ...batch)).toBe(true);
    expect(passes({ tenants: ["c"] }, EVENT_BATCH, ...batch)).toBe(false);
    expect(passes({ threads: ["1", "9"] }, EVENT_BATCH, ...batch)).toBe(true);
    expect(passes({ tenants: ["b"], threads: ["1"] }, EVENT_BATCH, ...batch)).toBe(true);
    expect(passes({ tenants: ["b"], threads: ["9"] }, EVENT_BATCH, ...batch)).toBe(false);
    expect(passes({ tenants: ["a"] }, EVENT)).toBe(false);
    expect(passes({ tenants: [""] }, EVENT, header("", "t"))).toBe(true);
  });

  test("if its kind is listed; what has no kind is not", () => {
    expect(passes({ types: ["event"] }, EVENT, header("a", "t"))).toBe(true);
    expect(passes({ types: ["event"] }, STATE_DIFF, header("a", "t"))).toBe(false);
    expect(passes({ types: ["event_batch"] }, EVENT_BATCH)).toBe(true);
    expect(passes({ types: ["event"] }, 0)).toBe(false);
  });

  test("if any of its threads is in the sample, or it has none", () => {
    const [inside, outside] = [0.1, 0.9].map((share) => {
      const ids = Array.from({ length: 100 }, (_, i) => `thread-${i}`);
      return ids.find((id) => inSample(id, 0.5) === share < 0.5) ?? "";
    }) as [string, string];
    expect(passes({ sample: 0.5 }, EVENT, header("a", inside))).toBe(true);
    expect(passes({ sample: 0.5 }, EVENT, header("a", outside))).toBe(false);
    expect(passes({ sample: 0.5 }, EVENT_BATCH, header("a", outside), header("a", inside))).toBe(true);
    expect(passes({ sample: 0 }, EVENT, header("a", ""))).toBe(true);
    expect(passes({ sample: 0 }, EVENT)).toBe(true);
    expect(passes({ sample: 0 }, EVENT, header("a", inside))).toBe(false);
    expect(passes({ sample: 1 }, EVENT, header("a", outside))).toBe(true);
  });
});

describe("a sample of threads", () => {
  test("hashes with FNV-1a as its authors publish it", () => {
    // Test vectors of http://www.isthe.com/chongo/tech/comp/fnv/
    expect(fnv1a32("")).toBe(0x811c9dc5);
    expect(fnv1a32("a")).toBe(0xe40c292c);
    expect(fnv1a32("foobar")).toBe(0xbf9cf968);
  });

  test("hashes the UTF-8 bytes", () => {
    const bytewise = (text: string) =>
      Buffer.from(text).reduce(
        (hash, byte) => Number((BigInt(hash ^ byte) * 0x01000193n) & 0xffffffffn) | 0,
        0x811c9dc5,
      ) >>> 0;
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(fnv1a32(text)).toBe(bytewise(text));
      }),
    );
  });

  test("has about the share that was asked for, and is part of every larger sample", () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => `session-${i}`);
    const tenth = ids.filter((id) => inSample(id, 0.1));
    expect(tenth.length / ids.length).toBeCloseTo(0.1, 1);
    expect(tenth.every((id) => inSample(id, 0.2))).toBe(true);
  });
});
