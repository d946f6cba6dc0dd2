import { describe, expect, test } from "bun:test";
import { StatsTally } from "../../src/dlq/stats.ts";
import { CONNECT_HEADERS, OLD_LIBRARY_LETTER } from "./families/samples.ts";
import { dlqRecord, letterOf, T0 } from "./records.ts";

const HOUR_MS = 3_600_000;
const ours = (changes: object, timestampMs = T0) =>
  letterOf(dlqRecord({ value: JSON.stringify({ ...OLD_LIBRARY_LETTER, ...changes }), timestampMs }));

describe("the numbers of dead letters", () => {
  test("are by family, type, tenant, hour and hops", () => {
    const tally = new StatsTally();
    tally.add(ours({ tenant_id: "1234" }, T0 + 5 * HOUR_MS - 1));
    tally.add(ours({ error_type: "kafka_send_error" }, T0));
    tally.add(ours({ redrive_hops: 2 }, T0));
    tally.add(letterOf(dlqRecord({ value: "v", headers: CONNECT_HEADERS, timestampMs: T0 + HOUR_MS })));
    tally.add(letterOf(dlqRecord({ value: "x", timestampMs: -1 })));
    expect(tally.stats()).toEqual({
      letters: 5,
      byFamily: [
        ["dashstream", 3],
        ["connect", 1],
        ["unknown", 1],
      ],
      byErrorType: [
        ["processing_error", 2],
        ["kafka_send_error", 1],
        ["org.apache.kafka.connect.errors.DataException", 1],
        ["(none)", 1],
      ],
      byTenant: [
        ["acme", 2],
        ["(none)", 2],
        ["1234", 1],
      ],
      byHour: [
        ["(no time)", 1],
        ["2026-01-01T00", 2],
        ["2026-01-01T01", 1],
        ["2026-01-01T04", 1],
      ],
      byHops: [
        ["0", 4],
        ["2", 1],
      ],
      oldestMs: -1,
      newestMs: T0 + 5 * HOUR_MS - 1,
    });
  });

  test("of none are none", () => {
    expect(new StatsTally().stats()).toMatchObject({
      letters: 0,
      byTenant: [],
      oldestMs: null,
      newestMs: null,
    });
  });

  test("take no more memory for more tenants than a thousand", () => {
    const tally = new StatsTally();
    for (let i = 0; i < 1500; i++) tally.add(ours({ tenant_id: `tenant-${i}` }));
    tally.add(ours({ tenant_id: "tenant-7" }));
    const { byTenant } = tally.stats();
    expect(byTenant.length).toBe(1001);
    expect(byTenant.slice(0, 2)).toEqual([
      ["(other)", 500],
      ["tenant-7", 2],
    ]);
  });
});
