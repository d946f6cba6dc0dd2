// Sends messages: numbered within their thread, compressed where that helps, in order, and tried again until Kafka
// acknowledged them or the attempts are used up. A message may be written twice, never lost in silence.

import { DashstreamError } from "../errors.ts";
import { Activity } from "../runtime/activity.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { type CompressionOptions, DEFAULT_COMPRESSION, DEFAULT_MAX_PAYLOAD_BYTES } from "../wire/frame.ts";
import { Inspector } from "../wire/inspector.ts";
import type { DashStreamMessageInit } from "../wire/model.ts";
import type { DlqHandler } from "./dlq-handler.ts";
import type { KafkaSettings } from "./kafka-settings.ts";
import { draftMessage, envelopeOf, type MessageDraft } from "./message-draft.ts";
import { OrderedOutbox } from "./ordered-outbox.ts";
import { type ProducerCounts, producerCounts, type Refusal } from "./producer-counts.ts";
import type { RecordHeaders } from "./redrive-headers.ts";
import type { Seams } from "./seams.ts";
import type { SendFailure } from "./send-attempt.ts";
import { SequenceNumbers } from "./sequence-numbers.ts";
import type { WritableRecord } from "./topic-writer.ts";

/** What a producer asks of a limiter; `TenantRateLimiter` is one. */
export interface SendLimiter {
  /** Whether `count` more messages of a tenant may pass now. */
  check(tenantId: string, count?: number): boolean | Promise<boolean>;
}

/** Where messages go, and how hard it is tried. */
export interface ProducerOptions extends Seams {
  readonly settings: KafkaSettings;
  readonly topic: string;
  readonly metrics: Metrics;
  /** Compression of single messages; `null` compresses none. Default: zstd level 3 above 512 bytes. */
  readonly compression?: CompressionOptions | null;
  /** Largest encoded message without its framing byte; default 1 MiB. */
  readonly maxMessageBytes?: number;
  /** Attempts to send a message, 1 to 20; default 3. */
  readonly maxAttempts?: number;
  /** How long Kafka may take to acknowledge an attempt; default 30 s. A short one writes messages twice. */
  readonly sendTimeoutMs?: number;
  /** Messages that may wait for those before them; default 10,000. Further ones are refused. */
  readonly maxQueued?: number;
  readonly limiter?: SendLimiter;
}

const DEFAULT_MAX_ATTEMPTS = 3;
const MOST_ATTEMPTS = 20;
const DEFAULT_SEND_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_QUEUED = 10_000;

/** A message on its way. */
interface Posted {
  readonly draft: MessageDraft;
  readonly key: Buffer;
  /** Never rejects. */
  readonly outcome: Promise<SendFailure | null>;
}

const NOTHING = () => {};

/** Connects with the first message; `close` ends it. */
export class Producer {
  readonly #options: ProducerOptions;
  readonly #counts: ProducerCounts;
  readonly #sequence = new SequenceNumbers();
  readonly #outbox: OrderedOutbox;
  /** Calls of `send` under way. */
  readonly #sends = new Activity();
  /** Resolves when the last message that had to wait for the limiter is posted; `null` while none waits. */
  #posting: Promise<void> | null = null;
  #dlq: DlqHandler | null = null;

