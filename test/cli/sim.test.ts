import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { trafficFaults } from "../../sim/faults/traffic-stage.ts";
import { simCommand } from "../../src/cli/sim.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { runCommand, startCommandLine } from "./cli-rig.ts";

let broker: Broker;
beforeAll(async () => {
  broker = await startEmbeddedBroker();
});
afterAll(() => broker.stop());

const sim = (topic: string, ...args: readonly string[]) =>
  [["sim", "--kafka-brokers", broker.bootstrap, "--kafka-topic", topic, "--rate", "5000", ...args]] as const;
const total = (topic: string) => broker.endOffsets(topic).reduce((sum, end) => sum + end, 0);

const TRAFFIC_FAULTS = trafficFaults()
  .map(({ name }) => name)
  .join(", ");

describe("sim", () => {
  test("sends as many records as asked for and says so", async () => {
    broker.createTopic("counted", { partitions: 3 });
    const { exitCode, stdout, stderr } = await runCommand(
      [simCommand],
      ...sim("counted", "--count", "120", "--seed", "7"),
    );
    expect([exitCode, stderr, total("counted")]).toEqual([0, "", 120]);
    expect(stdout).toMatch(/^produced 120 records \(\d+ bytes\) in /m);
    expect(stdout).toContain("failed sends 0, given up 0, seed 7\n");
  });

  test("gives programs one object", async () => {
    broker.createTopic("json");
    const args = sim("json", "--count", "10", "--arrival", "poisson", "--compression", "none", "--json");
    const { stdout } = await runCommand([simCommand], ...args);
    expect(JSON.parse(stdout)).toMatchObject({ produced: 10, failed_sends: 0, unsent: 0, last_error: null });
  });

  test("without an end runs until it is interrupted", async () => {
    broker.createTopic("endless");
    const { promise: sent, resolve } = Promise.withResolvers<void>();
    const rule = broker.control("Produce", () => {
      resolve();
      return { kind: "pass" };
    });
    const run = startCommandLine([simCommand], ...sim("endless"));
    await sent;
    run.interrupt();
    expect(await run.exitCode).toBe(0);
    rule.remove();
    expect(run.stdout.text).toContain(`produced ${total("endless")} records`);
  });

  test("exits 1 if records had to be given up, with the reason", async () => {
    broker.createTopic("refused");
    const { promise: refused, resolve } = Promise.withResolvers<void>();
    const rule = broker.control("Produce", () => {
      resolve();
      return { kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" };
    });
    const run = startCommandLine([simCommand], ...sim("refused", "--count", "5", "--json"));
    await refused;
    run.interrupt();
    expect(await run.exitCode).toBe(1);
    rule.remove();
    const summary = JSON.parse(run.stdout.text);
    expect([summary.produced, summary.unsent]).toEqual([0, 5]);
    expect(summary.last_error).toContain("authorized");
  });

  test("exits 1 with one line if no broker answers", async () => {
    const { exitCode, stderr } = await runCommand([simCommand], ["sim", "--kafka-brokers", "127.0.0.1:1"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: no broker of 127\.0\.0\.1:1 answers: .*\n$/);
  });

  test("exits 1 with one line if there is no such topic and nobody creates it", async () => {
    const strict = await startEmbeddedBroker({ autoCreateTopics: false });
    const args = ["sim", "--kafka-brokers", strict.bootstrap, "--kafka-topic", "nowhere"];
    const { exitCode, stdout, stderr } = await runCommand([simCommand], args);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("failed sends 3: ");
    expect(stderr).toMatch(/error: there is no topic nowhere\b.*\n$/);
    await strict.stop();
  });

  test("waits for a topic that is created a little later", async () => {
    const strict = await startEmbeddedBroker({ autoCreateTopics: false });
    let asked = 0;
    strict.control("Metadata", () => {
      // The first are of the connection, the later ones of the first two tries.
      if (++asked === 6) strict.createTopic("later");
      return { kind: "pass" };
    });
    const args = ["sim", "--kafka-brokers", strict.bootstrap, "--kafka-topic", "later", "--count", "3"];
    expect((await runCommand([simCommand], args)).exitCode).toBe(0);
    expect(strict.endOffsets("later")).toEqual([3]);
    await strict.stop();
  });

  test("exits 2 on an unknown profile of arrival", async () => {
    const { exitCode, stderr } = await runCommand([simCommand], ["sim", "--arrival", "weekly"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Allowed choices are steady, poisson, bursty");
  });

  test("tells how often each fault took", async () => {
    broker.createTopic("broken");
    const faults = ["--fault", "sequence-gap:share=0.1", "--fault", "duplicate:after=0"];
    const args = sim("broken", "--count", "200", "--seed", "7", ...faults);
    const { exitCode, stdout } = await runCommand([simCommand], ...args);
    const [, lost, twice] =
      /fault sequence-gap: (\d+) records\nfault duplicate: (\d+) records\n$/.exec(stdout) ?? [];
    expect([exitCode, Number(lost) > 10, Number(twice) > 10]).toEqual([0, true, true]);
    expect(total("broken")).toBe(200 - Number(lost) + Number(twice));
  });

  test("makes the same records again from a seed, faults and all", async () => {
    const faults = ["--fault", "null-value:spread=random,share=0.3", "--fault", "reorder:spread=random"];
    const summaries = [];
    for (const topic of ["first", "second"]) {
      broker.createTopic(topic);
      const args = sim(topic, "--count", "300", "--seed", "9", "--json", ...faults);
      const { stdout } = await runCommand([simCommand], ...args);
      const { produced, faults: hits } = JSON.parse(stdout);
      summaries.push({ produced, hits });
    }
    expect(summaries[0]).toEqual(summaries[1] as (typeof summaries)[0]);
    expect(summaries[0]?.hits["null-value"].hits).toBeGreaterThan(50);
  });

  test("gives up what Kafka finds too large, sends all others and exits 1", async () => {
    broker.createTopic("narrow");
    const args = sim("narrow", "--count", "100", "--fault", "oversized:share=0.1");
    const { exitCode, stdout } = await runCommand([simCommand], ...args);
    expect([exitCode, total("narrow")]).toEqual([1, 90]);
    expect(stdout).toContain("produced 90 records");
    expect(stdout).toContain("\nfailed sends 0, given up 0,");
    expect(stdout).toContain(
      "\nrefused by Kafka 10: too large 10, invalid 0\nlarger records need a topic that takes them: raise its max.message.bytes\nfault oversized: 10 records\n",
    );
  });

  test("says in its help when --count counts", async () => {
    const { stdout } = await runCommand([simCommand], ["sim", "--help"]);
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "ends after so many records, counted before faults take or add some",
    );
  });

  test("lists the faults of the traffic, for people and for programs", async () => {
    const { exitCode, stdout } = await runCommand([simCommand], ["sim", "--list-faults"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("reorder ");
    expect(stdout).toContain(" within_ms ");
    expect(stdout).not.toContain("slow-client");
    const json = await runCommand([simCommand], ["sim", "--list-faults", "--json"]);
    const { faults } = JSON.parse(json.stdout);
    const [duplicate] = faults.filter(({ fault }: { fault: string }) => fault === "duplicate");
    expect(duplicate).toMatchObject({ raises: ["HighDuplicateRate"], may_raise: [] });
    expect(duplicate.params.map(({ name }: { name: string }) => name)).toEqual(["share", "spread", "after"]);
  });

  test.each([
    ["duplicat", 'there is no fault "duplicat"; did you mean duplicate?'],
    ["duplicate:after=100", "fault duplicate: after: 100 given, expected a whole number from 0 to 60"],
    [
      "slow-client",
      "fault slow-client: needs clients, but only traffic can be controlled here; a scenario has it (dashstream verify --scenario)",
    ],
    ["", `the name of the fault is empty; expected one of ${TRAFFIC_FAULTS}`],
    ["blub", `there is no fault "blub"; expected one of ${TRAFFIC_FAULTS}`],
    [":share=1", `the name of the fault is empty; expected one of ${TRAFFIC_FAULTS}`],
    ["idle", "fault idle: is a matter of time, so that it belongs into a scenario (dashstream verify)"],
  ])("exits 2 on the fault %s, with the reason and before it connects", async (fault, reason) => {
    const args = ["sim", "--kafka-brokers", "127.0.0.1:1", "--fault", fault];
    const { exitCode, stderr } = await runCommand([simCommand], args);
    expect([exitCode, stderr]).toEqual([2, `error: ${reason}\n`]);
  });

  test("exits 2 on a fault that is given twice", async () => {
    const args = ["sim", "--fault", "reorder", "--fault", "reorder:behind=2"];
    const { exitCode, stderr } = await runCommand([simCommand], args);
    expect([exitCode, stderr]).toEqual([2, "error: fault reorder: given twice\n"]);
  });
});
