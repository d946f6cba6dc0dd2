import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { JOBS } from "../../src/alerts/site.ts";
import { appliances, commandLines, healthChecks, variables } from "./appliance-rules.ts";
import { CONTAINER_RULES } from "./container-rules.ts";
import { COMPOSE_FILE, envFile, readStack, type Stack, stackFile, variablesOf } from "./stack-file.ts";

const TEXT = stackFile(COMPOSE_FILE);
const STACK = readStack(TEXT);
const DEFAULTS = envFile(".env");

/** Commands that the stack runs before the program has them. An entry is to go with the change that brings it. */
const AWAITED = ["fault-proxy"];

function settled(violations: readonly string[]): readonly string[] {
  return violations.filter((said) => !AWAITED.some((awaited) => said.includes(awaited)));
}

/** The stack with one thing changed in its text. */
function changed(from: string | RegExp, to: string): Stack {
  const text = TEXT.replace(from, to);
  if (text === TEXT) throw new Error(`nothing is ${from} in the compose file`);
  return readStack(text);
}

describe("every container of the stack", () => {
  test.each(Object.entries(CONTAINER_RULES))("keeps to the rule of %s", (_, rule) => {
    expect(rule(STACK)).toEqual([]);
  });

  test.each([
    [
      "names",
      "container_name: dashstream-redis",
      "container_name: redis",
      ["dashstream-redis: its container is called redis"],
    ],
    [
      "images",
      "redis:7.4.11-alpine",
      "redis:7-alpine",
      ["dashstream-redis: image redis:7-alpine is not an exact version"],
    ],
    [
      "images",
      "prom/prometheus:v3.5.0",
      "prom/prometheus:latest",
      ["dashstream-prometheus: image prom/prometheus:latest is not an exact version"],
    ],
    ["bounds", "mem_limit: 128m", "x: y", ["dashstream-alertmanager: has no limit of memory"]],
    ["rights", '"472:0"', '"0:0"', ["dashstream-grafana: runs as 0:0"]],
    [
      "rights",
      "# Not read_only: ",
      "# ",
      ["dashstream-kafka: may write to its image, and no comment says why"],
    ],
    [
      "health",
      "test: [CMD, redis-cli, -e, ping]",
      "test: [CMD-SHELL, redis-cli ping]",
      ["dashstream-redis: its health check needs a shell"],
    ],
    [
      "health",
      "# It ends; others wait for its exit code.\n",
      "\n",
      ["dashstream-topics: has no health check, and no comment says why"],
    ],
    [
      "dependencies",
      "dashstream-alertmanager: { condition: service_healthy }",
      "dashstream-alerts: { condition: service_healthy }",
      ["dashstream-prometheus: depends on dashstream-alerts, which is not there"],
    ],
    [
      "dependencies",
      "condition: service_healthy, required: false",
      "condition: service_healthy",
      ["dashstream-websocket-server: depends on dashstream-fault-proxy, which is in a profile only"],
    ],
    [
      "ends",
      "STOP_GRACE_PERIOD:-40s",
      "STOP_GRACE_PERIOD:-30s",
      ["dashstream-websocket-server: is killed after 30 s, within its drain of 30 s"],
    ],
    [
      "ports",
      /\$\{DASHSTREAM_BIND:-127.0.0.1\}:\$\{GRAFANA_PORT:-3000\}/,
      "3002",
      ["dashstream-grafana: 3002:3000 is open to the network", "dashstream-grafana: 3002 is taken"],
    ],
    [
      "mounts",
      "./alertmanager:",
      "./alerts:",
      [
        "dashstream-alertmanager: ./alerts is not there",
        "dashstream-alertmanager: /etc/alertmanager/alertmanager.yml is not mounted",
      ],
    ],
    [
      "mounts",
      '"redis-data:/data"',
      '"redis:/data"',
      ["dashstream-redis: volume redis of /data is not declared"],
    ],
  ] as const)("is found by the rule of %s where it breaks it: %s", (rule, from, to, found) => {
    const said = CONTAINER_RULES[rule]?.(changed(from, to)) ?? [];
    expect(said).toEqual(expect.arrayContaining([...found]));
  });
});

describe("the services of this project", () => {
  test("are there", () => {
    expect(appliances(STACK).map(([name]) => name)).toEqual([
      "dashstream-websocket-server",
      "dashstream-quality-monitor",
      "dashstream-prometheus-exporter",
      "dashstream-sim",
      "dashstream-sim-chaos",
      "dashstream-fault-proxy",
    ]);
  });

  test("run commands that the program has, with flags and faults that these have", async () => {
    expect(settled(await commandLines(STACK))).toEqual([]);
  });

  test.each([
    ["command: [serve]", "command: [server]", /dashstream-websocket-server: error: unknown command/],
    [
      "healthcheck, --ready",
      "healthcheck, --readiness",
      /dashstream-websocket-server: error: unknown option/,
    ],
    ["reorder:share=", "reorder:part=", /dashstream-sim-chaos: .*part/],
  ])("would be found with %s as %s", async (from, to, found) => {
    expect((await commandLines(changed(from, to))).join("\n")).toMatch(found);
  });

  test("have variables of the option table only, with values that it takes", () => {
    expect(settled(variables(STACK))).toEqual([]);
  });

  test.each([
    [
      "WEBSOCKET_ALLOWED_ORIGINS:",
      "WEBSOCKET_ORIGINS:",
      "dashstream-websocket-server: serve has no WEBSOCKET_ORIGINS",
    ],
    ["METRICS_PORT:", "HEALTH_PORT:", "dashstream-prometheus-exporter: exporter has no HEALTH_PORT"],
    ["GAP_POLICY:-warn", "GAP_POLICY:-stop", 'SEQUENCE_GAP_POLICY is "stop"'],
  ])("would be found with %s as %s", (from, to, found) => {
    expect(variables(changed(from, to)).join("\n")).toContain(found);
  });

  test("are healthy once they are ready", () => {
    expect(healthChecks(STACK)).toEqual([]);
    expect(healthChecks(changed("http://127.0.0.1:9190/", "http://127.0.0.1:9191/"))).toEqual([
      "dashstream-prometheus-exporter: nothing of it is on 9191",
    ]);
    expect(healthChecks(changed("timeout: 6s", "timeout: 5s"))).toEqual([
      "dashstream-websocket-server: its check is cut off after 5s",
    ]);
    expect(healthChecks(changed(", --ready]", "]"))).toEqual([
      "dashstream-websocket-server: is healthy before it is ready",
    ]);
  });
});

