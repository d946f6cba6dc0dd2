import { describe, expect, test } from "bun:test";
import { ProducerState } from "../../../../sim/broker/log/producer-state.ts";
import { KAFKA_ERRORS } from "../../../../src/kafka-protocol/error-codes.ts";
import { type BatchHeader, readBatchHeader } from "../../../../src/kafka-protocol/record-batch.ts";
import { encodeBatch } from "../../../../src/kafka-protocol/records.ts";

function batch(baseSequence: number, epoch = 0, count = 1): BatchHeader {
  const records = Array.from({ length: count }, () => ({ timestampMs: 0, key: null, value: null }));
  const header = readBatchHeader(encodeBatch(records, { producer: { id: 9, epoch, baseSequence } }), 0);
  if (!header) throw new Error("no batch");
  return header;
}

const OUT_OF_ORDER = { kind: "refused", errorCode: KAFKA_ERRORS.OUT_OF_ORDER_SEQUENCE_NUMBER } as const;

/** A state that has seen these batches, appended one offset after the other. */
function after(...batches: readonly BatchHeader[]): ProducerState {
  const state = new ProducerState();
  for (const [offset, header] of batches.entries()) state.appended(header, offset);
  return state;
}

describe("batches of an idempotent producer", () => {
  test("begin with any sequence if the producer is not known", () => {
    expect(new ProducerState().check(batch(41))).toEqual({ kind: "append" });
  });

  test("follow without a hole", () => {
    const state = after(batch(0, 0, 3));
    expect(state.check(batch(3))).toEqual({ kind: "append" });
    expect(state.check(batch(4))).toEqual(OUT_OF_ORDER);
  });

  test("are recognised as duplicates while they are among the last five", () => {
    const state = after(...[0, 1, 2, 3, 4, 5].map((sequence) => batch(sequence)));
    expect(state.check(batch(1))).toEqual({ kind: "duplicate", baseOffset: 1 });
    expect(state.check(batch(0))).toEqual(OUT_OF_ORDER);
  });

  test("wrap around after the largest sequence", () => {
    const state = after(batch(0x7fff_ffff));
    expect(state.check(batch(0))).toEqual({ kind: "append" });
  });

  test("of an older epoch are refused, and a newer epoch begins at 0", () => {
    const state = after(batch(0, 4));
    const fenced = { kind: "refused", errorCode: KAFKA_ERRORS.INVALID_PRODUCER_EPOCH } as const;
    expect(state.check(batch(1, 3))).toEqual(fenced);
    expect(state.check(batch(1, 5))).toEqual(OUT_OF_ORDER);
    expect(state.check(batch(0, 5))).toEqual({ kind: "append" });
  });
});
