import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ComposeService } from "../../../../compose/processes/compose-file/service.ts";
import { Addresses } from "../../../../compose/processes/places/addresses.ts";
import { servicePaths } from "../../../../compose/processes/places/paths.ts";
import { settingName } from "../../../../compose/processes/programs/kafka.ts";
import { isImage, type Launch, type Site, withFlag } from "../../../../compose/processes/programs/program.ts";
import { knownFlags, programVersion } from "../../../../compose/processes/programs/program-help.ts";
import { programOf } from "../../../../compose/processes/programs/programs.ts";
import { describeReal } from "../../../support/real-components.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dashstream-programs-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

type Given = Partial<Pick<ComposeService, "image" | "ports" | "environment" | "command" | "mounts">>;

/** Plans a service on shifted ports; every program is found in /bin. */
function plan(given: Given, site: Partial<Site> = {}): Launch {
  const service: ComposeService = {
    name: "one",
    hosts: ["one"],
    image: "",
    isBuilt: false,
    entrypoint: null,
    command: null,
    environment: {},
    ports: [],
    mounts: [],
    dependsOn: {},
    gracePeriodMs: 0,
    stopSignal: "SIGTERM",
    profiles: [],
    ...given,
  };
  const addresses = new Addresses([service], 1000);
  const paths = servicePaths(service, dir);
  const place = (text: string) => paths.replaceIn(addresses.replaceIn(text, "one"));
  const outcome = programOf(service).plan({
    service,
    env: Object.fromEntries(Object.entries(service.environment).map(([name, value]) => [name, place(value)])),
    args: (service.command ?? []).map(place),
    addresses,
    paths,
    workDir: dir,
    kafka: "kafka-3.9",
    binary: "/opt/dashstream",
    binDir: join(dir, "bin"),
    searchPath: "/usr/bin",
    which: (name) => Bun.which(name),
    ...site,
  });
  if ("leftOut" in outcome) throw new Error(outcome.leftOut);
  return outcome;
}

const port = (target: number) => ({ target, published: target });

describe("this program", () => {
  test("listens on the shifted port of loopback, whether the file names its port or not", () => {
    const environment = { WEBSOCKET_HOST: "0.0.0.0", WEBSOCKET_PORT: "3102" };
    const named = plan({ image: "dashstream:local", command: ["serve"], environment, ports: [port(3102)] });
    expect(named.env).toEqual({ WEBSOCKET_HOST: "127.0.0.1", WEBSOCKET_PORT: "4102" });
    expect(named.command).toEqual(["/opt/dashstream", "serve"]);
    expect(named.readiness).toEqual({ kind: "http", url: "http://127.0.0.1:4102/readyz" });
    const unnamed = plan({ image: "dashstream:local", command: ["/usr/local/bin/dashstream", "exporter"] });
    expect(unnamed.env).toEqual({ METRICS_BIND_IP: "127.0.0.1", METRICS_PORT: "10190" });
    expect(unnamed.command).toEqual(["/opt/dashstream", "exporter"]);
  });

  test("runs from its sources without an executable, and in the folder of its state", () => {
    const mounts = [{ target: "/var/lib/dashstream", source: { kind: "volume", name: "state" } as const }];
    const { command, cwd } = plan(
      { image: "dashstream", command: ["quality-monitor"], mounts },
      { binary: null },
    );
    expect(command).toEqual([
      process.execPath,
      expect.stringMatching(/src\/cli\/main\.ts$/),
      "quality-monitor",
    ]);
    expect(cwd).toBe(join(dir, "data", "state"));
  });

  test("as a fault proxy listens on shifted ports and leads clients to this machine", () => {
    const command = ["fault-proxy", "--control", "0.0.0.0:8474", "--advertise-kafka", "one"];
    expect(plan({ image: "dashstream", command, ports: [port(8474)] })).toMatchObject({
      command: [
        "/opt/dashstream",
        "fault-proxy",
        "--control",
        "127.0.0.1:9474",
        "--advertise-kafka=127.0.0.1",
        "--listen-kafka=127.0.0.1:20092",
        "--listen-redis=127.0.0.1:17379",
      ],
      readiness: { kind: "tcp", port: 9474 },
    });
  });
});

describe("an image", () => {
  test.each([
    ["redis:7.4-alpine", "redis"],
    ["docker.io/library/redis", "redis"],
    ["registry:5000/prom/prometheus@sha256:1", "prometheus"],
    ["jaegertracing/all-in-one:1.76.0", "jaegertracing/all-in-one"],
  ])("%s is %s", (image, name) => expect(isImage(image, name)).toBe(true));

  test.each([
    ["redis-exporter:1", "redis"],
    ["prom/prometheus-x", "prometheus"],
  ])("%s is not %s", (image, name) => expect(isImage(image, name)).toBe(false));

  test.each(["grafana/grafana:11", "nginx:1"])("%s is left out with a reason", (image) => {
    expect(() => plan({ image })).toThrow(
      image.includes("grafana") ? "Grafana" : "image nginx:1 has no program",
    );
  });
});