describe("variables", () => {
  test("all stand in .env with their defaults, and nothing else does", () => {
    const used = new Map(variablesOf(TEXT).map(({ name, fallback }) => [name, fallback]));
    const {
      COMPOSE_FILE: file,
      COMPOSE_PROJECT_NAME: project,
      COMPOSE_PROFILES: profiles,
      ...rest
    } = DEFAULTS;
    expect(rest).toEqual(Object.fromEntries(used));
    expect([file, project, profiles]).toEqual([COMPOSE_FILE, "dashstream", ""]);
  });

  test("have one default wherever they stand", () => {
    const defaults = Map.groupBy(variablesOf(TEXT), ({ name }) => name);
    const twofold = [...defaults].filter(([, all]) => new Set(all.map(({ fallback }) => fallback)).size > 1);
    expect(twofold).toEqual([]);
  });

  test("of chaos.env point every reader past the fault proxy, and none past it directly", () => {
    const chaos = envFile("chaos.env");
    expect(Object.keys(chaos).filter((name) => !(name in DEFAULTS))).toEqual([]);
    const { services } = readStack(TEXT, chaos);
    const direct = appliances({ ...STACK, services }).filter(([, { environment = {} }]) =>
      Object.values(environment).some((value) => /dashstream-(kafka|redis):/.test(value)),
    );
    // The traffic must not suffer from what is done to its readers.
    expect(direct.map(([name]) => name)).toEqual(["dashstream-sim", "dashstream-sim-chaos"]);
  });

  test("of drill.env are those of chaos.env without its traffic", () => {
    const chaos = envFile("chaos.env");
    expect(envFile("drill.env")).toEqual({ ...chaos, COMPOSE_PROFILES: "drill" });
  });
});

describe("what others say about the stack", () => {
  const pages = readdirSync(new URL("../../compose/runbook", import.meta.url))
    .map((file) => stackFile(`runbook/${file}`))
    .join("\n");
  const targets = (job: string): readonly string[] =>
    JSON.parse(stackFile(`prometheus/targets/${job}.json`)).flatMap(
      ({ targets: list }: { readonly targets: readonly string[] }) => list,
    );

  test("is scraped: each job has a target, which is a port of its service", () => {
    const files = readdirSync(new URL("../../compose/prometheus/targets", import.meta.url));
    expect(files.toSorted()).toEqual(
      Object.values(JOBS)
        .map((job) => `${job}.json`)
        .toSorted(),
    );
    for (const [component, job] of Object.entries(JOBS)) {
      const [target = "", ...others] = targets(job);
      const [host = "", port] = target.split(":");
      expect([host, others]).toEqual([`dashstream-${component}`, []]);
      expect(STACK.services[host]?.ports?.map((each) => each.split(":").at(-1))).toEqual([port]);
    }
  });

  test("in its README names every service, with the ports that it has here", () => {
    const rows = [...stackFile("README.md").matchAll(/^\| `(dashstream-[\w-]+)` \| ([\d, ]*)\|/gm)];
    const documented = rows.map(([, name = "", ports = ""]) => [name, ports.trim()]);
    const actual = Object.entries(STACK.services).map(([name, { ports = [] }]) => [
      name,
      ports.map((port) => port.split(":").at(-2)).join(", "),
    ]);
    expect(documented.toSorted()).toEqual(actual.toSorted());
  });

  test("in the pages of the runbook names containers and volumes that are there", () => {
    const containers = [
      ...pages.matchAll(/docker (?:exec(?: -i)?|logs|restart|start|stop|stats) (\w[\w-]*)/g),
    ];
    expect(containers.length).toBeGreaterThan(50);
    for (const [, name = ""] of containers) expect(Object.keys(STACK.services)).toContain(name);
    const volumes = Object.values(STACK.volumes).map((volume) => volume?.name);
    const mounted = [...pages.matchAll(/ -v ([\w-]+):/g)].map(([, name]) => name);
    expect(mounted.length).toBeGreaterThan(0);
    for (const name of mounted) expect(volumes).toContain(name);
  });

  test("in the pages of the runbook runs programs inside the server that its image has", () => {
    const inside = pages.matchAll(/docker exec(?: -i)? dashstream-websocket-server (\w+)/g);
    const used = new Set([...inside].map(([, program = ""]) => program));
    // Every Debian has grep.
    expect([...used].toSorted()).toEqual(["curl", "dashstream", "grep"]);
    expect(stackFile("Dockerfile")).toMatch(/apt-get install [^&]*\bcurl\b/);
  });
});
