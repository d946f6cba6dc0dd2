// Fetch: slices of the log, as they were produced. A fetch that finds less than it asked for waits until enough
// is appended, its time is up, or its connection is gone.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import type { fetch } from "../../../src/kafka-protocol/requests/fetch.ts";
import type { PartitionLog } from "../log/partition-log.ts";
import { refusedPartition } from "../refusals.ts";
import { isCurtailed, type RequestContext } from "../request-context.ts";
import { findLed } from "./leader.ts";

type FetchRequest = RequestOf<typeof fetch>;
type FetchResponse = ResponseOf<typeof fetch>;
type PartitionResponse = FetchResponse["topics"][number]["partitions"][number];

/** A partition that can be read, or why not. */
type Source =
  | {
      readonly kind: "readable";
      readonly log: PartitionLog;
      readonly offset: number;
      readonly hidden: boolean;
      readonly rationed: boolean;
    }
  | { readonly kind: "refused"; readonly errorCode: number; readonly log: PartitionLog | null };

function sourceOf(context: RequestContext, topic: string, index: number, offset: number): Source {
  const led = findLed(context, topic, index);
  if (led.kind === "refused") return { kind: "refused", errorCode: led.errorCode, log: null };
  const { log } = led.partition;
  if (offset < log.startOffset || offset > log.endOffset) {
    return { kind: "refused", errorCode: KAFKA_ERRORS.OFFSET_OUT_OF_RANGE, log };
  }
  const hidden = isCurtailed(context, "withhold", topic, index);
  return { kind: "readable", log, offset, hidden, rationed: isCurtailed(context, "ration", topic, index) };
}

function partitionResponse(index: number, source: Source, records: readonly Buffer[]): PartitionResponse {
  const { log } = source;
  const errorCode = source.kind === "refused" ? source.errorCode : KAFKA_ERRORS.NONE;
  const nothing = refusedPartition.Fetch(index, errorCode);
  if (log === null) return nothing;
  const { endOffset, startOffset } = log;
  return {
    ...nothing,
    highWatermark: endOffset,
    lastStableOffset: endOffset,
    logStartOffset: startOffset,
    records,
  };
}

/** Whether there is something to answer: enough bytes, or an error. */
function isReady(request: FetchRequest, context: RequestContext): boolean {
  let available = 0;
  let asked = 0;
  for (const { name, partitions } of request.topics) {
    for (const { index, fetchOffset, maxBytes } of partitions) {
      asked++;
      const source = sourceOf(context, name, index, fetchOffset);
      if (source.kind === "refused") return true;
      if (!source.hidden) available += Math.min(source.log.bytesFrom(fetchOffset), maxBytes);
      if (available >= request.minBytes) return true;
    }
  }
  return asked === 0;
}

function respond(request: FetchRequest, context: RequestContext): FetchResponse {
  let leftBytes = request.maxBytes;
  // The first partition with records gives one batch even if it is larger than allowed: a consumer must get on.
  let isFirst = true;
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index, fetchOffset, maxBytes }) => {
      const source = sourceOf(context, name, index, fetchOffset);
      if (source.kind === "refused" || source.hidden) return partitionResponse(index, source, []);
      const mayTakeBytes = source.rationed ? 1 : Math.min(maxBytes, Math.max(0, leftBytes));
      const records = source.log.read(fetchOffset, mayTakeBytes, isFirst || source.rationed);
      for (const slice of records) leftBytes -= slice.length;
      if (records.length > 0) isFirst = false;
      return partitionResponse(index, source, records);
    }),
  }));
  return { throttleTimeMs: 0, errorCode: KAFKA_ERRORS.NONE, sessionId: 0, topics };
}

/** Resolves when the fetch is ready, its time is up or its connection is gone. */
function waitForRecords(request: FetchRequest, context: RequestContext): Promise<void> {
  return new Promise((resolve) => {
    const unwatch: Array<() => void> = [];
    const finish = () => {
      timer.cancel();
      context.connection.removeEventListener("abort", finish);
      for (const stop of unwatch) stop();
      resolve();
    };
    // The answer is made in a later microtask, so it has all that one produce request appends.
    const onAppend = () => {
      if (isReady(request, context)) finish();
    };
    const timer = context.cluster.clock.after(request.maxWaitMs, finish);
    context.connection.addEventListener("abort", finish, { once: true });
    for (const { name, partitions } of request.topics) {
      for (const { index } of partitions) {
        const partition = context.cluster.topics.partition(name, index);
        if (partition) unwatch.push(partition.log.watch(onAppend));
      }
    }
  });
}

export function handleFetch(
  request: FetchRequest,
  context: RequestContext,
): FetchResponse | Promise<FetchResponse> {
  if (request.sessionId !== 0) {
    const errorCode = KAFKA_ERRORS.FETCH_SESSION_ID_NOT_FOUND;
    return { throttleTimeMs: 0, errorCode, sessionId: 0, topics: [] };
  }
  if (request.maxWaitMs <= 0 || isReady(request, context)) return respond(request, context);
  return waitForRecords(request, context).then(() => respond(request, context));
}
