// What writing dead letters costs, against a bare kafkajs producer that sends as many records of the same size in
// batches. Arguments: brokers, letters. Reports one line each: the bare producer, and the handler.

import { Kafka, logLevel, Partitioners } from "kafkajs";
import type { DeadLetter } from "../../src/stream/dead-letter.ts";
import { libraryDeadLetterMetrics } from "../../src/stream/dead-letter-metrics.ts";
import { deadLetterRecord } from "../../src/stream/dead-letter-record.ts";
import { DlqHandler } from "../../src/stream/dlq-handler.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../src/stream/kafka-settings.ts";
import { quietIdleTimer } from "../../src/stream/kafkajs-idle-timer.ts";
import { createStreamMetrics, systemSeams } from "../../src/stream/seams.ts";
import { report } from "./child.ts";
import { measured } from "./cost.ts";
import { benchRecord } from "./records.ts";

const [bootstrap = "", count = "0"] = process.argv.slice(2);
const LETTERS = Number(count);
const BATCH = 100;
const ORIGIN = { topic: "bench", groupId: "bench", consumerId: "bench", includePayload: true };

const { key, value } = benchRecord(0);
const LETTER: DeadLetter = {
  errorType: "buffer_underflow",
  error:
    "failed to decode Protobuf message: #13 at byte 0: length 97 runs 96 bytes past the end of its message",
  partition: 0,
  offset: 0,
  key,
  value,
  headers: undefined,
  timestampMs: 0,
  header: null,
  messageCount: 0,
};

async function bare(): Promise<void> {
  const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const record = deadLetterRecord(LETTER, ORIGIN, 0, systemSeams().random);
  const messages = Array.from({ length: BATCH }, () => ({ ...record, headers: { ...record.headers } }));
  await producer.send({ topic: "bare-letters", acks: -1, messages });
  const cost = await measured(async () => {
    for (let sent = 0; sent < LETTERS; sent += BATCH) {
      await producer.send({ topic: "bare-letters", acks: -1, messages });
    }
  });
  report({ what: "bare", ...cost });
  await producer.disconnect();
}

async function handler(): Promise<void> {
  const dlq = new DlqHandler({
    ...systemSeams(),
    settings: { ...DEFAULT_KAFKA_SETTINGS, brokers: [bootstrap] },
    topic: "letters",
    origin: ORIGIN,
    counts: libraryDeadLetterMetrics(createStreamMetrics()),
  });
  await dlq.send(LETTER);
  const cost = await measured(async () => {
    for (let offset = 0; offset < LETTERS; offset++) {
      await dlq.fireAndForgetWithRetryBlocking({ ...LETTER, offset });
    }
    await dlq.settled();
  });
  if (dlq.health().sends !== LETTERS + 1) throw new Error(`only ${dlq.health().sends} letters were written`);
  report({ what: "handler", ...cost });
  await dlq.close();
}

quietIdleTimer();
await bare();
await handler();
process.exit(0);