  /** @throws DashstreamError `config_invalid` */
  constructor(options: ProducerOptions) {
    const { maxAttempts = DEFAULT_MAX_ATTEMPTS, maxQueued = DEFAULT_MAX_QUEUED } = options;
    this.#options = options;
    this.#counts = producerCounts(options.metrics);
    this.#outbox = new OrderedOutbox({
      ...options,
      sendTimeoutMs: options.sendTimeoutMs ?? DEFAULT_SEND_TIMEOUT_MS,
      maxAttempts: Math.min(Math.max(1, maxAttempts), MOST_ATTEMPTS),
      maxQueued,
      onAttemptFailed: (messages) => this.#counts.retries.inc(messages),
    });
  }

  /** Keeps messages that Kafka did not take after the last attempt. The handler is closed by its owner. */
  withDlq(handler: DlqHandler): this {
    this.#dlq = handler;
    return this;
  }

  /**
   * Sends a message. Messages of a thread arrive in the order of these calls. Resolves once Kafka acknowledged it.
   * @throws DashstreamError `message_invalid`, `message_too_large`, `rate_limited` or `queue_full` if it was refused,
   * and then it used up no number; `kafka_send_failed` after the last attempt
   */
  async send(
    message: DashStreamMessageInit,
    { headers }: { readonly headers?: WritableRecord["headers"] } = {},
  ): Promise<void> {
    this.#sends.begin();
    try {
      const posted = await this.#postInOrder(message, headers);
      this.#settle(posted, headers, await posted.outcome);
    } finally {
      this.#sends.end();
    }
  }

  /**
   * Posts the message if the limiter lets it pass. A limiter that asks Redis may answer at once for a message that
   * comes later, for example because Redis just failed: that one waits until those before it are posted.
   */
  #postInOrder(message: DashStreamMessageInit, headers: WritableRecord["headers"]): Posted | Promise<Posted> {
    const { limiter } = this.#options;
    if (!limiter) return this.#post(message, headers);
    const { tenantId } = envelopeOf(message);
    const postIf = (isAllowed: boolean) => {
      if (isAllowed) return this.#post(message, headers);
      throw this.#refuse("rate_limited", `Rate limit exceeded for tenant: ${tenantId}`);
    };
    const allowed = limiter.check(tenantId);
    const before = this.#posting;
    if (typeof allowed === "boolean" && before === null) return postIf(allowed);
    const posted = Promise.allSettled([allowed, before]).then(async () => postIf(await allowed));
    const posting = posted.then(NOTHING, NOTHING).then(() => {
      if (this.#posting === posting) this.#posting = null;
    });
    this.#posting = posting;
    return posted;
  }

  #post(message: DashStreamMessageInit, headers: WritableRecord["headers"]): Posted {
    const draft = this.#draft(message);
    if (this.#outbox.full) {
      const { maxQueued = DEFAULT_MAX_QUEUED } = this.#options;
      throw this.#refuse("queue_full", `${maxQueued} messages wait to be sent already`);
    }
    for (const [thread, number] of draft.numbers) this.#sequence.take(thread, number);
    const key = Buffer.from(draft.threadId, "utf8");
    const outcome = this.#outbox.post({ key, value: draft.value, ...(headers ? { headers } : {}) });
    return { draft, key, outcome };
  }

  /** Resolves when nothing waits to be sent, whatever became of it. */
  flush(): Promise<void> {
    return this.#sends.settled();
  }

  /** Flushes and disconnects. */
  async close(): Promise<void> {
    await this.flush();
    this.#outbox.close();
  }

  #settle({ draft, key }: Posted, headers: WritableRecord["headers"], failure: SendFailure | null): void {
    if (failure === null) return this.#counts.sent.inc();
    this.#counts.failures.inc();
    this.#keep(draft, key, headers, failure.error);
    throw new DashstreamError("kafka_send_failed", `send failed: ${failure.error}`, { cause: failure.cause });
  }

  #draft(message: DashStreamMessageInit): MessageDraft {
    const { maxMessageBytes = DEFAULT_MAX_PAYLOAD_BYTES } = this.#options;
    const draft = this.#encode(message);
    const bytes = draft.value.length - 1;
    if (bytes <= maxMessageBytes) return draft;
    throw this.#refuse(
      "message_too_large",
      `Payload size ${bytes} bytes exceeds maximum ${maxMessageBytes} bytes`,
    );
  }

  #encode(message: DashStreamMessageInit): MessageDraft {
    const { compression = DEFAULT_COMPRESSION } = this.#options;
    const context = { ...this.#options, sequence: this.#sequence };
    try {
      return draftMessage(message, { ...context, compression });
    } catch (error) {
      if (error instanceof DashstreamError) {
        this.#counts.refusals.message_invalid.inc();
        throw error;
      }
      // Only the compressor fails with anything else.
      this.#counts.compressionFailures.inc();
      return draftMessage(message, { ...context, compression: null });
    }
  }

  #refuse(reason: Refusal, error: string): DashstreamError {
    this.#counts.refusals[reason].inc();
    return new DashstreamError(reason, error);
  }

  #keep(draft: MessageDraft, key: Buffer, headers: RecordHeaders | undefined, error: string): void {
    if (this.#dlq === null) return;
    const inspector = new Inspector({ maxPayloadBytes: Number.MAX_SAFE_INTEGER, schemaPolicy: "exact" });
    inspector.inspect(draft.value);
    this.#dlq.fireAndForgetWithRetry({
      errorType: "kafka_send_error",
      error,
      partition: -1,
      offset: -1,
      key,
      value: draft.value,
      headers,
      timestampMs: null,
      header: inspector.header(0) ?? inspector.batchHeader,
      messageCount: this.#counts.sent.value,
      consumerId: `producer:${draft.tenantId}`,
    });
  }
}
