// The pipeline with a real inspector, validator, ring and hub; Kafka and the dead-letter queue are played by the test.

import type { KafkaMessage } from "kafkajs";
import { Pipeline, type PipelineOptions } from "../../src/server/pipeline.ts";
import { recordMetrics } from "../../src/server/record-metrics.ts";
import { WithheldOffsets } from "../../src/server/replay/withheld-offsets.ts";
import type { DeadLetter } from "../../src/stream/dead-letter.ts";
import { DeadLetterBarrier } from "../../src/stream/dead-letter-barrier.ts";
import type { DeadLetterSink } from "../../src/stream/dead-letter-sink.ts";
import { RecordTraces } from "../../src/stream/record-traces.ts";
import { type GapPolicy, SequenceValidator } from "../../src/stream/sequence.ts";
import { reportSequence } from "../../src/stream/sequence-report.ts";
import { SessionHead } from "../../src/stream/session-head.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { encodeFramed } from "../../src/wire/encode.ts";
import { Inspector } from "../../src/wire/inspector.ts";
import type { HeaderInit } from "../../src/wire/model.ts";
import { type HubRig, hubRig, type RigOptions } from "./sessions/hub-rig.ts";

export const MAX_PAYLOAD_BYTES = 1_048_576;

export interface KeptLetter extends Omit<DeadLetter, "header"> {
  readonly threadId: string | null;
}

export interface PipelineRigOptions extends RigOptions {
  readonly gapPolicy?: GapPolicy;
  /** Threads that are tracked at once. */
  readonly maxThreads?: number;
  readonly pauseOnError?: boolean;
  /** What a dead letter has to wait for, as in closed mode; default: nothing, as in open mode. */
  readonly onLetter?: (offset: number) => Promise<void>;
  readonly deadLettersFull?: () => boolean;
  readonly letterRoom?: () => Promise<void> | null;
  readonly tenantLimits?: (rig: HubRig) => PipelineOptions["limits"];
  readonly replay?: PipelineOptions["replay"];
  readonly withheld?: WithheldOffsets;
  /** Offsets below this were in the log before the start. */
  readonly logEndOffset?: number;
}

export function pipelineRig(options: PipelineRigOptions = {}) {
  const rig = hubRig(options);
  const letters: KeptLetter[] = [];
  const paused: number[] = [];
  const resumed: [partition: number, offset: number][] = [];
  const held: number[] = [];
  const released: [partition: number, nextOffset: number][] = [];
  const committed: number[] = [];
  const logged: Record<string, unknown>[] = [];
  const policy = options.gapPolicy ?? "warn";
  const withheld = options.withheld ?? new WithheldOffsets();
  const deadLetters: DeadLetterSink = {
    get full() {
      return options.deadLettersFull?.() ?? false;
    },
    room: () => options.letterRoom?.() ?? null,
    offer({ header, ...letter }) {
      letters.push({ ...letter, threadId: header?.threadId ?? null });
      return options.onLetter?.(letter.offset) ?? null;
    },
  };
  const barrier = new DeadLetterBarrier({
    clock: rig.clock,
    hold: (partition) => held.push(partition),
    release: (partition, nextOffset) => released.push([partition, nextOffset]),
  });
  const inspector = new Inspector({ maxPayloadBytes: MAX_PAYLOAD_BYTES, schemaPolicy: "exact" });
  const { tracer, clock } = rig;
  const traces = tracer && new RecordTraces({ tracer, clock, inspector, source: SOURCE });
  const events = reportSequence(rig.registry, silentLog, policy);
  const sequence = new SequenceValidator({
    policy,
    events: traces?.withGaps(events) ?? events,
    ...(options.maxThreads === undefined ? {} : { maxThreads: options.maxThreads }),
  });
  const pipeline = new Pipeline({
    clock: rig.clock,
    inspector,
    sequence,
    sessionHead: new SessionHead(rig.registry),
    ring: rig.ring,
    hub: rig.hub,
    deadLetters,
    barrier,
    limits: options.tenantLimits?.(rig) ?? null,
    withheld,
    replay: options.replay ?? null,
    health: rig.health,
    metrics: recordMetrics(rig.registry),
    errors: {
      error: (_, msg, fields) => logged.push({ msg, ...fields }),
      warn: (_, msg, fields) => logged.push({ msg, ...fields }),
      flush() {},
    },
    log: silentLog,
    traces,
    pauseOnError: options.pauseOnError ?? false,
    pausePartition: (partition) => paused.push(partition),
    resumePartition: (partition, offset) => resumed.push([partition, offset]),
  });
  pipeline.assigned([
    { partition: 0, startOffset: 0, logStartOffset: 0, logEndOffset: options.logEndOffset ?? 0 },
  ]);
  let nextOffset = 0;
  return {
    ...rig,
    pipeline,
    letters,
    paused,
    resumed,
    barrier,
    held,
    released,
    committed,
    logged,
    withheld,
    sequence,
    /** Hands values to the pipeline as one batch, at consecutive offsets. */
    async consume(...values: (Buffer | null | Partial<KafkaMessage>)[]): Promise<void> {
      const records = values.map((value) => {
        const given = value === null || Buffer.isBuffer(value) ? { value } : value;
        return message({ offset: String(nextOffset++), ...given });
      });
      await this.handle(records);
    },
    async handle(records: readonly KafkaMessage[], partition = 0, cancelled = () => false): Promise<void> {
      await pipeline.handleBatch({
        partition,
        records,
        highWatermark: nextOffset,
        progress: (next) => committed.push(next),
        heartbeat: () => Promise.resolve(),
        cancelled,
      });
    },
    counter: (name: string, labels?: Record<string, string>) => rig.registry.counter(name, labels).value,
    messages: (status: string) => rig.registry.counter("websocket_kafka_messages_total", { status }).value,
  };
}

/** The place that spans name. */
export const SOURCE = { topic: "telemetry", groupId: "servers", settings: { clientId: "server-1" } };

export function message(fields: Partial<KafkaMessage>): KafkaMessage {
  return {
    key: null,
    value: null,
    timestamp: "0",
    attributes: 0,
    offset: "0",
    size: 0,
    headers: {},
    ...fields,
  } as KafkaMessage;
}

/** A framed event of a thread. */
export function event(threadId: string, sequence: number, header: Partial<HeaderInit> = {}): Buffer {
  return encodeFramed({
    event: { header: { threadId, tenantId: "acme", sequence, schemaVersion: 1, ...header }, nodeId: "n" },
  });
}
