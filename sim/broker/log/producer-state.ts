// What a partition remembers of idempotent producers: enough to recognise a batch that was already written, and
// to refuse one that skips others. The rules are those of Kafka's `ProducerAppendInfo` (KIP-98, KIP-360).

import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import type { BatchHeader } from "../../../src/kafka-protocol/record-batch.ts";

/** Batches remembered a producer; more than this many in flight cannot be told apart. */
const REMEMBERED_BATCHES = 5;
const MAX_SEQUENCE = 0x7fff_ffff;

interface WrittenBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
}

interface ProducerEntry {
  readonly epoch: number;
  readonly batches: readonly WrittenBatch[];
}

export type SequenceVerdict =
  | { readonly kind: "append" }
  | { readonly kind: "duplicate"; readonly baseOffset: number }
  | { readonly kind: "refused"; readonly errorCode: number };

/** Sequence numbers wrap to 0 after 2^31 - 1. */
function sequencePlus(sequence: number, count: number): number {
  return (sequence + count) % (MAX_SEQUENCE + 1);
}

export class ProducerState {
  readonly #producers = new Map<number, ProducerEntry>();

  /** What to do with a batch. Batches without a producer id are appended. */
  check(batch: BatchHeader): SequenceVerdict {
    const known = this.#producers.get(batch.producerId);
    if (batch.producerId < 0 || !known) return { kind: "append" };
    if (batch.producerEpoch < known.epoch) {
      return { kind: "refused", errorCode: KAFKA_ERRORS.INVALID_PRODUCER_EPOCH };
    }
    const outOfOrder = { kind: "refused", errorCode: KAFKA_ERRORS.OUT_OF_ORDER_SEQUENCE_NUMBER } as const;
    if (batch.producerEpoch > known.epoch) return batch.baseSequence === 0 ? { kind: "append" } : outOfOrder;
    const lastSequence = sequencePlus(batch.baseSequence, batch.lastOffsetDelta);
    const same = known.batches.find(
      (written) => written.firstSequence === batch.baseSequence && written.lastSequence === lastSequence,
    );
    if (same) return { kind: "duplicate", baseOffset: same.baseOffset };
    const last = known.batches.at(-1);
    const follows = !last || sequencePlus(last.lastSequence, 1) === batch.baseSequence;
    return follows ? { kind: "append" } : outOfOrder;
  }

  /** Remembers a batch that was appended at `baseOffset`. */
  appended(batch: BatchHeader, baseOffset: number): void {
    if (batch.producerId < 0) return;
    const known = this.#producers.get(batch.producerId);
    const written: WrittenBatch = {
      firstSequence: batch.baseSequence,
      lastSequence: sequencePlus(batch.baseSequence, batch.lastOffsetDelta),
      baseOffset,
    };
    const earlier = known?.epoch === batch.producerEpoch ? known.batches : [];
    this.#producers.set(batch.producerId, {
      epoch: batch.producerEpoch,
      batches: [...earlier.slice(1 - REMEMBERED_BATCHES), written],
    });
  }
}
