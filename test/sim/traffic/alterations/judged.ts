// Sends traffic through an alteration to the code that judges records in the server, and keeps its verdicts.

import type { KafkaMessage } from "kafkajs";
import { type OutgoingRecord, outgoing, type TrafficAlteration } from "../../../../sim/traffic/alteration.ts";
import type { SelectionOptions } from "../../../../sim/traffic/alterations/selection.ts";
import { createTraffic, type TrafficOptions } from "../../../../sim/traffic/traffic.ts";
import type { Clock } from "../../../../src/runtime/clock.ts";
import { seededRandom } from "../../../../src/runtime/random.ts";
import { RecordJudge } from "../../../../src/stream/record-judge.ts";
import { SequenceValidator } from "../../../../src/stream/sequence.ts";
import { DEFAULT_MAX_PAYLOAD_BYTES } from "../../../../src/wire/frame.ts";
import { Inspector } from "../../../../src/wire/inspector.ts";
import { SequenceRecorder } from "../../../stream/sequence-recorder.ts";
import { manualClock } from "../../../support/manual-clock.ts";

export interface JudgedRecord {
  readonly record: OutgoingRecord;
  /** `null` = good; `payload_missing` = no value. */
  readonly verdict: string | null;
}

/** What a server saw. */
export interface Judged {
  readonly records: readonly JudgedRecord[];
  readonly made: number;
  readonly alteration: TrafficAlteration;
  readonly gaps: number;
  readonly missing: number;
  readonly duplicates: number;
  readonly reorders: number;
  readonly restarts: number;
  /** Records that are not good, by verdict. */
  readonly bad: Readonly<Record<string, number>>;
}

export interface JudgeOptions {
  readonly seed?: number;
  readonly records?: number;
  /** Time from one record to the next. */
  readonly stepMs?: number;
  readonly traffic?: Partial<TrafficOptions>;
  readonly partitionOf?: (record: OutgoingRecord, index: number) => number;
}

/** An even or random share, for a test that only cares about what is done with it. */
export const share = (of: number, seed = 1): SelectionOptions => ({
  share: of,
  spread: seed % 2 === 0 ? "random" : "even",
  random: seededRandom(seed),
});

export function judge(
  alter: (clock: Clock) => TrafficAlteration,
  { seed = 1, records: count = 1000, stepMs = 5, traffic = {}, partitionOf = () => 0 }: JudgeOptions = {},
): Judged {
  const clock = manualClock();
  const alteration = alter(clock);
  const source = createTraffic({ random: seededRandom(seed), clock, ...traffic });
  const events = new SequenceRecorder();
  const sequence = new SequenceValidator({ policy: "warn", events });
  const inspector = new Inspector({ maxPayloadBytes: DEFAULT_MAX_PAYLOAD_BYTES, schemaPolicy: "exact" });
  const judging = new RecordJudge({ clock, inspector, sequence });
  const records: JudgedRecord[] = [];
  const receive = (record: OutgoingRecord) => {
    const partition = partitionOf(record, records.length);
    const verdict =
      record.value === null
        ? "payload_missing"
        : judging.judge(partition, kafkaMessage(record, records.length), record.value);
    records.push({ record, verdict });
    sequence.expire(clock.monotonicMs());
  };
  for (let i = 0; i < count; i++) {
    for (const record of alteration.alter(outgoing(source.next()))) receive(record);
    clock.advance(stepMs);
  }
  for (const record of alteration.drain()) receive(record);
  sequence.expire(Number.POSITIVE_INFINITY);
  const bad = Object.fromEntries(
    [...Map.groupBy(records, ({ verdict }) => verdict)]
      .filter(([verdict]) => verdict !== null)
      .map(([verdict, of]) => [verdict, of.length]),
  );
  const { gaps, missing, duplicates, reorders, restarts } = events;
  return {
    records,
    made: count,
    alteration,
    gaps: gaps.length,
    missing,
    duplicates,
    reorders,
    restarts,
    bad,
  };
}

function kafkaMessage({ key, value, headers }: OutgoingRecord, offset: number): KafkaMessage {
  return { key, value, headers, offset: String(offset), timestamp: "0", attributes: 0 };
}

/** Nothing that the numbering could tell. */
export const IN_ORDER = { gaps: 0, missing: 0, duplicates: 0, reorders: 0, restarts: 0 };

/** Whether the record is not the one that its source made. */
export const isChanged = ({ record: { key, value, headers, origin } }: JudgedRecord): boolean =>
  key !== origin.key || value !== origin.value || headers !== origin.headers;
