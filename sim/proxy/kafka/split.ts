// A request of which a part is answered here: what Kafka is still asked, and how its answer and ours become one, in the
// order in which the client asked.

import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";

/** The error that is put on a topic and partition, a topic, or (with nulls) the whole request; 0 for none. */
export type ErrorOf = (topic: string | null, partition: number | null) => number;

export interface Split<Req, Res> {
  /** What Kafka is asked; `null` = nothing. */
  readonly rest: Req | null;
  /** What the client is answered; `answer` is Kafka's to the rest, `null` if it was not asked. */
  whole(answer: Res | null): Res;
}

export type Splitter<Req, Res> = (request: Req, errorOf: ErrorOf) => Split<Req, Res>;

interface Indexed {
  readonly index: number;
}

/** Topics with their partitions, as requests and answers have them. */
export interface Partitioned<P> {
  readonly topics: ReadonlyArray<{ readonly name: string; readonly partitions: readonly P[] }>;
}

/** Says of each partition whether it is taken out. */
export type Taken = (topic: string, partition: number) => boolean;

/** A request without the partitions that are taken out; `null` if none is left. */
export function without<Req extends Partitioned<Indexed>>(request: Req, isTaken: Taken): Req | null {
  const topics = request.topics
    .map((topic) => ({
      ...topic,
      partitions: topic.partitions.filter(({ index }) => !isTaken(topic.name, index)),
    }))
    .filter(({ partitions }) => partitions.length > 0);
  return topics.length === 0 ? null : { ...request, topics };
}

/**
 * What is answered for each partition of a request: `ours` if it gives something, else what Kafka said.
 * A partition of which neither says anything is left out, as Kafka does when it refuses the whole request.
 */
export function joined<Q extends Indexed>(
  request: Partitioned<Indexed>,
  answer: Partitioned<Q> | null,
  ours: (topic: string, partition: number) => Q | null,
): Partitioned<Q>["topics"] {
  const known = new Map(answer?.topics.map(({ name, partitions }) => [name, partitions]));
  return request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.flatMap(({ index }) => {
      const found = ours(name, index) ?? known.get(name)?.find((candidate) => candidate.index === index);
      return found ? [found] : [];
    }),
  }));
}

/** The whole request is refused. */
export function entirely<Req, Res>(refuse: (errorCode: number, request: Req) => Res): Splitter<Req, Res> {
  return (request, errorOf) => ({ rest: null, whole: () => refuse(errorOf(null, null), request) });
}

/** Partition by partition. `nothing` is an answer without any. */
export function byPartition<Req extends Partitioned<Indexed>, Q extends Indexed, Res extends Partitioned<Q>>(
  nothing: Res,
  refuse: (index: number, errorCode: number) => Q,
): Splitter<Req, Res> {
  return (request, errorOf) => ({
    rest: without(request, (topic, index) => errorOf(topic, index) !== KAFKA_ERRORS.NONE),
    whole: (answer) => ({
      ...(answer ?? nothing),
      topics: joined<Q>(request, answer, (topic, index) => {
        const errorCode = errorOf(topic, index);
        return errorCode === KAFKA_ERRORS.NONE ? null : refuse(index, errorCode);
      }),
    }),
  });
}

/** How a request and its answer list things by name. */
export interface Listing<Req, Res, Item, Result> {
  items(request: Req): readonly Item[];
  withItems(request: Req, items: readonly Item[]): Req;
  results(answer: Res): readonly Result[];
  answerOf(results: readonly Result[], answer: Res | null): Res;
  /** The topic that rules know it by. */
  nameOf(item: Item): string;
  isOf(result: Result, item: Item): boolean;
  refuse(item: Item, errorCode: number): Result;
}

/** Thing by thing, as `listing` has them. */
export function byName<Req, Res, Item, Result>(listing: Listing<Req, Res, Item, Result>): Splitter<Req, Res> {
  return (request, errorOf) => {
    const items = listing.items(request);
    const codeOf = (item: Item) => errorOf(listing.nameOf(item), null);
    const rest = items.filter((item) => codeOf(item) === KAFKA_ERRORS.NONE);
    return {
      rest: rest.length === 0 ? null : listing.withItems(request, rest),
      whole(answer) {
        const results = answer === null ? [] : listing.results(answer);
        const all = items.flatMap((item) => {
          const errorCode = codeOf(item);
          if (errorCode !== KAFKA_ERRORS.NONE) return [listing.refuse(item, errorCode)];
          const found = results.find((result) => listing.isOf(result, item));
          return found === undefined ? [] : [found];
        });
        return listing.answerOf(all, answer);
      },
    };
  };
}
