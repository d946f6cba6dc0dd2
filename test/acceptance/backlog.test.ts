// Reading a backlog must not throw healthy clients out: a million records wait while ten clients are connected, and
// every one of them gets all, with nobody dropped or disconnected.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../src/runtime/clock.ts";
import { replayCompleteLatest } from "../../src/server/sessions/server-frames.ts";
import { frameBytes } from "../bench/frame-bytes.ts";
import { benchRecord } from "../bench/records.ts";
import { startAppliance } from "../support/appliance.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { describeLong, LONG_TEST_MS } from "../support/long-suites.ts";

const TOPIC = "backlog";
const RECORDS = 1_000_000;
const CLIENTS = 10;
const BATCH = 1_000;
/** So that the server need not wait for it: live delivery starts at once. */
const RESUME = '{"type":"resume","from":"latest","lastOffsetsByPartition":{}}';

describeLong("a backlog of a million records", () => {
  test(
    "reaches ten connected clients, none dropped or disconnected",
    async () => {
      const broker = await startEmbeddedBroker();
      broker.createTopic(TOPIC, { partitions: 1 });
      // Of now: the broker soon deletes records that are older than its topics keep any.
      const timestampMs = systemClock.nowMs();
      for (let from = 0; from < RECORDS; from += BATCH) {
        const records = Array.from({ length: BATCH }, (_, i) => ({ ...benchRecord(from + i), timestampMs }));
        broker.append(TOPIC, 0, records);
      }
      const withheld = broker.control("Fetch", () => ({ kind: "withhold" }));
      const running = await startAppliance({
        brokers: broker.bootstrap,
        topic: TOPIC,
        env: { WEBSOCKET_MAX_CONNECTIONS_PER_IP: `${CLIENTS}` },
      });
      // The answer to its resume comes before the records.
      const expected =
        2 + replayCompleteLatest(new Map()).length + frameBytes(0, RECORDS, benchRecord(0).value.length);
      const script = join(import.meta.dir, "../bench/raw-clients.ts");
      const receivers = Bun.spawn(
        [process.execPath, script, new URL(running.url).port, `${CLIENTS}`, `${expected}`, RESUME],
        { stderr: "pipe" },
      );
      while (running.appliance.hub.clientCount < CLIENTS)
        await new Promise((resolve) => setImmediate(resolve));
      withheld.remove();
      expect(await new Response(receivers.stderr).text()).toBe("");
      expect(await receivers.exited).toBe(0);
      const metrics = await (await fetch(`${running.url}/metrics`)).text();
      expect(metrics).toContain('websocket_dropped_messages_total{reason="lagged_receiver"} 0\n');
      expect(metrics).toContain("websocket_slow_client_disconnects_total 0\n");
      expect(metrics).toContain(`websocket_kafka_messages_total{status="success"} ${RECORDS}\n`);
      await running.stop();
      await broker.stop();
    },
    LONG_TEST_MS,
  );
});
