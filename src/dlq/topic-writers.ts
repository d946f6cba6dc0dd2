// One writer for each topic that records are redriven to.

import { DashstreamError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { withDeadline } from "../stream/deadline.ts";
import { TopicWriter, type TopicWriterOptions, type WritableRecord } from "../stream/topic-writer.ts";
import type { Write } from "./record-sender.ts";

export interface TopicWriters {
  readonly write: Write<WritableRecord>;
  close(): void;
}

/** Opens each writer with its first record. A request without an answer fails with `kafka_unreachable`. */
export function createTopicWriters(
  options: Omit<TopicWriterOptions, "topic" | "onConnected"> & { readonly clock: Clock },
): TopicWriters {
  const writers = new Map<string, TopicWriter>();
  const { clock, sendTimeoutMs } = options;
  return {
    async write(topic, records) {
      const writer = writers.get(topic) ?? new TopicWriter({ ...options, topic });
      writers.set(topic, writer);
      const sending = writer.send(records);
      try {
        await withDeadline(clock, sendTimeoutMs, `writing to topic ${topic}`, sending.done);
      } catch (error) {
        // Our deadline passed; everything else comes from the writer, which knows what has become of its connection.
        if (error instanceof DashstreamError) sending.abandon();
        throw error;
      }
    },
    close() {
      for (const writer of writers.values()) writer.close();
    },
  };
}
