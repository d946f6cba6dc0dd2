// Records that no traffic has and panels are about: reports with something wrong, a verdict for each kind of query, and what
// lies in a topic before anybody reads it.

import type { Broker } from "../../../sim/broker/broker.ts";
import { createSmallTraffic } from "../../../sim/traffic/small.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { encodeFramed } from "../../../src/wire/encode.ts";
import { reportRecord } from "../../quality/quality-messages.ts";

/** More than a server fetches at once. */
const OLD_COUNT = 8_000;
const OLD_BAD = 20;
/** Of each kind of query. */
const FAILED_COUNT = 20;
const BAD = Buffer.from("not protobuf");
/** A framing byte with nothing after it. */
const EMPTY_MESSAGE = Buffer.from([0]);

const key = (text: string) => Buffer.from(text);

/** Good and bad records of before the start. */
export function appendOldRecords(broker: Broker, topic: string): void {
  const traffic = createSmallTraffic({ clock: systemClock, random: seededRandom(5), tenants: ["old"] });
  const timestampMs = systemClock.nowMs();
  const good = Array.from({ length: OLD_COUNT }, () => ({ ...traffic.next(), timestampMs }));
  const bad = Array.from({ length: OLD_BAD }, () => ({ timestampMs, key: key("bad"), value: BAD }));
  broker.append(
    topic,
    0,
    good.map(({ key, value }) => ({ timestampMs, key, value })),
  );
  broker.append(topic, 0, bad);
}

/** One of each oddity, and so many failed reports that half of all reports of that time needed retries. */
export function appendOddRecords(broker: Broker, topic: string): void {
  const timestampMs = systemClock.nowMs();
  const failed = ["Simple", "Medium", "Complex", "Edge", "Nobody knows"].map((category) =>
    reportRecord({ values: { passed: false, retry_count: 2n }, tags: { category } }),
  );
  const values = [
    EMPTY_MESSAGE,
    reportRecord({ header: null, values: { passed: true } }),
    reportRecord({ scope: "something else" }),
    reportRecord({ values: { accuracy: 0.1 } }),
    lowQualityAlert(),
    ...Array.from({ length: FAILED_COUNT }, () => failed).flat(),
  ];
  broker.append(
    topic,
    0,
    values.map((value) => ({ timestampMs, key: key("odd"), value })),
  );
}

/** An event in which an application raises an alert. */
function lowQualityAlert(): Buffer {
  return encodeFramed({
    event: { header: { threadId: "odd" }, attributes: { alert_type: { stringValue: "LOW_QUALITY" } } },
  });
}

/** A thread that begins again at 1, as after the restart of its producer. */
export function appendRestart(broker: Broker, topic: string): void {
  const timestampMs = systemClock.nowMs();
  for (const [index, sequence] of [1, 2, 3, 1, 2].entries()) {
    const timestampUs = Math.round((timestampMs + index) * 1000);
    const value = encodeFramed({
      event: { header: { threadId: "restarted", sequence, schemaVersion: 1, timestampUs }, nodeId: "n" },
    });
    broker.append(topic, 0, [{ timestampMs, key: key("restarted"), value }]);
  }
}
