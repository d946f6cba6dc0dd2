import { describe, expect, test } from "bun:test";
import { type Random, seededRandom } from "../../../src/runtime/random.ts";
import { Tracer } from "../../../src/telemetry/tracing/tracer.ts";

const SPAN = "b7ad6b7169203331";
/** A trace id whose deciding digits are these. */
const traceOf = (deciding: string) => `0af7651916cd43dd84${deciding}80319c`;
const carrier = (traceId: string, flags = "01") => ({
  traceparent: Buffer.from(`00-${traceId}-${SPAN}-${flags}`),
});

function tracerOf(ratio: number, random: Random = seededRandom(1)): Tracer {
  return new Tracer({ ratio, random, finish: () => {} });
}

describe("a record of a trace", () => {
  test("continues it with a span of its own below the sender's", () => {
    const state = { tracestate: Buffer.from("vendor=1") };
    const context = tracerOf(1).sample({ ...carrier(traceOf("00000000")), ...state });
    expect(context).toEqual({
      traceId: traceOf("00000000"),
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      parentSpanId: SPAN,
      parentIsRemote: true,
      traceState: "vendor=1",
    });
    expect(context?.spanId).not.toBe(SPAN);
  });

  test("is kept by the digits of the trace id, so that all records of a trace are kept or none", () => {
    const tracer = tracerOf(0.25);
    for (let i = 0; i < 3; i++) {
      expect(tracer.sample(carrier(traceOf("c0000000")))).not.toBeNull();
      expect(tracer.sample(carrier(traceOf("bfffffff")))).toBeNull();
    }
  });

  test("is not kept if its sender did not record, whatever the share", () => {
    expect(tracerOf(1).sample(carrier(traceOf("ffffffff"), "00"))).toBeNull();
  });

  test("is decided on alike whether the header is bytes, a text or a list", () => {
    const tracer = tracerOf(0.25);
    for (const deciding of ["c0000000", "bfffffff"]) {
      for (const flags of ["01", "00"]) {
        const { traceparent } = carrier(traceOf(deciding), flags);
        const decisions = [traceparent, traceparent.toString(), [traceparent], [traceparent.toString()]].map(
          (header) => tracer.sample({ traceparent: header })?.traceId ?? null,
        );
        expect(new Set(decisions).size).toBe(1);
        expect(decisions[0] !== null).toBe(deciding === "c0000000" && flags === "01");
      }
    }
  });

  test("that is kept for its error continues its trace although its sender did not record", () => {
    const context = tracerOf(0).continue(carrier(traceOf("00000000"), "00"));
    expect(context).toMatchObject({ traceId: traceOf("00000000"), parentSpanId: SPAN });
  });
});

describe("a record without a trace, or with one that is not valid", () => {
  const none = [undefined, {}, { traceparent: undefined }, { traceparent: Buffer.from("nonsense") }];

  test("begins a new one", () => {
    const tracer = tracerOf(1);
    const ids = new Set<string>();
    for (const headers of none) {
      for (const context of [tracer.sample(headers), tracer.continue(headers)]) {
        expect(context).toMatchObject({ parentSpanId: null, parentIsRemote: false, traceState: null });
        expect(context?.traceId).toMatch(/^[0-9a-f]{32}$/);
        ids.add(context?.traceId ?? "");
      }
    }
    expect(ids.size).toBe(2 * none.length);
  });

  test("begins a new one too if only its sampled flag and the deciding digits can be read", () => {
    const broken = Buffer.from(`00-${"0".repeat(18)}ffffffff${"0".repeat(6)}-${"0".repeat(16)}-01`);
    expect(tracerOf(1).sample({ traceparent: broken })?.parentSpanId).toBeNull();
  });

  test("is kept in about the share that is asked for", () => {
    const tracer = tracerOf(0.1, seededRandom(7));
    let kept = 0;
    for (let i = 0; i < 10_000; i++) if (tracer.sample(undefined) !== null) kept++;
    expect(kept).toBeGreaterThan(900);
    expect(kept).toBeLessThan(1100);
  });

  test("gets an id by which the next program that looks at it decides alike", () => {
    const first = tracerOf(0.1, seededRandom(3));
    const next = tracerOf(0.1, seededRandom(4));
    let kept = 0;
    for (let i = 0; i < 1_000; i++) {
      const context = first.sample(undefined);
      if (context === null) continue;
      kept++;
      expect(next.sample(carrier(context.traceId))?.traceId).toBe(context.traceId);
    }
    expect(kept).toBeGreaterThan(0);
  });

  test("is never kept at 0 and always at 1", () => {
    const [never, always] = [tracerOf(0), tracerOf(1)];
    for (let i = 0; i < 1_000; i++) {
      expect(never.sample(undefined)).toBeNull();
      expect(always.sample(undefined)).not.toBeNull();
    }
  });

  test("asks chance for nothing where nothing is kept", () => {
    const untouched: Random = {
      next: () => expect.unreachable("next"),
      int: () => expect.unreachable("int"),
      bytes: () => expect.unreachable("bytes"),
    };
    expect(tracerOf(0, untouched).sample(undefined)).toBeNull();
    expect(tracerOf(0.5, untouched).sample(carrier(traceOf("00000000")))).toBeNull();
  });
});

test("a span below another one is in its trace", () => {
  const tracer = tracerOf(1);
  const parent = tracer.begin();
  const child = tracer.childOf(parent);
  expect(child).toMatchObject({
    traceId: parent.traceId,
    parentSpanId: parent.spanId,
    parentIsRemote: false,
  });
  expect(child.spanId).not.toBe(parent.spanId);
});

test("ids are never all zeros, which would not be valid", () => {
  const zeros: Random = { next: () => 0, int: () => 0, bytes: (count) => new Uint8Array(count) };
  const { traceId, spanId } = tracerOf(1, zeros).begin();
  expect(traceId).not.toBe("0".repeat(32));
  expect(spanId).not.toBe("0".repeat(16));
});
