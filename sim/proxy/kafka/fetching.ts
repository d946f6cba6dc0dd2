// Fetches through the proxy. No fetch session is ever made, so that each request names all its partitions and rules know
// whom they concern. New records that a rule hides are not asked for; how far the partition goes is told all the same.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { APIS } from "../../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import { readBatchHeader } from "../../../src/kafka-protocol/record-batch.ts";
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from "../../../src/kafka-protocol/requests/list-offsets.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import type { Handling } from "../../broker/connection.ts";
import { refusedPartition } from "../../broker/refusals.ts";
import { joined, type Taken, without } from "./split.ts";
import type { Upstream } from "./upstream.ts";

type FetchRequest = RequestOf<typeof APIS.Fetch>;
type FetchResponse = ResponseOf<typeof APIS.Fetch>;
type FetchedPartition = FetchResponse["topics"][number]["partitions"][number];
type ListedPartition = ResponseOf<typeof APIS.ListOffsets>["topics"][number]["partitions"][number];

const { NONE, OFFSET_OUT_OF_RANGE, UNKNOWN_SERVER_ERROR } = KAFKA_ERRORS;
const NO_SESSION_EPOCH = -1;
const LIST_OFFSETS_VERSION = 5;

/** The same fetch without a session, which is what clients fall back to; `null` if it has one already. */
export function sessionless(request: FetchRequest): FetchRequest | null {
  if (request.sessionId !== 0) return null;
  return { ...request, sessionEpoch: NO_SESSION_EPOCH, forgottenTopics: [] };
}

/** The answer to a fetch of a session that nobody has made here. */
export const UNKNOWN_SESSION: FetchResponse = {
  throttleTimeMs: 0,
  errorCode: KAFKA_ERRORS.FETCH_SESSION_ID_NOT_FOUND,
  sessionId: 0,
  topics: [],
};

/** What is asked, and of whom. */
export interface Fetching {
  readonly request: FetchRequest;
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly ask: (request: FetchRequest) => Promise<FetchResponse>;
}

/** Of the partitions that a rule concerns no more than one batch is given. */
export async function rationed({ request, ask }: Fetching, { decision }: Handling): Promise<FetchResponse> {
  const answer = await ask(request);
  const topics = answer.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((partition) =>
      decision?.concerns(name, partition.index) ? firstBatchOf(partition) : partition,
    ),
  }));
  return { ...answer, topics };
}

function firstBatchOf(partition: FetchedPartition): FetchedPartition {
  const [slice] = partition.records;
  const batch = slice ? readBatchHeader(slice, 0) : null;
  return slice && batch ? { ...partition, records: [slice.subarray(0, batch.sizeBytes)] } : partition;
}

/** The partitions that a rule concerns look as if nothing were new. `null`: the client is gone. */
export async function withheld(
  fetching: Fetching,
  { decision, connection }: Handling,
): Promise<FetchResponse | null> {
  const { request, ask, clock } = fetching;
  const isHidden: Taken = (topic, index) => decision?.concerns(topic, index) ?? false;
  const rest = without(request, isHidden);
  const answer = rest === null ? null : await ask(rest);
  let hidden = await nothingNew(fetching, isHidden);
  if (rest === null && hidden.every(({ partition }) => partition.errorCode === NONE)) {
    if (!(await clock.sleep(request.maxWaitMs, connection))) return null;
    hidden = await nothingNew(fetching, isHidden);
  }
  const ours = (topic: string, index: number) =>
    hidden.find((found) => found.topic === topic && found.partition.index === index)?.partition ?? null;
  const nothing: FetchResponse = { throttleTimeMs: 0, errorCode: NONE, sessionId: 0, topics: [] };
  return { ...(answer ?? nothing), topics: joined(request, answer, ours) };
}

interface HiddenPartition {
  readonly topic: string;
  readonly partition: FetchedPartition;
}

/** Answers without records for the partitions that are hidden, with where they end now. */
async function nothingNew(fetching: Fetching, isHidden: Taken): Promise<readonly HiddenPartition[]> {
  const [starts, ends] = await Promise.all([
    offsetsAt(EARLIEST_TIMESTAMP, fetching, isHidden),
    offsetsAt(LATEST_TIMESTAMP, fetching, isHidden),
  ]);
  return fetching.request.topics.flatMap(({ name: topic, partitions }) =>
    partitions
      .filter(({ index }) => isHidden(topic, index))
      .map(({ index, fetchOffset }) => {
        const [start, end] = [starts(topic, index), ends(topic, index)];
        return { topic, partition: emptyPartition(index, fetchOffset, start, end) };
      }),
  );
}

function emptyPartition(
  index: number,
  fetchOffset: number,
  start: ListedPartition,
  end: ListedPartition,
): FetchedPartition {
  const unknown = [start, end].find(({ errorCode }) => errorCode !== NONE);
  if (unknown !== undefined) return refusedPartition.Fetch(index, unknown.errorCode);
  const isOutside = fetchOffset < start.offset || fetchOffset > end.offset;
  return {
    ...refusedPartition.Fetch(index, isOutside ? OFFSET_OUT_OF_RANGE : NONE),
    highWatermark: end.offset,
    lastStableOffset: end.offset,
    logStartOffset: start.offset,
  };
}

async function offsetsAt(
  timestampMs: number,
  { request, upstream }: Fetching,
  isHidden: Taken,
): Promise<(topic: string, index: number) => ListedPartition> {
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions
      .filter(({ index }) => isHidden(name, index))
      .map(({ index }) => ({ index, currentLeaderEpoch: -1, timestampMs })),
  }));
  const question = {
    replicaId: -1,
    isolationLevel: 0,
    topics: topics.filter((topic) => topic.partitions.length > 0),
  };
  const answer = await upstream.call(APIS.ListOffsets, LIST_OFFSETS_VERSION, question);
  return (topic, index) =>
    answer.topics
      .find(({ name }) => name === topic)
      ?.partitions.find((partition) => partition.index === index) ??
    refusedPartition.ListOffsets(index, UNKNOWN_SERVER_ERROR);
}
