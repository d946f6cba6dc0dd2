import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Broker } from "../../../sim/broker/broker.ts";
import { parseFaultParams } from "../../../sim/faults/faults.ts";
import type { Stage } from "../../../sim/faults/stage.ts";
import { simCommand } from "../../../src/cli/sim.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { runCommand } from "../../cli/cli-rig.ts";
import { type RunningAppliance, startAppliance } from "../../support/appliance.ts";
import { startEmbeddedBroker } from "../../support/embedded-broker.ts";
import { eventually } from "../../support/eventually.ts";
import { socketClients } from "./socket-client.ts";

const TOPIC = "watched";

let broker: Broker;
let server: RunningAppliance;
let stage: Stage;

beforeAll(async () => {
  broker = await startEmbeddedBroker();
  broker.createTopic(TOPIC, { partitions: 1 });
  const env = { WEBSOCKET_MAX_CLIENT_LAG: "200", SLOW_CLIENT_DISCONNECT_THRESHOLD: "500" };
  server = await startAppliance({ brokers: broker.bootstrap, topic: TOPIC, env });
  await eventually(async () => (await fetch(`${server.url}/readyz`)).ok);
  stage = {
    clock: systemClock,
    random: seededRandom(1),
    log: silentLog,
    kafka: { topic: TOPIC, dlqTopic: "d", libraryDlqTopic: "l", serverGroup: "g" },
    clients: socketClients(server.appliance.address.port),
    traffic: null,
    broker: null,
    redis: null,
    links: null,
    components: null,
    discovery: null,
  };
});
afterAll(async () => {
  await server.stop();
  await broker.stop();
});

const count = (name: string, labels?: Record<string, string>) =>
  server.appliance.metrics.counter(name, labels).value;
const connected = () => server.appliance.hub.clientCount;

async function apply(name: string, given: Record<string, unknown>) {
  const { fault, params } = parseFaultParams(name, given);
  const running = await fault.apply(stage, params);
  return {
    hits: () => running.hits(),
    async clear() {
      await running.clear();
      await eventually(() => connected() === 0);
    },
  };
}

test("client-flood: the server lets ten in, refuses the rest again and again, and has room when it is over", async () => {
  const rejected = () => count("websocket_rejected_connections_total");
  const fault = await apply("client-flood", { clients: 25 });
  expect([connected(), rejected()]).toEqual([10, 15]);
  await eventually(() => rejected() >= 30);
  expect(connected()).toBe(10);
  // A client learns of its refusal after the server has counted it.
  await eventually(() => fault.hits() >= 40);
  await fault.clear();
  const alone = await apply("client-flood", { clients: 10 });
  expect(connected()).toBe(10);
  await alone.clear();
});

test("malformed-control: each kind is counted as what it is", async () => {
  const seen = () => [
    count("websocket_control_parse_failures_total"),
    count("websocket_control_ignored_total", { reason: "unknown_type" }),
    count("websocket_resume_invalid_entries_total"),
    count("websocket_control_oversized_total"),
    count("websocket_client_disconnects_total", { reason: "control_frame_too_large" }),
  ];
  const fault = await apply("malformed-control", { every_ms: 20 });
  // One kind ends the connection, which is opened again.
  await eventually(() => seen().every((value) => value >= 2));
  await fault.clear();
});

test("reconnect-storm: all clients go and come back", async () => {
  const gone = () => count("websocket_client_disconnects_total", { reason: "client_closed" });
  const before = gone();
  const fault = await apply("reconnect-storm", { clients: 5, every_ms: 200 });
  await eventually(() => gone() - before >= 15);
  await eventually(() => connected() === 5);
  expect(fault.hits()).toBeGreaterThanOrEqual(15);
  await fault.clear();
});

test("slow-client: the server drops records for it once it is too far behind, and gives it up", async () => {
  const fault = await apply("slow-client", { clients: 1 });
  const line = ["sim", "--kafka-brokers", broker.bootstrap, "--kafka-topic", TOPIC, "--compression", "none"];
  const dropped = () => count("websocket_dropped_messages_total", { reason: "lagged_receiver" });
  const givenUp = () => count("websocket_slow_client_disconnects_total");
  // The network takes some megabytes before the server sees that nobody reads.
  await eventually(async () => {
    const { exitCode } = await runCommand([simCommand], [...line, "--rate", "100000", "--count", "3000"]);
    return exitCode === 0 && dropped() > 0 && givenUp() > 0;
  });
  expect(fault.hits()).toBe(1);
  await fault.clear();
});
