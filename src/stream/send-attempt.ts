// One attempt to have records acknowledged within a limited time, and what went wrong if it failed.

import { describeError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { DeadLetterFailure } from "./dead-letter.ts";
import { classifyInfrastructureError, isAnswered } from "./infrastructure-errors.ts";
import type { TopicWriter, WritableRecord } from "./topic-writer.ts";

export interface SendFailure {
  readonly reason: Exclude<DeadLetterFailure, "backpressure">;
  readonly error: string;
  readonly cause: unknown;
}

/**
 * Resolves with `null` once Kafka acknowledged the records, else with what happened. What happens first decides: an
 * acknowledgement that comes after the time limit is neither a success nor a second failure. Never rejects.
 */
export function attempt(
  writer: TopicWriter,
  clock: Clock,
  records: readonly WritableRecord[],
): Promise<SendFailure | null> {
  const { topic, sendTimeoutMs } = writer;
  const { done, abandon } = writer.send(records);
  return new Promise((resolve) => {
    const timer = clock.after(sendTimeoutMs, () => {
      abandon();
      const error = `topic ${topic}: no acknowledgement within ${sendTimeoutMs} ms`;
      resolve({ reason: "timeout", error, cause: null });
    });
    done
      .then(
        () => resolve(null),
        (cause: unknown) =>
          resolve({ reason: reasonOf(cause), error: `topic ${topic}: ${describeError(cause)}`, cause }),
      )
      .finally(() => timer.cancel());
  });
}

function reasonOf(error: unknown): SendFailure["reason"] {
  if (isAnswered(error)) return "kafka_error";
  return classifyInfrastructureError(error) === "connection_timeout" ? "timeout" : "kafka_error";
}
