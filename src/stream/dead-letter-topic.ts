// Whether the topic of dead letters can be used: looked at when the program starts, and again from time to time while
// it is missing. Whether it may be written to shows with the first dead letter.

import { describeError } from "../errors.ts";
import type { Clock, Timer } from "../runtime/clock.ts";
import type { Log } from "../telemetry/log.ts";
import { isTopicMissing } from "./infrastructure-errors.ts";
import type { KafkaAdmin } from "./kafka-admin.ts";

export interface DeadLetterTopicOptions {
  readonly topic: string;
  readonly admin: KafkaAdmin;
  readonly clock: Clock;
  readonly log: Log;
  /** What it means for people that the topic cannot be used; completes a sentence. */
  readonly consequence: string;
}

/** How often a topic that could not be used is looked for again. */
const RECHECK_INTERVAL_MS = 30_000;

export class DeadLetterTopic {
  readonly #options: DeadLetterTopicOptions;
  #found = false;
  #problem: string | null = null;
  #recheck: Timer | null = null;
  #closed = false;

  constructor(options: DeadLetterTopicOptions) {
    this.#options = options;
  }

  /** True once the topic was seen or written to. */
  get found(): boolean {
    return this.#found;
  }

  /** Why the topic cannot be used, as far as is known; `null` = nothing is known against it. */
  get problem(): string | null {
    return this.#problem;
  }

  /** A dead letter was written. */
  works(): void {
    this.#found = true;
    this.#problem = null;
  }

  /** Looks whether the topic exists. If not, says so once, and looks again from time to time. */
  async check(): Promise<void> {
    const { admin, topic, clock, log, consequence } = this.#options;
    const problemBefore = this.#problem;
    try {
      await admin.partitionCount(topic);
      this.works();
    } catch (error) {
      const missing = isTopicMissing(error);
      this.#problem = `dlq topic ${topic} ${missing ? "does not exist" : "cannot be looked up"}`;
      if (problemBefore === null) {
        log.warn(`${this.#problem} yet; ${consequence}`, { error: describeError(error) });
      }
      if (!this.#closed) this.#recheck = clock.after(RECHECK_INTERVAL_MS, () => void this.check());
    }
  }

  close(): void {
    this.#closed = true;
    this.#recheck?.cancel();
  }
}
