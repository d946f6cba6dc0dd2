// The whole stack of the compose file on real components: what each sees of the others, a record on its way through all of
// it, and an end that leaves nothing running.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "../../../compose/processes/stack.ts";
import { startStack } from "../../../compose/processes/start-stack.ts";
import { ruleFile } from "../../../src/alerts/rule-file.ts";
import { ruleGroups } from "../../../src/alerts/rule-groups.ts";
import { JOBS } from "../../../src/alerts/site.ts";
import { startProgram } from "../../cli/process-rig.ts";
import { eventually } from "../../support/eventually.ts";
import { describeRealEach, type RealComponent, requireReal } from "../../support/real-components.ts";
import { connectStream, type StreamRecord } from "../../support/stream-client.ts";

const TIMEOUT_MS = 180_000;
const OTHERS: readonly RealComponent[] = ["redis-server", "promtool", "prometheus-alertmanager"];
const SERVER = "dashstream-websocket-server";
const PROMETHEUS = "dashstream-prometheus";
const KAFKA = "dashstream-kafka";
const SCALE = 15;

/** Processes whose command line or working directory lies in a folder. */
function processesIn(dir: string): readonly string[] {
  const read = (path: string) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    }
  };
  return readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).includes(dir),
  );
}

describeRealEach(["kafka-3.9", "kafka-4"], "the whole stack", (kafka) => {
  for (const component of OTHERS) {
    test(`has ${component}`, () => expect(requireReal(component)).toEqual({ available: true }));
  }
  let dir: string;
  let stack: Stack;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "dashstream-real-stack-"));
    const started = performance.now();
    stack = await startStack({
      dir,
      kafka,
      portOffset: "free",
      scrapeIntervalMs: 1_000,
      rules: ruleFile({ scale: SCALE }),
      // What fires before Prometheus has found Alertmanager is not told again for a minute.
      args: { [PROMETHEUS]: ["--rules.alert.resend-delay=2s"] },
      // After a crash the broker waits for the end of its own session.
      env: {
        [KAFKA]: { KAFKA_BROKER_SESSION_TIMEOUT_MS: "2000", KAFKA_BROKER_HEARTBEAT_INTERVAL_MS: "500" },
      },
    });
    process.stderr.write(
      `note: the stack was up after ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
    );
  }, TIMEOUT_MS);
  afterAll(async () => {
    await stack?.down();
    rmSync(dir, { recursive: true });
  }, TIMEOUT_MS);

  const api = async (path: string) => {
    const address = stack.addressOf(PROMETHEUS, 9090);
    return ((await (await fetch(`http://${address}/api/v1/${path}`)).json()) as { readonly data: unknown })
      .data;
  };

  test("is ready as a whole", async () => {
    const states = (await stack.status()).map(({ state }) => state);
    expect(new Set(states).difference(new Set(["ready", "completed"]))).toEqual(new Set());
  });

  test(
    "has each of our services as a target that is up",
    async () => {
      interface Target {
        readonly labels: { readonly job: string };
        readonly health: string;
      }
      const targets = async () =>
        ((await api("targets")) as { readonly activeTargets: readonly Target[] }).activeTargets;
      const jobs = Object.values(JOBS);
      const upJobs = async () =>
        (await targets()).filter(({ health }) => health === "up").map(({ labels }) => labels.job);
      await eventually(async () => new Set(jobs).isSubsetOf(new Set(await upJobs())));
      expect(new Set((await targets()).map(({ health }) => health))).toEqual(new Set(["up"]));
    },
    TIMEOUT_MS,
  );

  test(
    "has the rules that it was given, and an Alertmanager that Prometheus talks to",
    async () => {
      interface Rules {
        readonly groups: readonly { readonly name: string; readonly rules: readonly unknown[] }[];
      }
      const count = (groups: Rules["groups"]) => groups.reduce((sum, { rules }) => sum + rules.length, 0);
      const rules = (await api("rules")) as Rules;
      expect(count(rules.groups)).toBe(count(ruleGroups({ scale: SCALE })));
      expect(await api("alertmanagers")).toMatchObject({
        activeAlertmanagers: [
          { url: `http://${stack.addressOf("dashstream-alertmanager", 9093)}/api/v2/alerts` },
        ],
      });
      // The one alert that always fires arrives there.
      await eventually(async () => {
        const alerts = await fetch(
          `http://${stack.addressOf("dashstream-alertmanager", 9093)}/api/v2/alerts`,
        );
        return (await alerts.text()).includes("Watchdog");
      });
    },
    TIMEOUT_MS,
  );

  test(
    "brings records of the simulator to a client, and goes on when Kafka comes back",
    async () => {
      const records: StreamRecord[] = [];
      const client = await connectStream(`ws://${stack.addressOf(SERVER, 3002)}/ws`, {
        onRecord: (record) => records.push(record),
      });
      const brokers = stack.addressOf(KAFKA, 9092);
      const simulate = async (count: number) => {
        const sim = startProgram([
          "sim",
          "--count",
          String(count),
          "--rate",
          "500",
          "--kafka-brokers",
          brokers,
        ]);
        expect((await sim.ended()).exitCode).toBe(0);
      };
      await simulate(50);
      await eventually(() => records.length === 50);
      await stack.kill(KAFKA);
      await stack.start(KAFKA);
      await simulate(50);
      await eventually(() => records.length === 100);
      client.close();
      const log = stack.pathOf(SERVER, "/var/log/websocket-server.log");
      expect(readFileSync(log, "utf8")).toContain("partitions assigned");
    },
    TIMEOUT_MS,
  );

  test(
    "ends in order and leaves no process behind",
    async () => {
      const pids = stack.services.map(({ name }) => stack.processOf(name)?.pid);
      expect(processesIn(dir)).not.toEqual([]);
      await stack.down();
      for (const pid of pids) expect(pid === undefined || !existsSync(`/proc/${pid}/exe`)).toBe(true);
      expect(processesIn(dir)).toEqual([]);
      expect((await stack.status()).map(({ state }) => state)).toEqual(stack.services.map(() => "stopped"));
    },
    TIMEOUT_MS,
  );
});
