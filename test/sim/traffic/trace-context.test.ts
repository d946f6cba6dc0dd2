import { expect, test } from "bun:test";
import { traceId, traceparent } from "../../../sim/traffic/trace-context.ts";
import { seededRandom } from "../../../src/runtime/random.ts";

test("a header names the trace, a new span each time, and that it is sampled", () => {
  const random = seededRandom(1);
  const trace = traceId(random);
  expect(trace).toMatch(/^[0-9a-f]{32}$/);
  const headers = [traceparent(trace, random), traceparent(trace, random)];
  for (const header of headers) expect(header).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
  expect(headers[0]).not.toBe(headers[1] ?? "");
});

test("an id is never all zeros, which would not be valid", () => {
  const zeros = { next: () => 0, int: () => 0, bytes: (count: number) => new Uint8Array(count) };
  expect(traceparent(traceId(zeros), zeros)).not.toMatch(/-0+-/);
});