test("a flag gets its value once, in either form", () => {
  expect(withFlag(["--a=1", "--b", "2", "c"], "--a", "9")).toEqual(["--a=9", "--b", "2", "c"]);
  expect(withFlag(["--a=1", "--b", "2", "c"], "--b", "9")).toEqual(["--a=1", "--b=9", "c"]);
  expect(withFlag(["--ab=1"], "--a", "9")).toEqual(["--ab=1", "--a=9"]);
});

test.each([
  ["KAFKA_MESSAGE_MAX_BYTES", "message.max.bytes"],
  ["KAFKA_A__B", "a-b"],
  ["KAFKA_A___B", "a_b"],
])("the variable %s is the setting %s", (variable, setting) => expect(settingName(variable)).toBe(setting));

describeReal(
  ["kafka-3.9", "redis-server", "promtool", "prometheus-alertmanager"],
  "a program of this machine",
  () => {
    test("is Kafka with the settings of the file", () => {
      const environment = {
        CLUSTER_ID: "ZGFzaHN0cmVhbS1sb2NhbA",
        KAFKA_HEAP_OPTS: "-Xms64m -Xmx128m",
        KAFKA_LISTENERS: "CONTROLLER://0.0.0.0:29093,PLAINTEXT://0.0.0.0:29092",
        KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
        KAFKA_CONTROLLER_QUORUM_VOTERS: "1@one:29093",
      };
      const launch = plan({ image: "confluentinc/cp-kafka:7.9.5", environment });
      expect(readFileSync(join(dir, "server.properties"), "utf8").trim().split("\n")).toEqual([
        `log.dirs=${join(dir, "files", "one", "var/lib/kafka/data")}`,
        "listeners=CONTROLLER://127.0.0.1:30093,PLAINTEXT://127.0.0.1:30092",
        "controller.listener.names=CONTROLLER",
        "controller.quorum.voters=1@127.0.0.1:30093",
      ]);
      expect(launch.readiness).toEqual({ kind: "kafka", port: 30092 });
      expect(launch.command).toEqual(expect.arrayContaining(["-Xms64m", "-Xmx128m", "kafka.Kafka"]));
      expect(launch.before?.command).toContain("ZGFzaHN0cmVhbS1sb2NhbA");
    });

    test("is one of Kafka's tools where the image is given a command", () => {
      const launch = plan({ image: "confluentinc/cp-kafka:7.9.5", command: ["kafka-topics", "--version"] });
      expect(launch).toMatchObject({
        readiness: { kind: "completed" },
        command: ["kafka-topics", "--version"],
      });
      const { stdout } = Bun.spawnSync([...launch.command], { env: { ...process.env, ...launch.env } });
      expect(stdout.toString()).toStartWith("3.9.2");
    });

    test("is asked for its version, and is given no flag that it does not know", () => {
      const prometheus = Bun.which("prometheus") ?? "";
      expect(programVersion(prometheus)).toMatch(/^2\.\d+\.\d+$/);
      expect(programVersion("true")).toBe("of unknown version");
      expect(knownFlags(prometheus, ["--config.file=x", "--no-such=1", "--web.enable-lifecycle"])).toEqual({
        args: ["--config.file=x", "--web.enable-lifecycle"],
        dropped: ["--no-such=1"],
      });
    });

    test("is a server of the Prometheus project on its shifted port, which says what it was not given", () => {
      const command = ["--config.file=/etc/alertmanager/x.yml", "--no-such=1"];
      const launch = plan({ image: "prom/alertmanager:v0.28.1", command });
      expect(launch.command.slice(1)).toEqual([
        "--config.file=/etc/alertmanager/x.yml",
        "--web.listen-address=127.0.0.1:10093",
        "--cluster.listen-address=",
      ]);
      expect(launch).toMatchObject({
        readiness: { kind: "http", url: "http://127.0.0.1:10093/-/ready" },
        version: expect.stringMatching(/^Alertmanager \d/),
        notes: [expect.stringMatching(/^one: Alertmanager \S+ has no --no-such=1$/)],
      });
      expect(plan({ image: "prom/prometheus" }).command).toContain("--web.listen-address=127.0.0.1:10090");
    });

    test("that is missing is named with the package that brings it", () => {
      const nothing = { which: () => null };
      expect(() => plan({ image: "redis:7" }, nothing)).toThrow(
        "redis-server is not on PATH (Debian: redis-server)",
      );
      expect(() => plan({ image: "prom/alertmanager" }, nothing)).toThrow(
        "(Debian: prometheus-alertmanager)",
      );
      expect(() => plan({ image: "cp-kafka" }, nothing)).toThrow(
        "java is not on PATH (Debian: openjdk-17-jre-headless)",
      );
    });
  },
);
