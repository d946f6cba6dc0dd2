// Records of threads that a situation makes up, beside the usual traffic.

import { type TrafficRecord, type TrafficSource, TrafficThread } from "../../../../sim/traffic/thread.ts";
import { DEFAULT_COMPRESSION } from "../../../../src/wire/frame.ts";
import { LIMITED_TENANT, type Site } from "../site.ts";

const EVENT = 1;

/** A record for each of `numbers`, in that order. */
export function numberedRecords(
  { random, clock }: Site,
  threadId: string,
  numbers: readonly number[],
  schemaVersion = 1,
): TrafficSource {
  const options = { random, clock, threadId, tenantId: LIMITED_TENANT, compression: DEFAULT_COMPRESSION };
  const thread = new TrafficThread(options);
  const left = [...numbers];
  return {
    next(): TrafficRecord {
      const sequence = left.shift() ?? 0;
      const header = { ...thread.header(EVENT, false), sequence, schemaVersion };
      return thread.record("event", sequence, { event: { header, nodeId: "node" } });
    },
  };
}
